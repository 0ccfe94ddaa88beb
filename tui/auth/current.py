"""The session of this moment: in memory, in the store, and with those who are told of changes."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from tui.auth.session import ENDED_ELSEWHERE, LoginEvent, LogOutStep, Session
from tui.auth.store.session_file import Signature
from tui.auth.store.store import NEVER_SEEN, SessionStore
from tui.errors import DoorkeyError, SignInNeeded, StoreFailed

WIPE_PATIENCE_SECONDS: Final = 2.0
"""For a renewal in another process to finish, so that its new refresh token can be revoked."""

NOBODY: Final = "Nobody is signed in. Sign in first: doorkey login."

NOTHING_KEPT: Final = "Nobody was signed in here: there was nothing to wipe."

UNREADABLE: Final = (
    "Nothing is kept here any more; but what was kept could not be read, so its refresh token is "
    "not revoked. Sign out at the tenant, or let it expire there."
)

Listener = Callable[[LoginEvent], None]


class CurrentSession:
    """One session or none; a store that may ask a keyring is read off the event loop."""

    def __init__(self, store: SessionStore) -> None:
        self.store: Final = store
        self.session: Session | None = None
        self._listeners: list[Listener] = []
        self._seen: Signature = NEVER_SEEN

    def require(self) -> Session:
        """Return the session; raise SignInNeeded where nobody is signed in."""
        if self.session is None:
            raise SignInNeeded(NOBODY)
        return self.session

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` at every change; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def adopt(self, session: Session, state: Mapping[str, str] | None = None) -> LoginEvent:
        """Make `session` the current one, and tell so."""
        self.session = session
        return self._tell(LoginEvent(True, session.profile, state))

    def forget(self, reason: str) -> None:
        """End the session in memory, and tell so; `reason` is empty where a person asked for it."""
        self.session = None
        self._tell(LoginEvent(False, None, None, reason))

    def take_up(self) -> None:
        """Adopt what is kept, on this very thread; raises StoreFailed."""
        session = self.store.load()
        if session is not None:
            self.adopt(session)

    async def restore(self) -> None:
        """Adopt what is kept; raises StoreFailed."""
        session = await self._load()
        if session is not None:
            self.adopt(session)

    async def follow_store(self) -> None:
        """Take over what another process has changed since the last look."""
        if self.store.signature() == self._seen:
            return
        before = self.session
        try:
            kept = await self._load()
        except StoreFailed:
            return
        if self.session is not before:
            self._seen = NEVER_SEEN  # something happened here meanwhile; look again
        elif kept is None:
            if before is not None:
                self.forget(ENDED_ELSEWHERE)
        elif kept != before:
            self.adopt(kept)

    async def reserve(self) -> None:
        """Make sure that a session can be kept; raises StoreFailed."""
        async with self.store.lock():
            await asyncio.to_thread(self.store.reserve)

    async def replace(self, session: Session) -> Session | None:
        """Keep `session` instead of what is there, and return that; raises StoreFailed."""
        async with self.store.lock():
            await asyncio.to_thread(self.store.reserve)
            before = await self._load_if_possible()
            self.store.save(session)
        return before

    async def wipe(self) -> tuple[LogOutStep, Session | None]:
        """Forget the session, here and in the store; return what was kept till then."""
        was_there, kept = self.session is not None, None
        trouble = ""
        try:
            try:
                async with self.store.lock(WIPE_PATIENCE_SECONDS):
                    # asked in here: another log out may just have ended
                    was_there = was_there or self.store.signature() is not None
                    kept = await self._load_if_possible()
                    self.store.clear()
            except StoreFailed:
                # Whoever holds the lock looks again before it writes; a wipe waits for nobody.
                kept = kept or await self._load_if_possible()
                self.store.clear()
        except DoorkeyError as error:
            trouble = str(error)
        # What was kept may be newer than what is in memory: that is what must be revoked.
        kept = kept or self.session
        self.forget("")
        return _wiped(was_there, kept, trouble), kept

    async def _load(self) -> Session | None:
        signature = self.store.signature()
        session = await asyncio.to_thread(self.store.load)
        self._seen = signature
        return session

    async def _load_if_possible(self) -> Session | None:
        with suppress(DoorkeyError):
            return await asyncio.to_thread(self.store.load)
        return None

    def _tell(self, event: LoginEvent) -> LoginEvent:
        for listener in tuple(self._listeners):
            listener(event)
        return event


def _wiped(was_there: bool, kept: Session | None, trouble: str) -> LogOutStep:
    """Say what came of a wipe."""
    if trouble:
        return LogOutStep("local", "failed", f"Signed out here, but: {trouble}")
    if kept is not None:
        return LogOutStep("local", "done", "Signed out here: nothing of the session is kept.")
    if was_there:
        return LogOutStep("local", "failed", UNREADABLE)
    return LogOutStep("local", "skipped", NOTHING_KEPT)
