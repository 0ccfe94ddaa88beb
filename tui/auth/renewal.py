"""One renewal: under the lock, on top of what the store has now, kept before it is used."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tui.auth.session import ENDED_ELSEWHERE, Session
from tui.auth.store.store import SessionStore
from tui.errors import (
    SIGN_IN_AGAIN,
    DoorkeyError,
    GrantRefused,
    SignInNeeded,
    TenantMisbehaved,
)
from tui.moments import Clock

if TYPE_CHECKING:
    from tui.auth.tenant.provider import Provider
    from tui.auth.tenant.token_response import TokenResponse

CANNOT_RENEW: Final = (
    "The tenant gave no refresh token, so the session ends with its access token. "
    "Sign in again; where the tenant allows it, offline_access brings one."
)

EXPIRED: Final = (
    "The session has expired. The tenant gave no refresh token to renew it with; where it allows "
    f"it, offline_access brings one. {SIGN_IN_AGAIN}"
)


class SessionEnded(SignInNeeded):
    """The session is over, and nothing of it is kept."""


class SharedRenewal:
    """One renewal at a time, shared by all who ask while it is under way."""

    def __init__(self, renew_session: Callable[[], Coroutine[None, None, None]]) -> None:
        self._renew_session = renew_session
        self._task: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Begin a renewal, or wait for the one under way; raises what it raises."""
        if self._task is None:
            self._task = asyncio.create_task(self._renew_session())
            self._task.add_done_callback(self._forget_task)
        # A caller that is cancelled must not take the others' renewal with it.
        await asyncio.shield(self._task)

    async def end(self, patience_seconds: float = 0.0) -> None:
        """Wait that long for the renewal under way, then cancel it."""
        if self._task is not None:
            _, unfinished = await asyncio.wait([self._task], timeout=patience_seconds)
            for task in unfinished:
                task.cancel()
                await asyncio.wait([task])

    def _forget_task(self, task: "asyncio.Task[None]") -> None:
        self._task = None
        if not task.cancelled():
            task.exception()  # whoever waited has it; nobody waiting is no reason for a warning


async def renew(
    store: SessionStore,
    make_provider: "Callable[[], Provider]",
    known: Session,
    clock: Clock,
) -> Session:
    """Return a session with a new token set, of this renewal or of another process's.

    Raises:
        SessionEnded: the tenant refused for good, or somebody signed out meanwhile.
        SignInNeeded: there is no refresh token; the session stays until it expires.
        DoorkeyError: no usable answer; the session stays.
    """
    async with store.lock():
        session = await asyncio.to_thread(store.load)
        if session is None:
            raise SessionEnded(ENDED_ELSEWHERE)
        tokens = session.token_set
        if tokens != known.token_set and tokens.access_token_expiry > clock():
            return session
        if tokens.refresh_token is None:
            has_expired = session.has_expired(clock())
            raise SignInNeeded(EXPIRED if has_expired else CANNOT_RENEW)
        # A new refresh token that cannot be kept would cost the session.
        await asyncio.to_thread(store.reserve)
        provider = make_provider()  # only now: it loads httpx, jwt, cryptography
        from tui.auth.tenant.session_from_tokens import session_from_renewal

        try:
            response = await provider.refresh(tokens.refresh_token, session.key)
        except GrantRefused as refused:
            # Only this says that the refresh token is worth nothing; an empty body does as well.
            if refused.error not in ("invalid_grant", ""):
                raise
            store.clear()
            raise SessionEnded(f"The session has ended. {refused} Sign in again.") from None
        except TenantMisbehaved as wrong:
            _keep_rotated(store, session, wrong.refresh_token)
            raise
        await _require_wanted(store, provider, response)
        _keep_rotated(store, session, response.refresh_token)
        renewed = await session_from_renewal(provider, session, response, clock())
        await _require_wanted(store, provider, response)
        store.save(renewed)
        return renewed


def _keep_rotated(store: SessionStore, session: Session, refresh_token: str | None) -> None:
    """Keep a new refresh token before anything else is done: the old one is spent.

    Whatever happens to the rest of the answer, or to this process, the session goes on with it.
    """
    if refresh_token is not None and refresh_token != session.token_set.refresh_token:
        rotated = replace(session.token_set, refresh_token=refresh_token)
        store.save(replace(session, token_set=rotated))


async def _require_wanted(
    store: SessionStore, provider: "Provider", response: "TokenResponse"
) -> None:
    """Revoke what came for a session that is no more; the log out could not know of it."""
    if store.load() is not None:
        return
    if response.refresh_token is not None:
        with suppress(DoorkeyError):
            await provider.revoke(response.refresh_token)
    raise SessionEnded("You signed out while the session was renewed.")
