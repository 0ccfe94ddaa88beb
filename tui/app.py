"""The app: who is signed in, where one is, and what each key does. No HTTP, no tokens."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import AwaitMount
from textual.widgets import HelpPanel
from textual.worker import Worker

from tui.app_signals import end_on_signals
from tui.auth.errors import DoorkeyError
from tui.commands import system_commands
from tui.messages import (
    PROTECTED,
    GoRequested,
    LogOutRequested,
    PingSucceeded,
    Place,
    ServersChanged,
    SessionChanged,
    SignInRequested,
    place_of,
)
from tui.screens.failed_work import tell_of_failed_work
from tui.themes import DARK, LIGHT
from tui.widgets.account import Account
from tui.widgets.moments import Clock, local_now

if TYPE_CHECKING:
    from tui.auth.service import AuthService
    from tui.dev import Servers, ServerStatus
    from tui.screens.external_api import ApiCall


class DoorkeyApp(App[None]):
    """Signs a person in, shows who they are and what their tokens say, and calls the API."""

    TITLE = "Doorkey"
    CSS_PATH = "app.tcss"
    DEFAULT_MODE = "home"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (72, "-normal"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-medium"), (34, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "go('home')", "Home", show=False, id="home", tooltip="What to do next"),
        Binding("2", "go('profile')", "Profile", show=False, id="profile", tooltip="Who you are"),
        Binding(
            "3",
            "go('external-api')",
            "External API",
            show=False,
            id="external-api",
            tooltip="Call the API",
        ),
        Binding(
            "l", "sign_in", "Login", show=False, id="login", tooltip="Sign in with your browser"
        ),
        Binding("o", "log_out", "Log out", show=False, id="log-out", tooltip="End your session"),
        Binding(
            "f1",
            "toggle_help",
            "Help",
            key_display="F1",
            id="help",
            tooltip="What one can do here",
        ),
        Binding("q", "quit", "Quit", id="quit", tooltip="Leave; your session is kept"),
    ]

    account: reactive[Account] = reactive(Account(), bindings=True)
    """Who is signed in."""
    done: reactive[frozenset[str]] = reactive(frozenset[str]())
    """Which steps of Home are done: `sign-in`, `profile`, `external-api`."""
    servers: reactive["tuple[ServerStatus, ...]"] = reactive(())
    """How the bundled servers are; empty where the app did not start any."""

    def __init__(
        self,
        service: "AuthService",
        servers: "Servers | None" = None,
        *,
        clock: Clock = local_now,
        call_api: "ApiCall | None" = None,
    ) -> None:
        super().__init__()
        self.service = service
        self.clock = clock
        self._bundled = servers
        self._call_api = call_api
        self._restored = asyncio.Event()
        self._following = asyncio.Lock()
        self._unsubscribe: list[Callable[[], None]] = []
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        for place, factory in self._factories().items():
            self.add_mode(place, factory)

    # Start and end

    def on_mount(self) -> None:
        """Follow the service; leave everything that takes time until Home is painted."""
        end_on_signals(lambda code: self.exit(return_code=code))
        self._unsubscribe.append(
            self.service.subscribe(lambda event: self._tell(SessionChanged(event)))
        )
        self.call_after_refresh(self._begin)

    async def on_unmount(self) -> None:
        """Leave nothing running behind."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if self._bundled is not None:
            await self._bundled.stop()
        await self.service.aclose()

    def _begin(self) -> None:
        self._restore()
        if self._bundled is not None:
            self._unsubscribe.append(
                self._bundled.subscribe(lambda statuses: self._tell(ServersChanged(statuses)))
            )
            self.servers = self._bundled.statuses
            self.run_worker(self._bundled.start(), group="servers", exit_on_error=False)

    @work(group="restore", exit_on_error=False)
    async def _restore(self) -> None:
        notice = ""
        try:
            await self.service.restore()
        except DoorkeyError as error:
            notice = str(error)
        finally:
            await self._follow_service(notice)
            self._restored.set()

    def _tell(self, message: Message) -> None:
        self.post_message(message)

    # Where one is

    def go_to(self, place: Place) -> None:
        """Go to a place; to a protected one only after signing in."""
        if place in PROTECTED and not self.account.signed_in:
            self._sign_in(place)
        else:
            self.switch_mode(place)

    def switch_mode(self, mode: str) -> AwaitMount:
        """Go to a mode, whoever asks; nobody gets to a protected one signed out."""
        if mode in PROTECTED and not self.account.signed_in:
            mode = "home"
        if mode == "profile":
            self.done |= {"profile"}
        return super().switch_mode(mode)

    def _factories(self) -> dict[Place, Callable[[], Screen[None]]]:
        return {
            "home": self._make_home,
            "profile": self._make_profile,
            "external-api": self._make_external_api,
        }

    def _make_home(self) -> Screen[None]:
        from tui.screens.home import HomeScreen

        return HomeScreen(self.service.config, self.service.storage, self.clock)

    def _make_profile(self) -> Screen[None]:
        from tui.screens.profile import ProfileScreen

        return ProfileScreen(self.service.config.domain, self.clock)

    def _make_external_api(self) -> Screen[None]:
        from tui.screens.external_api import ExternalApiScreen

        return ExternalApiScreen(self.service, self.clock, self._call_api)

    # Who is signed in

    @work(exclusive=True, group="sign-in", exit_on_error=False)
    async def _sign_in(self, place: Place) -> None:
        await self._restored.wait()
        if not self.account.signed_in:
            from tui.screens.sign_in import SignInScreen

            settled = self._bundled.settled if self._bundled is not None else None
            screen = SignInScreen(self.service, place, self.clock, self.service.open_url, settled)
            event = await self.push_screen_wait(screen)
            if event is None:
                return
            await self._follow_service(event.reason)
            place = place_of(event)
        self.switch_mode(place)

    async def _follow_service(self, notice: str = "") -> None:
        # One at a time: modes are taken away and added again, with a pause in between.
        async with self._following:
            session = self.service.session
            if session is None:
                self.account = Account("signed-out", None, notice)
                await self._forget_person()
            else:
                self.account = Account("signed-in", session, notice)
                self.done |= {"sign-in"}

    async def _forget_person(self) -> None:
        """Take away everything that a screen may still know of the person."""
        self.done = frozenset()
        if self.current_mode in PROTECTED:
            await super().switch_mode("home")
        for place, factory in self._factories().items():
            if place in PROTECTED:
                await self.remove_mode(place)
                self.add_mode(place, factory)

    # What is asked for, and what has happened

    @on(GoRequested)
    def _go_requested(self, message: GoRequested) -> None:
        self.go_to(message.place)

    @on(SignInRequested)
    def action_sign_in(self) -> None:
        """Sign in through the browser."""
        if not self.account.signed_in:
            self._sign_in("home")

    @on(LogOutRequested)
    def action_log_out(self) -> None:
        """End the session, here and at the tenant."""
        if self.account.signed_in:
            self._log_out()

    @work(exclusive=True, group="log-out", exit_on_error=False)
    async def _log_out(self) -> None:
        from tui.screens.log_out import LogOutScreen

        await self.switch_mode("home")
        await self.push_screen_wait(LogOutScreen(self.service))

    @on(SessionChanged)
    async def _session_changed(self, message: SessionChanged) -> None:
        await self._follow_service(message.event.reason)

    @on(ServersChanged)
    def _servers_changed(self, message: ServersChanged) -> None:
        self.servers = message.statuses

    @on(PingSucceeded)
    def _ping_succeeded(self) -> None:
        self.done |= {"external-api"}

    @on(Worker.StateChanged)
    def _work_changed(self, message: Worker.StateChanged) -> None:
        tell_of_failed_work(self, message)

    # Keys and palette

    def action_go(self, place: Place) -> None:
        """Go to a place."""
        self.go_to(place)

    async def action_toggle_help(self) -> None:
        """Show or hide what one can do here."""
        if self.screen.query(HelpPanel):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to sign in to who is signed out, and to log out to who is signed in."""
        if action == "sign_in":
            return not self.account.signed_in
        if action == "log_out":
            return self.account.signed_in
        return super().check_action(action, parameters)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """List what the palette offers."""
        return system_commands(self)
