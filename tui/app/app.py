"""The app: its places, its keys, its colours, and how it starts and ends. No HTTP, no tokens."""

from datetime import datetime
from typing import TYPE_CHECKING

from textual import on
from textual.driver import Driver
from textual.reactive import reactive, var
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import AwaitMount

from tui.app.account import Account
from tui.app.background import Background
from tui.app.doors import Doors
from tui.app.keys.caps import APP_BINDINGS
from tui.app.messages import (
    CheckRequested,
    ConfigEditRequested,
    FindingsChanged,
    GoRequested,
    LogOutRequested,
    OfflineChanged,
    Opening,
    PingSucceeded,
    Place,
    RenewRequested,
    ServersChanged,
    SessionChanged,
    SignInEnded,
    SignInRequested,
)
from tui.app.navigation import Navigation, ScreenFactories
from tui.app.screens.place import PlaceScreen
from tui.app.terminal_app import TerminalApp
from tui.app.textual_internals import KeptStylesheet, forget_clipboard, report_crashes
from tui.moments import TICK_SECONDS, local_now
from tui.terminal.signals import stop_job

if TYPE_CHECKING:
    from tui.app.screens.sign_in import SignInScreen
    from tui.auth.keeper import Offline
    from tui.servers.checks import Finding
    from tui.servers.processes import Servers, ServerStatus


