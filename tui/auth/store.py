"""Where a session is kept: a file that only its owner can read, or memory."""

import contextlib
import hashlib
import os
import secrets
import stat
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from tui.auth.errors import StoreFailed
from tui.auth.models import Session
from tui.auth.session_json import session_from_json, session_to_json
from tui.paths import state_dir
from tui.text import printable

if TYPE_CHECKING:
    from tui.config import Config

LARGEST_FILE_BYTES: Final = 4 * 1024 * 1024
"""A session has a few KiB; tokens with many groups in them a few hundred."""

LOCK_SECONDS: Final = 60.0
"""For one other process's renewal, which has its own time limits; then something is stuck."""

LOCK_POLL_SECONDS: Final = 0.05


class SessionStore(Protocol):
    """Keeps at most one session. Calls may block for a disk."""

    @property
    def description(self) -> str:
        """Where the session lives and how it is protected, in one sentence."""
        ...

    def load(self) -> Session | None:
        """Give the session, or None where there is none; raises StoreFailed."""
        ...

    def save(self, session: Session) -> None:
        """Keep `session` instead of what is there; durable when it returns; raises StoreFailed."""
        ...

    def clear(self) -> None:
        """Forget the session; raises StoreFailed."""
        ...

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Keep other processes from renewing; raises StoreFailed when that takes too long."""
        ...


class MemoryStore:
    """Keeps the session for as long as the process lives."""

    description = "Kept in memory only; it ends with the app."

    def __init__(self, session: Session | None = None) -> None:
        self._session = session

    def load(self) -> Session | None:
        """Give the session."""
        return self._session

    def save(self, session: Session) -> None:
        """Keep the session."""
        self._session = session

    def clear(self) -> None:
        """Forget the session."""
        self._session = None

    def lock(self) -> AbstractAsyncContextManager[None]:
        """No other process knows of this session."""
        return contextlib.nullcontext()


class FileStore:
    """Keeps the session in one JSON file of mode 0600, replaced as a whole."""

    def __init__(self, folder: Path, identity: str) -> None:
        digest = hashlib.sha256(identity.encode()).hexdigest()[:16]
        self._folder = folder
        self.path: Final = folder / f"session-{digest}.json"

    @property
    def description(self) -> str:
        """Where the file is."""
        return f"Kept in {printable(self.path)}, readable by you alone."

    def load(self) -> Session | None:
        """Read the file; a damaged one is set aside and counts as none."""
        content = self._read()
        if content is None:
            return None
        try:
            return session_from_json(content)
        except ValueError:
            self._set_aside()
            return None

    def save(self, session: Session) -> None:
        """Write a new file beside the old one, sync it, and put it in the old one's place."""
        self._make_folder()
        temporary = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            _write_synced(temporary, session_to_json(session))
            temporary.replace(self.path)
            _sync_folder(self._folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise self._failed("written", error) from None

    def clear(self) -> None:
        """Delete the file."""
        try:
            self.path.unlink(missing_ok=True)
            if self._folder.exists():
                _sync_folder(self._folder)
        except OSError as error:
            raise self._failed("deleted", error) from None

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Hold a lock file beside the session; never the session's file itself."""
        import filelock  # loads asyncio; only a renewal needs it

        self._make_folder()
        lock = filelock.AsyncFileLock(
            self.path.with_suffix(".lock"), timeout=LOCK_SECONDS, mode=0o600, run_in_executor=False
        )
        try:
            await lock.acquire(poll_interval=LOCK_POLL_SECONDS)
        except filelock.Timeout:
            raise StoreFailed(
                f"Another process has held {printable(self.path.with_suffix('.lock'))} for "
                f"{LOCK_SECONDS:.0f} s; a renewal takes a few. End the process that hangs."
            ) from None
        except OSError as error:
            raise self._failed("locked", error) from None
        try:
            yield
        finally:
            await lock.release()

    def _read(self) -> bytes | None:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failed("opened (a symbolic link is never followed)", error) from None
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
            self._check_owner(os.fstat(descriptor))
            return file.read(LARGEST_FILE_BYTES)

    def _check_owner(self, status: os.stat_result) -> None:
        if not hasattr(os, "getuid"):
            return  # Windows: the user's profile folder is the user's alone
        if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
            raise StoreFailed(
                f"{printable(self.path)} can be read or changed by others; mode 0600 and you as "
                "its owner are expected. Look at who changed it, then delete it and sign in again."
            )

    def _set_aside(self) -> None:
        with contextlib.suppress(OSError):
            self.path.replace(self.path.with_suffix(f".damaged-{secrets.token_hex(4)}"))

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if stat.S_IMODE(self._folder.stat().st_mode) & 0o077:
                self._folder.chmod(0o700)
        except OSError as error:
            raise self._failed("written", error) from None

    def _failed(self, done: str, error: OSError) -> StoreFailed:
        return StoreFailed(
            f"The session cannot be {done}: {printable(self.path)}: {error.strerror}. "
            "Check the folder's owner, mode and free space."
        )


def session_store(config: "Config", folder: Path | None = None) -> SessionStore:
    """Give the store that `sessionStorage` asks for, in the state folder unless told otherwise."""
    if config.session_storage == "memory":
        return MemoryStore()
    return FileStore(folder or state_dir(), config.session_identity)


def _write_synced(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a rename or a deletion in `folder` durable, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
