"""The app: its places, its keys, its colours, and how it starts and ends. No HTTP, no tokens."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual import on, work
from textual.app import SystemCommand
from textual.reactive import reactive
from textual.screen import Screen
from textual.theme import Theme
from textual.widget import AwaitMount
from textual.worker import Worker

from tui.app.account import Account
from tui.app.keys.caps import APP_BINDINGS
from tui.app.messages import (
    CheckRequested,
    ConfigEditRequested,
    PingSucceeded,
    ServersChanged,
    SessionChanged,
)
from tui.app.moments import Clock, local_now
from tui.app.navigation import ScreenFactories, ServiceFactory, SessionApp, Sleep, service_for
from tui.app.textual_internals import KeptStylesheet
from tui.app.themes import DARK, LIGHT, THEME_MEMORY, usable_theme
from tui.config.memory import AppMemory, memory_path
from tui.config.paths import logs_dir, shown, user_config_dir
from tui.servers.look import Look, look_over_the_network
from tui.terminal.signals import end_on_signals
from tui.text import printable

if TYPE_CHECKING:
    from tui.api.client import ApiClient
    from tui.app.copying import SystemClipboard
    from tui.config.load import Config
    from tui.servers.checks import Finding
    from tui.servers.processes import Servers, ServerStatus


KEYMAP_NAME: Final = "keymap.json"
"""Beside the config that one keeps for all projects."""

LOOK_AGAIN_SECONDS: Final = 10.0
"""While something is amiss; somebody may just be mending it."""

PREPARED: Final = (
    "tui.app.screens.sign_in", "tui.app.screens.profile", "tui.app.screens.external_api",
    "tui.api.client",
    "tui.app.screens.help",
)  # fmt: skip
"""What is loaded after the first paint, so that the first visit of a place is quick."""


class DoorkeyApp(SessionApp):
    """Signs a person in, shows who they are and what their tokens say, and calls the API."""

    TITLE = "Doorkey"
    CSS_PATH = "app.tcss"
    DEFAULT_MODE = "home"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (72, "-normal"), (118, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-medium"), (34, "-tall")]  # noqa: RUF012
    BINDINGS = APP_BINDINGS

    done: reactive[frozenset[str]] = reactive(frozenset[str]())
    """Which steps of Home are done: `sign-in`, `profile`, `external-api`."""
    servers: reactive["tuple[ServerStatus, ...]"] = reactive(())
    """How the bundled servers are; empty where the app did not start any."""

    painted: reactive[bool] = reactive(False)
    """Whether there is something to see yet; what takes time waits for it."""

    findings: reactive["tuple[Finding, ...]"] = reactive(())
    """What the last look around has found."""

    def __init__(
        self,
        config: "Config",
        servers: "Servers | None" = None,
        *,
        make_service: ServiceFactory = service_for,
        clock: Clock = local_now,
        sleep: Sleep = asyncio.sleep,
        make_api: "Callable[[str], ApiClient] | None" = None,
        memory: AppMemory | None = None,
        copy_to_system: "SystemClipboard | None" = None,
        look: "Look | None" = None,
        keymap: Path | None = None,
    ) -> None:
        super().__init__(config, clock, sleep, make_service)
        self._bundled = servers
        self._make_api = make_api
        self._copy_to_system = copy_to_system
        self._look = look
        self._keymap_path = keymap
        self._memory = memory or AppMemory(memory_path())
        self._unsubscribe: list[Callable[[], None]] = []
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = self._usable(self._memory.get(THEME_MEMORY))
        # With the colours of the theme from the start: others would have it parse all twice.
        self.stylesheet = KeptStylesheet(variables=self.get_css_variables())

    # Start and end

    def on_mount(self) -> None:
        """Leave everything that takes time until Home is painted."""
        end_on_signals(lambda code: self.exit(return_code=code))
        self.theme_changed_signal.subscribe(self, self._theme_changed)

    def on_ready(self) -> None:
        """Paint Home, whose layout was made before anything may be painted; then begin."""
        # At once, instead of with the next tick of Textual's clock.
        self._display(self.screen, self.screen._compositor.render_update(full=True))
        self.call_after_refresh(self._begin)

    async def on_unmount(self) -> None:
        """Leave nothing running behind."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if self._bundled is not None:
            await self._bundled.stop()
        if self.painted:  # before that there is none
            await self.service.aclose()

    def _begin(self) -> None:
        if not gc.isenabled():
            gc.freeze()  # nor need it look again and again at what stays for good
            gc.enable()
        self.painted = True
        self._unsubscribe.append(
            self.service.subscribe(lambda event: self.tell(SessionChanged(event)))
        )
        self.keep_session()
        if self._bundled is not None:
            self._unsubscribe.append(
                self._bundled.subscribe(lambda statuses: self.tell(ServersChanged(statuses)))
            )
            self.servers = self._bundled.statuses
            self.run_worker(self._bundled.start(), group="servers", exit_on_error=False)
        self._look_around()
        self._take_keymap()
        self._prepare()

    @work(group="prepare", exit_on_error=False)
    async def _prepare(self) -> None:
        # While nobody waits for it, and beside the event loop: what other places are made of.
        for name in PREPARED:
            await asyncio.to_thread(import_module, name)
        if not self.account.signed_in:
            await asyncio.to_thread(import_module, "tui.auth.tenant.session_from_tokens")
        self.stylesheet.read_all(sorted(Path(__file__).with_name("screens").glob("*.tcss")))
        self.stylesheet.parse()

    @on(CheckRequested)
    @work(exclusive=True, group="check", exit_on_error=False)
    async def _look_around(self) -> None:
        await self.until_tenant_settled()
        look = self._look or look_over_the_network
        self.findings = ()
        while True:
            self.findings = await look(self.config)
            if all(finding.health == "good" for finding in self.findings):
                return
            await self.sleep(LOOK_AGAIN_SECONDS)

    async def until_tenant_settled(self) -> None:
        """Wait until the bundled servers are up, or have failed."""
        if self._bundled is not None:
            await self._bundled.settled()

    # Places

    def screen_factories(self) -> ScreenFactories:
        """Give what makes each mode's screen; each loads its module when it is first needed."""
        return {
            "home": self._make_home,
            "profile": self._make_profile,
            "external-api": self._make_external_api,
        }

    def _make_home(self) -> Screen[None]:
        from tui.app.screens.home import HomeScreen

        return HomeScreen(self.config, lambda: self.service.storage, self.clock)

    def _make_profile(self) -> Screen[None]:
        from tui.app.screens.profile import ProfileScreen

        return ProfileScreen(self.service, self.clock, self._memory, self.system_clipboard())

    def system_clipboard(self) -> "SystemClipboard":
        """Give what copies to the clipboard of the machine that the person looks at."""
        from tui.terminal.clipboard import copy_to_system_clipboard

        return self._copy_to_system or copy_to_system_clipboard

    def _make_external_api(self) -> Screen[None]:
        from tui.api.call import Caller
        from tui.api.client import ApiClient
        from tui.app.screens.external_api import ExternalApiScreen

        api = (self._make_api or ApiClient)(self.config.api_url)
        caller = Caller(self.service, api, self.clock)
        return ExternalApiScreen(caller, self.clock, self._memory, self.sleep)

    def switch_mode(self, mode: str) -> AwaitMount:
        """Go to a mode, and remember that one has been there."""
        if mode == "profile" and self.account.signed_in:
            self.done |= {"profile"}
        return super().switch_mode(mode)

    # What has happened

    def watch_account(self, account: Account) -> None:
        """Count the steps of whoever is signed in."""
        self.done = self.done | {"sign-in"} if account.signed_in else frozenset()

    @on(ServersChanged)
    def _servers_changed(self, message: ServersChanged) -> None:
        self.servers = message.statuses

    @on(PingSucceeded)
    def _ping_succeeded(self) -> None:
        self.done |= {"external-api"}

    @on(Worker.StateChanged)
    def _work_changed(self, message: Worker.StateChanged) -> None:
        from tui.app.screens.failed_work import tell_of_failed_work

        tell_of_failed_work(self, message)

    @on(ConfigEditRequested)
    @work(exclusive=True, group="editor", exit_on_error=False)
    async def _edit_config(self) -> None:
        from tui.app.config_editing import edit_config

        outcome = await edit_config(self, self.config)
        self.notify(printable(outcome), title="The config", markup=False, timeout=10)

    # Colours and keys

    def _usable(self, theme: object) -> str:
        return usable_theme(theme, self.available_themes, no_color="NO_COLOR" in os.environ)

    def _theme_changed(self, theme: Theme) -> None:
        usable = self._usable(theme.name)
        if usable == theme.name:
            self._memory.set(THEME_MEMORY, usable)
        else:
            self.theme = usable

    def _take_keymap(self) -> None:
        path = self._keymap_path or user_config_dir() / KEYMAP_NAME
        if not path.exists():
            return
        from tui.app.keys.keymap import read_keymap
        from tui.app.keys.scopes import key_scopes

        keymap = read_keymap(path, key_scopes())
        self.set_keymap(keymap.keys)
        for trouble in keymap.troubles:
            self.notify(trouble, title=shown(path), severity="warning", markup=False, timeout=15)

    # When it breaks

    def _fatal_error(self) -> None:
        # Textual's own report shows the variables of each frame, tokens among them.
        from tui.terminal.crash import crash_report

        error = sys.exc_info()[1] or self._exception
        words = self.service.storage if self.account.signed_in else "nobody was signed in."
        report = crash_report(error or RuntimeError(), words, logs_dir(), self.clock(), shown)
        self._exit_renderables.append(Text(report))
        self._close_messages_no_wait()

    # Help and palette

    async def action_help(self) -> None:
        """Show what one can do here; help has the same key to go away."""
        from tui.app.screens.help import HelpScreen

        await self.push_screen(HelpScreen(self.screen))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """List what the palette offers."""
        from tui.app.palette import system_commands

        return system_commands(self, screen)