class DoorkeyApp(TerminalApp):
    """Signs a person in, shows who they are and what their tokens say, and calls the API."""

    CSS_PATH = "app.tcss"
    DEFAULT_MODE = "home"
    BINDINGS = APP_BINDINGS

    account = reactive(Account(), bindings=True)
    """Who is signed in."""
    offline: var["Offline | None"] = var(None)
    """Why the session cannot be renewed now, and when that is tried again."""
    now: var[datetime] = var(local_now)
    """The present, once a second, while something is shown that depends on it."""
    done: var[frozenset[str]] = var(frozenset[str]())
    """Which steps of Home are done: `sign-in`, `profile`, `external-api`."""
    servers: var["tuple[ServerStatus, ...]"] = var(())
    """How the bundled servers are; empty where the app did not start any."""
    painted: var[bool] = var(False)
    """Whether there is something to see yet; what takes time waits for it."""
    findings: var["tuple[Finding, ...]"] = var(())
    """What the last look around has found."""

    def __init__(
        self,
        doors: Doors,
        servers: "Servers | None" = None,
        *,
        opening: Opening | None = None,
        driver_class: type[Driver] | None = None,
    ) -> None:
        super().__init__(doors.memory, driver_class)
        self._doors = doors
        self._opening = opening or Opening(doors.config)
        self._background = Background(self, doors, servers)
        self._ticks: Timer | None = None
        self.set_reactive(DoorkeyApp.now, doors.clock())
        self.navigation = Navigation(self, lambda: self.account, self._places(), self._for_sign_in)
        # With the colours of the theme from the start: others would have it parse all twice.
        self.stylesheet = KeptStylesheet(variables=self.get_css_variables())
        report_crashes(self, lambda error: doors.report_crash(error, self.account.signed_in))

    # Start and end

    def on_mount(self) -> None:
        """Leave everything that takes time until Home is painted."""
        self._ticks = self.set_interval(TICK_SECONDS, self._tick, pause=True)

    def on_ready(self) -> None:
        """Begin once Home is painted."""
        self.call_after_refresh(self._begin)

    async def on_unmount(self) -> None:
        """Stop everything that was begun."""
        await self._background.end()

    def _begin(self) -> None:
        if self.return_code is not None:  # it has ended meanwhile
            return
        self.painted = True
        self._background.begin()
        self.take_keymap(self._doors.keymap(), self._doors.keymap_path)
        self.navigation.begin(self._opening)
        self._background.load_ahead(self.navigation.build_ahead)

    # Places: what each is told of the app's state

    def _places(self) -> ScreenFactories:
        steps = (DoorkeyApp.painted, DoorkeyApp.done)
        return {
            "home": lambda: self._bind_state(self._doors.home()).data_bind(*steps),
            "profile": lambda: self._bind_state(self._doors.profile()),
            "external-api": lambda: self._bind_state(self._doors.external_api()),
        }

    def _bind_state(self, place: PlaceScreen) -> PlaceScreen:
        who = (DoorkeyApp.account, DoorkeyApp.offline, DoorkeyApp.now)
        return place.data_bind(*who, DoorkeyApp.servers, DoorkeyApp.findings)

    def _for_sign_in(self, wish: SignInRequested, behind: Screen[None]) -> "SignInScreen":
        self._keep_time()
        kept = self.account.scope_beyond(self._doors.config.scope) if wish.keeps_person else ""
        scope, wait = wish.scope or kept, self._background.wait_for_tenant
        screen = self._doors.sign_in(wish, scope, wait)
        screen.behind = behind if isinstance(behind, PlaceScreen) else None
        return screen.data_bind(DoorkeyApp.now)

    def switch_mode(self, mode: str) -> AwaitMount:
        """Go to a mode, whoever asks; the guard may lead elsewhere."""
        mode = self.navigation.admit(mode)
        if mode == "profile":
            self.done |= {"profile"}
        return super().switch_mode(mode)

    def delay_update(self, delay: float = 0.05) -> None:
        """Mask a change of screens only while one is put together: 50 ms less on all others."""
        if self.navigation.mask_seconds:
            super().delay_update(min(delay, self.navigation.mask_seconds))

    # The session

    @on(SessionChanged)
    async def _follow_service(self, message: SessionChanged) -> None:
        account = Account.of(self._doors.service.session, message.notice, self._doors.clock())
        if not account.is_of(self.account):
            self.account = Account("signed-out")
            forget_clipboard(self)
            await self.navigation.forget_person()
            self._background.load_ahead(self.navigation.build_ahead)
        if self.screen_stack:  # else the app is ending
            self.account = account
            self.navigation.follow_account()

    def watch_account(self, account: Account) -> None:
        """Count the steps of whoever is signed in, and the time that is left."""
        kept = self.done - {"sign-in"} if account.signed_in else frozenset[str]()
        self.done = kept | {"sign-in"} if account.state == "signed-in" else kept
        self._keep_time()

    def _keep_time(self) -> None:
        if self._ticks is not None:
            self._tick()
            is_shown = self.account.session or self.navigation.is_signing_in
            (self._ticks.resume if is_shown else self._ticks.pause)()

    def _tick(self) -> None:
        self.now = self._doors.clock()
        self.account = self.account.at(self.now)

    def action_go(self, place: Place) -> None:
        """Go to a place."""
        self.navigation.go(place)

    @on(GoRequested)
    def _go(self, message: GoRequested) -> None:
        self.navigation.go(message.place)

    def action_sign_in(self) -> None:
        """Sign in through the browser."""
        self._sign_in(SignInRequested())

    def action_switch_account(self) -> None:
        """Sign in as somebody else; whoever is signed in now stays so until that works."""
        self._sign_in(SignInRequested(prompt="login"))

    @on(SignInRequested)
    def _sign_in(self, message: SignInRequested) -> None:
        self.navigation.request_sign_in(message)

    @on(SignInEnded)
    def _end_sign_in(self) -> None:
        self.navigation.end_sign_in()
        self._keep_time()

    @on(RenewRequested)
    def action_renew(self) -> None:
        """Get a new token set now; without a refresh token, sign in with consent to get one."""
        asked = self._doors.service.config.scope.split()
        if self.account.lacks_refresh_token and "offline_access" in asked:
            # Both certified providers that were tried give one with consent only.
            self.post_message(SignInRequested(prompt="consent"))
        elif self.account.signed_in:
            self._background.renew()

    @on(LogOutRequested)
    def action_log_out(self) -> None:
        """Ask, then end the session, here and at the tenant."""
        if self.account.signed_in:
            self.navigation.log_out(self._doors.log_out_question(), self._doors.log_out)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to sign in to who is not, to renew before the expiry, the rest to who signed in."""
        if action == "sign_in":
            return self.account.state != "signed-in"
        if action == "renew":
            return self.account.state == "signed-in"
        if action in ("log_out", "switch_account"):
            return self.account.signed_in
        return super().check_action(action, parameters)

    @on(OfflineChanged)
    def _show_offline(self, message: OfflineChanged) -> None:
        """Look around as well: what has been found before is not so any more."""
        has_turned = (self.offline is None) != (message.offline is None)
        self.offline = message.offline
        if has_turned:
            self._background.look_around()

    @on(ServersChanged)
    def _show_servers(self, message: ServersChanged) -> None:
        self.servers = message.statuses

    @on(FindingsChanged)
    def _show_findings(self, message: FindingsChanged) -> None:
        self.findings = message.findings

    @on(CheckRequested)
    def _look_around(self, message: CheckRequested) -> None:
        self._background.look_around(start=message.start)

    @on(PingSucceeded)
    def _count_ping(self) -> None:
        self.done |= {"external-api"}

    @on(ConfigEditRequested)
    def _edit_config(self) -> None:
        self._background.edit_config()

    def action_suspend_process(self) -> None:
        """Leave the terminal to the shell until `fg`."""
        stop_job(self.suspend)

    async def action_help(self) -> None:
        """Show what one can do here."""
        await self.push_screen(self._doors.help(self.screen))

    def action_change_theme(self) -> None:
        """Choose a theme from a list."""
        self.themes.choose(self._doors.theme_list)

    def action_tenants(self) -> None:
        """Show the profiles and the configs at hand, to open another."""
        self.push_screen(self._doors.tenants(self.account.session, bool(self.servers)))
