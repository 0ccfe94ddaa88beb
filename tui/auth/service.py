"""AuthService: what is true now of one person's session, who is told, and when to renew."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from tui.auth.current import WIPE_PATIENCE_SECONDS, CurrentSession, Listener
from tui.auth.dpop.prover import Prover
from tui.auth.log_out import leave_tenant
from tui.auth.renewal import SessionEnded, SharedRenewal, renew
from tui.auth.session import LoginEvent, LogOutStep, Profile, Session, SignInProgress
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.sign_in.browser import BrowserOpener, open_in_browser
from tui.auth.sign_in.handle import SignIn
from tui.auth.sign_in.surroundings import Surroundings, look_around
from tui.auth.sign_in.waiting import Means
from tui.auth.store.file_store import session_store
from tui.auth.store.store import SessionStore
from tui.errors import DoorkeyError, SignInFailed, SignInNeeded
from tui.moments import Clock, Sleep, utc_now

if TYPE_CHECKING:
    import httpx

    from tui.auth.tenant.provider import Provider
    from tui.config.load import Config

AS_CONFIGURED: Final = SignInOptions()


class AuthService:
    """One person's session with one tenant, for any asyncio program. Call `aclose` when done."""

    def __init__(
        self,
        config: "Config",
        *,
        store: SessionStore | None = None,
        transport: "httpx.AsyncBaseTransport | None" = None,
        clock: Clock = utc_now,
        open_url: BrowserOpener = open_in_browser,
        sleep: Sleep = asyncio.sleep,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.config: Final = config
        self.clock: Final = clock
        self.open_url: Final = open_url
        self.surroundings: Final = surroundings or look_around()
        """Where this program runs, for whoever shows the ways to sign in."""
        self.prover: Final = Prover(clock)
        self._current = CurrentSession(store or session_store(config))
        self._transport = transport
        self._sleep = sleep
        self._provider: Provider | None = None
        self._renewal = SharedRenewal(self._renew)
        self._sign_in: SignIn | None = None

    @property
    def session(self) -> Session | None:
        """The session, or None where nobody is signed in."""
        return self._current.session

    @property
    def storage(self) -> str:
        """Where the session lives and how it is protected, in one sentence."""
        return self._current.store.description

    @property
    def id_token(self) -> str | None:
        """The ID token, valid or not."""
        return self.session.token_set.id_token if self.session else None

    @property
    def profile(self) -> Profile | None:
        """Who is signed in."""
        return self.session.profile if self.session else None

    @property
    def token_expiry(self) -> datetime | None:
        """When the ID token expires."""
        return self.session.token_set.token_expiry if self.session else None

    @property
    def access_token(self) -> str | None:
        """The access token, valid or not; `get_access_token` returns one that is."""
        return self.session.token_set.access_token if self.session else None

    @property
    def access_token_expiry(self) -> datetime | None:
        """When the access token expires."""
        return self.session.token_set.access_token_expiry if self.session else None

    def is_authenticated(self) -> bool:
        """Return whether somebody is signed in, whatever has expired meanwhile."""
        return self.session is not None

    def is_id_token_valid(self) -> bool:
        """Return whether the ID token has not expired."""
        return self.token_expiry is not None and self.clock() < self.token_expiry

    def is_access_token_valid(self) -> bool:
        """Return whether the access token has not expired."""
        return self.access_token_expiry is not None and self.clock() < self.access_token_expiry

    def has_expired(self) -> bool:
        """Return whether somebody is signed in for whom only a new sign-in helps.

        The access token has expired, and there is no refresh token to renew it with.
        """
        return self.session is not None and self.session.has_expired(self.clock())

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` at every change, on the event loop; return what ends that."""
        return self._current.subscribe(listener)

    async def get_access_token(self, min_validity: timedelta | None = None) -> str:
        """Return an access token with at least `min_validity` (a minute) left, renewed if need be.

        Raises:
            SignInNeeded: nobody is signed in, or the session has ended.
            TenantUnreachable: a renewal is needed, and the tenant cannot be reached.
        """
        tokens = self._current.require().token_set
        if not tokens.is_good_for(min_validity, self.clock()):
            try:
                await self.renew_tokens()
            except DoorkeyError:
                # A token that has not expired has to do.
                if not self.is_access_token_valid():
                    raise
        return self._current.require().token_set.access_token

    async def get_id_token(self, min_validity: timedelta | None = None) -> str:
        """Return an ID token that is valid, renewed if need be; raises as `get_access_token`."""
        tokens = self._current.require().token_set
        if not tokens.id_token_is_good_for(min_validity, self.clock()):
            try:
                await self.renew_tokens()
            except DoorkeyError:
                if not self.is_id_token_valid():
                    raise
        if not self.is_id_token_valid():
            raise SignInNeeded("The tenant renews no ID tokens. Sign in again for a new one.")
        return self._current.require().token_set.id_token

    async def renew_tokens(self) -> None:
        """Get a new token set with the refresh token; any number of callers make one renewal.

        Raises:
            SignInNeeded: the tenant has ended the session, or never gave a refresh token.
            TenantUnreachable, TenantMisbehaved: no usable answer; the session stays.
        """
        await self._renewal.join()

    async def restore(self) -> None:
        """Take up the session that is kept, and renew it where it has expired.

        Raises:
            StoreFailed: it cannot be read.
            DoorkeyError: its renewal failed; `session` tells whether it stays.
        """
        await self._current.restore()
        if self.session and self.session.renewable and not self.is_access_token_valid():
            await self.renew_tokens()

    def take_up(self) -> None:
        """Take up the session that is kept; may wait for a keyring; raises StoreFailed."""
        self._current.take_up()

    async def follow_store(self) -> None:
        """Take over what another process has changed in the store since the last call.

        It costs next to nothing where nothing has changed, and never touches the network. A store
        that cannot be read changes nothing here, and is looked at again.
        """
        await self._current.follow_store()

    async def login(
        self,
        state: Mapping[str, str] | None = None,
        *,
        options: SignInOptions = AS_CONFIGURED,
        watch: Callable[[SignInProgress], None] = lambda _progress: None,
    ) -> LoginEvent:
        """Sign a person in, as `begin_login` does, and wait for it; raises as `SignIn.answer`.

        Cancel the task to cancel the sign-in.
        """
        return await self.begin_login(state, options=options, watch=watch).answer()

    def begin_login(
        self,
        state: Mapping[str, str] | None = None,
        *,
        options: SignInOptions = AS_CONFIGURED,
        watch: Callable[[SignInProgress], None] = lambda _progress: None,
    ) -> SignIn:
        """Begin to sign a person in, by the ways in `options`, and return the handle on it.

        `state` comes back in the LoginEvent. Another sign-in that is under way ends.
        """
        before = self._sign_in
        if before is not None:
            before.cancel("Another sign-in took the place of this one.")
        means = Means(
            make_provider=self._get_provider,
            reserve=self._current.reserve,
            keep=self._current.replace,
            adopt=lambda session: self._current.adopt(session, state),
            watch=watch,
            clock=self.clock,
            open_url=self.open_url,
            browser_has_argv=not self.surroundings.on_web_page,
            sleep=self._sleep,
        )
        self._sign_in = SignIn(self.config, options, means, before)
        return self._sign_in

    async def handle_authentication(self, callback_url: str) -> LoginEvent:
        """Complete the sign-in under way with the address that the browser ended at, or its code.

        Raises:
            SignInFailed: there is no sign-in under way, or this is not its answer.
        """
        if self._sign_in is None:
            raise SignInFailed("No sign-in is under way. Start one first.")
        await self._sign_in.take(callback_url)
        return await asyncio.shield(self._sign_in.answer())

    async def local_login(
        self, session: Session, state: Mapping[str, str] | None = None
    ) -> LoginEvent:
        """Keep a session and tell everybody; it is on disk before anybody uses it."""
        await self._current.replace(session)
        return self._current.adopt(session, state)

    async def log_out(
        self,
        *,
        at_tenant: bool = True,
        watch: Callable[[LogOutStep], None] = lambda _step: None,
    ) -> tuple[LogOutStep, ...]:
        """Wipe the session here, revoke the refresh token, sign out at the tenant; never raises.

        `at_tenant=False` opens no browser.
        """
        # What a renewal brings can be revoked; one that hangs must not keep anybody signed in.
        await self._renewal.end(WIPE_PATIENCE_SECONDS)
        step, session = await self._current.wipe()
        steps = [step]
        watch(step)
        if session is not None:
            opener = self.open_url if at_tenant else None
            async for step in leave_tenant(self._get_provider, session, opener, self._sleep):
                watch(step)
                if step.outcome != "waiting":
                    steps.append(step)
        return tuple(steps)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End what is under way, and close the connections."""
        if self._sign_in is not None:
            self._sign_in.cancel()
            await self._sign_in.wait_until_ended()
        await self._renewal.end()
        if self._provider is not None:
            await self._provider.aclose()

    async def _renew(self) -> None:
        current = self._current
        try:
            current.adopt(
                await renew(current.store, self._get_provider, current.require(), self.clock)
            )
        except SessionEnded as ended:
            current.forget(str(ended))
            raise

    def _get_provider(self) -> "Provider":
        if self._provider is None:
            from tui.auth.tenant.provider import Provider  # loads httpx, jwt, cryptography

            self._provider = Provider(self.config, self.clock, self._transport, prover=self.prover)
        return self._provider
