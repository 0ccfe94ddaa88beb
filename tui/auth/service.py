"""AuthService: what is true now, who is told, and when to renew."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from tui.auth.current import CurrentSession, now
from tui.auth.session import LoginEvent, LogOutStep, Session, SignInProgress
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.sign_in.browser import BrowserOpener, open_in_browser
from tui.auth.sign_in.surroundings import Surroundings, look_around
from tui.auth.store.file_store import session_store
from tui.auth.store.store import NEVER_SEEN, SessionStore, Signature
from tui.errors import DoorkeyError, SignInCancelled, SignInFailed, SignInNeeded, StoreFailed

if TYPE_CHECKING:
    import httpx

    from tui.auth.sign_in.journey import Journey
    from tui.auth.tenant.provider import Provider
    from tui.config.load import Config

AS_CONFIGURED: Final = SignInOptions()


class AuthService(CurrentSession):
    """One person's session with one tenant, for any asyncio program. Call `aclose` when done."""

    def __init__(
        self,
        config: "Config",
        *,
        store: SessionStore | None = None,
        transport: "httpx.AsyncBaseTransport | None" = None,
        clock: Callable[[], datetime] = now,
        open_url: BrowserOpener = open_in_browser,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        surroundings: Surroundings | None = None,
    ) -> None:
        super().__init__(clock)
        self.config: Final = config
        self._store = store or session_store(config)
        self._transport = transport
        self.open_url: Final = open_url
        self.surroundings: Final = surroundings or look_around()
        """Where this program runs, for whoever shows the ways to sign in."""
        self._sleep = sleep
        self._provider_made: Provider | None = None
        self._renewal: asyncio.Task[None] | None = None
        self._sign_in: asyncio.Task[LoginEvent] | None = None
        self._journey: Journey | None = None
        self._seen: Signature = NEVER_SEEN

    @property
    def storage(self) -> str:
        """Where the session lives and how it is protected, in one sentence."""
        return self._store.description

    async def get_access_token(self, min_validity: timedelta | None = None) -> str:
        """Give an access token with at least `min_validity` (a minute) left, renewed if need be.

        Raises:
            SignInNeeded: nobody is signed in, or the session has ended.
            TenantUnreachable: a renewal is needed, and the tenant cannot be reached.
        """
        tokens = self._signed_in().token_set
        if not tokens.is_good_for(min_validity, self._clock()):
            try:
                await self.renew_tokens()
            except DoorkeyError:
                # A token that has not expired has to do.
                if not self.is_access_token_valid():
                    raise
        return self._signed_in().token_set.access_token

    async def get_id_token(self) -> str:
        """Give an ID token that is valid, renewed if need be; raises as `get_access_token`."""
        if not self.is_id_token_valid():
            self._signed_in()
            await self.renew_tokens()
        if not self.is_id_token_valid():
            raise SignInNeeded("The tenant renews no ID tokens. Sign in again for a new one.")
        return self._signed_in().token_set.id_token

    async def renew_tokens(self) -> None:
        """Get a new token set with the refresh token; any number of callers make one renewal.

        Raises:
            SignInNeeded: the tenant has ended the session, or never gave a refresh token.
            TenantUnreachable, TenantMisbehaved: no usable answer; the session stays.
        """
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())
            self._renewal.add_done_callback(self._renewal_ended)
        # A caller that is cancelled must not take the others' renewal with it.
        await asyncio.shield(self._renewal)

    async def restore(self) -> None:
        """Take up the session that is kept, and renew it where it has expired.

        Raises:
            StoreFailed: it cannot be read.
            DoorkeyError: its renewal failed; `session` tells whether it stays.
        """
        session = await self._loaded()
        if session is not None:
            self._adopt(session)
        if self._session and not self.is_access_token_valid() and self._session.renewable:
            await self.renew_tokens()

    def take_up(self) -> None:
        """Take up the session that is kept; may wait for a keyring; raises StoreFailed."""
        session = self._store.load()
        if session is not None:
            self._adopt(session)

    async def follow_store(self) -> None:
        """Take over what another process has changed in the store since the last call.

        It costs next to nothing where nothing has changed, and never touches the network. A store
        that cannot be read changes nothing here, and is looked at again.
        """
        if self._store.signature() == self._seen:
            return
        before = self._session
        try:
            kept = await self._loaded()
        except StoreFailed:
            return
        if self._session is not before:
            self._seen = NEVER_SEEN  # something happened here meanwhile; look again
        elif kept is None and before is not None:
            self._forget("You signed out in another window.")
        elif kept is not None and kept != before:
            self._adopt(kept)

    async def login(
        self,
        state: Mapping[str, str] | None = None,
        *,
        options: SignInOptions = AS_CONFIGURED,
        watch: Callable[[SignInProgress], None] = lambda _progress: None,
    ) -> LoginEvent:
        """Sign a person in, by the ways in `options`; `state` comes back in the LoginEvent.

        Another sign-in that is under way ends. Cancel the task to cancel this one.

        Raises:
            SignInFailed: no session came of it; the subclass tells why.
            TenantUnreachable, TenantMisbehaved, GrantRefused: the tenant is not up to it.
            StoreFailed: the session cannot be kept.
        """
        if self._sign_in is not None:
            self._sign_in.cancel()
            with suppress(asyncio.CancelledError, DoorkeyError):
                await asyncio.shield(asyncio.wait([self._sign_in]))
        task = self._sign_in = asyncio.create_task(self._signed_in_anew(state, options, watch))
        try:
            return await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            raise SignInCancelled("Another sign-in took the place of this one.") from None
        finally:
            if self._sign_in is task:
                self._sign_in = None

    async def handle_authentication(self, callback_url: str) -> LoginEvent:
        """Complete the sign-in under way with the address that the browser ended at, or its code.

        Raises:
            SignInFailed: there is no sign-in under way, or this is not its answer.
        """
        if self._journey is None or self._sign_in is None:
            raise SignInFailed("No sign-in is under way. Start one first.")
        sign_in = self._sign_in
        await self._journey.take(callback_url)
        return await asyncio.shield(sign_in)

    def begin_device(self) -> None:
        """Have the sign-in under way show a code for another device, beside the other ways.

        Raises:
            SignInFailed: there is no sign-in under way.
        """
        if self._journey is None:
            raise SignInFailed("No sign-in is under way. Start one first.")
        self._journey.begin_device()

    async def local_login(
        self, session: Session, state: Mapping[str, str] | None = None
    ) -> LoginEvent:
        """Keep a session and tell everybody; it is on disk before anybody uses it."""
        async with self._store.lock():
            await asyncio.to_thread(self._store.reserve)
            self._store.save(session)
        return self._adopt(session, state)

    async def log_out(
        self,
        *,
        at_tenant: bool = True,
        watch: Callable[[LogOutStep], None] = lambda _step: None,
    ) -> tuple[LogOutStep, ...]:
        """Wipe the session here, revoke the refresh token, sign out at the tenant; never raises.

        `at_tenant=False` opens no browser.
        """
        from tui.auth.log_out import WIPE_PATIENCE_SECONDS, left, wiped

        if self._renewal is not None:
            # What it brings can be revoked; one that hangs must not keep anybody signed in.
            await asyncio.wait([self._renewal], timeout=WIPE_PATIENCE_SECONDS)
        if self._renewal is not None:
            self._renewal.cancel()
        wipe, kept = await wiped(self._store)
        # What was kept may be newer than what is in memory here: that is what must be revoked.
        session, steps = kept or self._session, [wipe]
        watch(wipe)
        self._forget("")
        if session is not None:
            opener = self.open_url if at_tenant else None
            async for step in left(self._provider(), session.token_set, opener):
                steps.append(step)
                watch(step)
        return tuple(steps)

    async def __aenter__(self) -> Self:
        """Give the service itself."""
        return self

    async def __aexit__(self, *_exception: object) -> None:
        """Close it, however the block ended."""
        await self.aclose()

    async def aclose(self) -> None:
        """End what is under way, and close the connections."""
        for task in (self._sign_in, self._renewal):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        if self._provider_made is not None:
            await self._provider_made.aclose()

    async def _loaded(self) -> Session | None:
        signature = self._store.signature()
        session = await asyncio.to_thread(self._store.load)  # a sealed one asks the keyring
        self._seen = signature
        return session

    async def _signed_in_anew(
        self,
        state: Mapping[str, str] | None,
        options: SignInOptions,
        watch: Callable[[SignInProgress], None],
    ) -> LoginEvent:
        from tui.auth.sign_in.journey import Journey
        from tui.auth.sign_in.waiting import Means

        async with self._store.lock():
            await asyncio.to_thread(self._store.reserve)  # before a person signs in for nothing
        means = Means(self._provider(), watch, self._clock, self.open_url, self._sleep)
        self._journey = Journey(self.config, options, means)
        try:
            session, remarks = await self._journey.session()
        finally:
            self._journey = None
        try:
            return replace(await self.local_login(session, state), remarks=remarks)
        except StoreFailed:
            with suppress(DoorkeyError):
                await self._provider().revoke(session.token_set.refresh_token or "")
            raise

    async def _renew(self) -> None:
        from tui.auth.renewal import SessionEnded, renew

        try:
            self._adopt(await renew(self._store, self._provider, self._signed_in(), self._clock))
        except SessionEnded as ended:
            self._forget(str(ended))
            raise

    def _renewal_ended(self, renewal: asyncio.Task[None]) -> None:
        self._renewal = None
        if not renewal.cancelled():
            renewal.exception()  # whoever waited has it; nobody waiting is no reason for a warning

    def _provider(self) -> "Provider":
        if self._provider_made is None:
            from tui.auth.tenant.provider import Provider  # loads httpx, jwt, cryptography

            self._provider_made = Provider(self.config, self._clock, self._transport)
        return self._provider_made
