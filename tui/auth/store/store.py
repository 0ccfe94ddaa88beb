"""Where a session is kept: what every store does, and the one in memory."""

import contextlib
from contextlib import AbstractAsyncContextManager
from typing import Final, Literal, Protocol

from tui.auth.session import Session
from tui.auth.store.session_file import Signature

NEVER_SEEN: Final[Signature] = (-1,)
"""A signature that no store returns, so that the first comparison finds a change."""

StorageKind = Literal["keyring", "file", "memory"]
"""Where a session is kept: a file sealed with a key in the keyring, a plain file, or nowhere."""

LOCK_SECONDS: Final = 60.0
"""For one other process's renewal, which has its own time limits; then something is stuck."""


class SessionStore(Protocol):
    """Keeps at most one session. Loading and saving may block for a disk or a keyring."""

    @property
    def description(self) -> str:
        """Where the session lives and how it is protected, in one sentence; never blocks."""
        ...

    @property
    def kind(self) -> StorageKind:
        """The same in a word, for programs."""
        ...

    def signature(self) -> Signature:
        """Tell cheaply whether another process has changed what is kept."""
        ...

    def load(self) -> Session | None:
        """Return the session, or None where there is none; raises StoreFailed."""
        ...

    def save(self, session: Session) -> None:
        """Keep `session` instead of what is there; durable when it returns; raises StoreFailed."""
        ...

    def reserve(self) -> None:
        """Make ready for the next `save`, in a thread: it may wait for a keyring."""
        ...

    def clear(self) -> None:
        """Forget the session; raises StoreFailed."""
        ...

    def lock(self, patience_seconds: float = LOCK_SECONDS) -> AbstractAsyncContextManager[None]:
        """Keep other processes from changing what is kept; raises StoreFailed."""
        ...


class MemoryStore:
    """Keeps the session for as long as the process lives."""

    description = "Kept in memory only; it ends with the app."
    kind: StorageKind = "memory"

    def __init__(self, session: Session | None = None) -> None:
        self._session = session

    def signature(self) -> Signature:
        """No other process can change it."""
        return None

    def load(self) -> Session | None:
        """Return the session."""
        return self._session

    def save(self, session: Session) -> None:
        """Keep the session."""
        self._session = session

    def reserve(self) -> None:
        """There is always room."""

    def clear(self) -> None:
        """Forget the session."""
        self._session = None

    def lock(self, patience_seconds: float = LOCK_SECONDS) -> AbstractAsyncContextManager[None]:
        """No other process knows of this session."""
        return contextlib.nullcontext()
