"""An app around one session: who is signed in, whether the tenant answers, which modes are open."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import App
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import AwaitMount

from tui.app.account import Account
from tui.app.messages import (
    PROTECTED,
    GoRequested,
    LogOutRequested,
    Place,
    RenewRequested,
    ScopeRequested,
    SessionChanged,
    SignInRequested,
    SwitchAccountRequested,
)
from tui.app.moments import Clock
from tui.errors import DoorkeyError
from tui.text import printable

if TYPE_CHECKING:
    from tui.app.copying import SystemClipboard
    from tui.auth.keeper import Offline
    from tui.auth.service import AuthService
    from tui.auth.sign_in.attempt import SignInOptions
    from tui.config.load import Config

Sleep = Callable[[float], Awaitable[None]]

ScreenFactories = Mapping[Place, Callable[[], Screen[None]]]

FRAME_SECONDS: Final = 1 / 60

FIRST_VISIT_SECONDS: Final = 0.05
"""A screen that is just put together would be painted several times."""

ServiceFactory = Callable[["Config"], "AuthService"]


def service_for(config: "Config") -> "AuthService":
    """Make the service as it is; loads what the first paint must not wait for."""
    from tui.auth.service import AuthService

    return AuthService(config)


class SessionApp(App[None]):
    """Follows an AuthService, keeps its session alive, and lets nobody past the guard."""

    account: reactive[Account] = reactive(Account(), bindings=True)
    """Who is signed in."""
    offline: reactive["Offline | None"] = reactive(None)
    """Why the session cannot be renewed now, and when that is tried again."""

    def __init__(
        self,
        config: "Config",
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        make_service: ServiceFactory = service_for,
    ) -> None:
        super().__init__()
        self.sleep = sleep
        self.config = config
        self._make_service = make_service
        self._been_at: set[str] = set()
        self._mask_seconds = FRAME_SECONDS
        self.clock = clock
        self._restored = asyncio.Event()
        self._following = asyncio.Lock()
        for place, factory in self.screen_factories().items():
            self.add_mode(place, factory)

    @cached_property
    def service(self) -> "AuthService":
        """Whose session this is; made when it is first asked for, after the first paint."""
        return self._make_service(self.config)

    def screen_factories(self) -> ScreenFactories:
        """Give what makes each mode's screen."""
        raise NotImplementedError

    def system_clipboard(self) -> "SystemClipboard":
        """Give what copies to the clipboard of the machine that the person looks at."""
        raise NotImplementedError

    async def until_tenant_settled(self) -> None:
        """Wait until a tenant that this app has started itself is up; at once for any other."""

    def tell(self, message: Message) -> None:
        """Take a message in from a listener, which has no use for an answer."""
        self.post_message(message)

    # The session, from the first paint on

    @work(group="keep", exclusive=True, exit_on_error=False)
    async def keep_session(self) -> None:
        """Take up the session that is kept, then keep it alive until the app ends."""
        notice = ""
        try:
            await self.service.restore()
        except DoorkeyError as error:
            notice = str(error)
        finally:
            await self._follow_service(notice)
            self._restored.set()
        from tui.auth.keeper import SessionKeeper

        await SessionKeeper(self.service, self._tell_offline, sleep=self.sleep).keep()

    def _tell_offline(self, offline: "Offline | None") -> None:
        self.offline = offline

    async def _follow_service(self, notice: str = "") -> None:
        # One at a time: modes are taken away and added again, with a pause in between.
        async with self._following:
            session, before = self.service.session, self.account.session
            if session is None or (
                before is not None and before.profile.subject != session.profile.subject
            ):
                await self._forget_person()
            if session is None:
                self.account = Account("signed-out", None, notice)
            else:
                self.account = Account("signed-in", session, notice)

    async def _forget_person(self) -> None:
        """Take away everything that a screen may still know of the person."""
        self.account = Account("signed-out")
        self._clipboard = ""
        if self.current_mode in PROTECTED:
            await super().switch_mode("home")
        for place, factory in self.screen_factories().items():
            if place in PROTECTED:
                await self.remove_mode(place)
                self._been_at.discard(place)
                self.add_mode(place, factory)

    @on(SessionChanged)
    async def _session_changed(self, message: SessionChanged) -> None:
        await self._follow_service(message.event.reason)

    # Where one is

    @on(GoRequested)
    def _go_requested(self, message: GoRequested) -> None:
        self.go_to(message.place)

    def go_to(self, place: Place) -> None:
        """Go to a place; to a protected one only after signing in."""
        if place in PROTECTED and not self.account.signed_in:
            self._sign_in(place)
        else:
            self.switch_mode(place)

    def action_go(self, place: Place) -> None:
        """Go to a place."""
        self.go_to(place)

    def switch_mode(self, mode: str) -> AwaitMount:
        """Go to a mode, whoever asks; nobody gets to a protected one signed out."""
        if mode in PROTECTED and not self.account.signed_in:
            mode = "home"
        self._mask_seconds = FRAME_SECONDS if mode in self._been_at else FIRST_VISIT_SECONDS
        self._been_at.add(mode)
        return super().switch_mode(mode)

    def delay_update(self, delay: float = 0.05) -> None:
        """Mask a change of screens no longer than it takes; Textual has the same for all."""
        super().delay_update(min(delay, self._mask_seconds))

    # Signing in, renewing, logging out

    @on(SignInRequested)
    def action_sign_in(self) -> None:
        """Sign in through the browser."""
        if not self.account.signed_in:
            self._sign_in("home")

    @on(SwitchAccountRequested)
    def action_switch_account(self) -> None:
        """Sign in as somebody else; whoever is signed in now stays so until that works."""
        from tui.auth.sign_in.attempt import SignInOptions

        if self.account.signed_in:
            self._sign_in(self._place_now(), SignInOptions(prompt="login"))

    @on(ScopeRequested)
    def _scope_requested(self, message: ScopeRequested) -> None:
        from tui.auth.sign_in.attempt import SignInOptions

        self._sign_in(self._place_now(), SignInOptions(scope=message.scope))

    def _place_now(self) -> Place:
        return next(place for place in self.screen_factories() if place == self.current_mode)

    @work(exclusive=True, group="sign-in", exit_on_error=False)
    async def _sign_in(self, place: Place, options: "SignInOptions | None" = None) -> None:
        await self._restored.wait()
        if options is not None or not self.account.signed_in:
            from tui.app.screens.sign_in import SignInScreen
            from tui.auth.service import AS_CONFIGURED

            screen = SignInScreen(
                self.service,
                self.clock,
                self.system_clipboard(),
                self.until_tenant_settled,
                options or AS_CONFIGURED,
            )
            # Over Home: the other places go away when another person signs in.
            await self.switch_mode("home")
            event = await self.push_screen_wait(screen)
            if event is None:
                self.switch_mode(place)
                return
            await self._follow_service(event.reason)
        self.switch_mode(place)

    @on(RenewRequested)
    def action_renew(self) -> None:
        """Get a new token set now."""
        if self.account.signed_in:
            self._renew()

    @work(exclusive=True, group="renew", exit_on_error=False)
    async def _renew(self) -> None:
        try:
            await self.service.renew_tokens()
        except DoorkeyError as error:
            self.notify(printable(error), title="Not renewed", severity="warning", markup=False)
        else:
            self.notify("You have new tokens.", title="Renewed", markup=False)

    @on(LogOutRequested)
    def action_log_out(self) -> None:
        """End the session, here and at the tenant."""
        if self.account.signed_in:
            self._log_out()

    @work(exclusive=True, group="log-out", exit_on_error=False)
    async def _log_out(self) -> None:
        from tui.app.screens.log_out import LogOutScreen

        await self.switch_mode("home")
        await self.push_screen_wait(LogOutScreen(self.service))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to sign in to who is signed out, and the rest to who is signed in."""
        if action == "sign_in":
            return not self.account.signed_in
        if action in ("log_out", "renew", "switch_account"):
            return self.account.signed_in
        return super().check_action(action, parameters)
