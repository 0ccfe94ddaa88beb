"""The doors: what the first paint does not wait for is loaded here, when it is first needed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.config.memory import AppMemory, memory_path
from tui.config.paths import logs_dir, shown, state_dir, user_config_dir
from tui.errors import ConfigInvalid
from tui.moments import Clock, Sleep, local_now
from tui.terminal.crash import report_crash
from tui.web_address import split_web_address

if TYPE_CHECKING:
    import httpx
    from textual.app import App
    from textual.screen import Screen

    from tui.api.client import ApiClient
    from tui.api.proxy.server import Proxy
    from tui.app.copying import SystemClipboard
    from tui.app.keys.keymap import CheckedKeymap
    from tui.app.messages import SignInRequested
    from tui.app.screens.doctor import DoctorScreen, Examine
    from tui.app.screens.external_api.screen import ExternalApiScreen
    from tui.app.screens.help import HelpScreen
    from tui.app.screens.home import HomeScreen
    from tui.app.screens.log_out import LogOutQuestion, LogOutScreen
    from tui.app.screens.profile import ProfileScreen
    from tui.app.screens.set_up.form import FormScreen
    from tui.app.screens.set_up.registration import Outside, RegistrationScreen
    from tui.app.screens.sign_in import SignInScreen
    from tui.app.screens.tenants import TenantsScreen
    from tui.app.screens.theme import ThemeScreen
    from tui.app.widgets.home_board import HomeBoard
    from tui.app.widgets.home_details import HomeDetails
    from tui.auth.keeper import Offline, SessionKeeper
    from tui.auth.service import AuthService
    from tui.auth.session import Session
    from tui.auth.store.sealing import KeyKeeper
    from tui.config.load import Config
    from tui.doctor.row import Row, Tell
    from tui.servers.checks import Finding, Look
    from tui.servers.processes import Servers

ServiceFactory = Callable[["Config"], "AuthService"]

ApiFactory = Callable[[str], "ApiClient"]
"""What makes the client of the API at an origin."""

Rest = Callable[[], Awaitable[None]]
"""Waits until there may be time for what nobody has asked for yet."""

REST_SECONDS: Final = 0.2
"""Between two such pieces of work; what a key waits for at most in one took up to 36 ms."""

KEYMAP_NAME: Final = "keymap.json"
"""Beside the config that one keeps for all projects."""


def service_for(config: "Config") -> "AuthService":
    """Make the service that the app uses outside tests."""
    from tui.auth.service import AuthService

    return AuthService(config)


async def rest() -> None:
    """Leave the time to keys and paintings."""
    await asyncio.sleep(REST_SECONDS)


def load_keymap(path: Path) -> "CheckedKeymap":
    """Read a keymap; where there is none, no screen is loaded to check it against."""
    from tui.app.keys.keymap import CheckedKeymap, read_keymap

    if not path.exists():
        return CheckedKeymap({})
    from tui.app.scopes import key_scopes

    return read_keymap(path, key_scopes())


@dataclass(frozen=True)
class Doors:
    """Makes the service and each screen, with what it needs of the world outside."""

    config: "Config"
    make_service: ServiceFactory = service_for
    make_api: ApiFactory | None = None
    clock: Clock = local_now
    sleep: Sleep = asyncio.sleep
    rest: Rest = rest
    memory: AppMemory = field(default_factory=lambda: AppMemory(memory_path()))
    copy_to_system: "SystemClipboard | None" = None
    look_around: "Look | None" = None
    examine: "Examine | None" = None
    tenant: "httpx.AsyncBaseTransport | None" = None
    """How tenants that are looked up are reached; None for the network."""
    keys: "KeyKeeper | None" = None
    """Where client secrets are kept; None for the system's keyring."""
    typed: dict[str, str] = field(default_factory=dict, repr=False)
    """What stood in the form for a new tenant when it was left."""
    keymap_path: Path = field(default_factory=lambda: user_config_dir() / KEYMAP_NAME)

    @cached_property
    def service(self) -> "AuthService":
        """Whose session this is; made when it is first asked for."""
        return self.make_service(self.config)

    def home(self) -> "HomeScreen":
        """Make Home."""
        from tui.app.screens.home import HomeScreen

        return HomeScreen(
            self.config.label, self.clock, self._home_board, self._home_details, self.doctor
        )

    def profile(self) -> "ProfileScreen":
        """Make Profile."""
        from tui.app.screens.profile import ProfileScreen

        return ProfileScreen(self.service, self.clock, self.memory, self._clipboard())

    def external_api(self) -> "ExternalApiScreen":
        """Make External API."""
        from tui.api.call import Caller
        from tui.api.client import ApiClient
        from tui.app.screens.external_api.screen import ExternalApiScreen

        api = (self.make_api or ApiClient)(self.config.api_url)
        caller = Caller(self.service, api, self.clock)
        copy = self._clipboard()
        return ExternalApiScreen(caller, self.clock, self.memory, copy, self._proxy, self.sleep)

    def sign_in(
        self, wish: "SignInRequested", scope: str, wait: Callable[[bool], Awaitable[None]]
    ) -> "SignInScreen":
        """Make the screen of one sign-in, which begins once `wait` is done: for the tenant."""
        from tui.app.screens.sign_in import SignInScreen
        from tui.auth.sign_in.attempt import SignInOptions

        options = SignInOptions(
            scope=scope,
            prompt=wish.prompt,
            acr_values=wish.acr_values,
            max_age_seconds=wish.max_age_seconds,
        )
        return SignInScreen(self.service, self.clock, self._clipboard(), wait, options)

    def log_out(self) -> "LogOutScreen":
        """Make the screen of one log out."""
        from tui.app.screens.log_out import LogOutScreen

        return LogOutScreen(self.service)

    def log_out_question(self) -> "LogOutQuestion":
        """Make the question before it."""
        from tui.app.screens.log_out import LogOutQuestion

        session = self.service.session
        return LogOutQuestion(signed_in_elsewhere=bool(session and session.signed_in_elsewhere))

    def tenants(self, session: "Session | None", with_servers: bool) -> "TenantsScreen":
        """Make the list of tenants; `session` is the one that is open here."""
        from tui.app.screens.tenants import TenantsScreen

        form = partial(self.set_up_form, with_servers)
        registration = partial(self._registration, with_servers)
        return TenantsScreen(
            self.config, session, with_servers, self.clock, form, registration, self._forget_secret
        )

    def set_up_form(self, with_servers: bool) -> "FormScreen":
        """Make the form for a tenant that is new here."""
        from tui.app.screens.set_up.form import FormScreen

        return FormScreen(self._outside(with_servers))

    async def _registration(self, with_servers: bool, config: "Config") -> "RegistrationScreen":
        await asyncio.to_thread(import_module, "tui.app.screens.set_up.registration")
        from tui.app.screens.set_up.registration import steps_again

        return await steps_again(config, self._outside(with_servers))

    def _forget_secret(self, config: "Config") -> bool:
        from tui.auth.store.client_secret import forget_secret

        return forget_secret(config, self._keyring())

    def _outside(self, with_servers: bool) -> "Outside":
        from tui.app.screens.set_up.registration import Outside

        return Outside(self._clipboard(), self._keyring(), self.tenant, with_servers, self.typed)

    def _keyring(self) -> "KeyKeeper":
        from tui.auth.store.sealing import SystemKeyring

        return self.keys or SystemKeyring()

    def theme_list(self) -> "ThemeScreen":
        """Make the list of themes."""
        from tui.app.screens.theme import ThemeScreen

        return ThemeScreen()

    def doctor(self) -> "DoctorScreen":
        """Make the doctor."""
        from tui.app.screens.doctor import DoctorScreen

        return DoctorScreen(self.examine or self._examine, self.config)

    def help(self, below: "Screen[object]") -> "HelpScreen":
        """Make the help for the screen `below`."""
        from tui.app.screens.help import HelpScreen

        return HelpScreen(below)

    def keymap(self) -> "CheckedKeymap":
        """Read the person's own keys, and check them against those of all screens."""
        return load_keymap(self.keymap_path)

    def servers(self) -> "Servers":
        """Make the bundled servers that the config points to."""
        from tui.servers.bundled import bundled_servers
        from tui.servers.processes import Servers

        return Servers(bundled_servers(self.config, state_dir()), logs_dir())

    def keeper(self, tell: "Callable[[Offline | None], None]") -> "SessionKeeper":
        """Make what keeps the session alive."""
        from tui.auth.keeper import SessionKeeper

        return SessionKeeper(self.service, tell, sleep=self.sleep)

    async def edit_config(self, app: "App[None]") -> "Config | str":
        """Open the config in an editor; return the changed one, or words for people."""
        from tui.app.editor import edit_config

        return await edit_config(app, self.config)

    async def findings(self) -> "tuple[Finding, ...]":
        """Look whether tenant, API and clock are right."""
        if self.look_around is not None:
            return await self.look_around(self.config)
        await asyncio.to_thread(_load_network, (self.config.issuer, self.config.api_url))
        from tui.servers.checks import check

        return await check(self.config)

    def report_crash(self, error: BaseException, signed_in: bool) -> str:
        """Write down how the app has broken, and return the words for the terminal."""
        words = self.service.storage if signed_in else "nobody was signed in."
        return report_crash(error, words, logs_dir(), self.clock(), shown)

    def _home_board(self) -> "HomeBoard":
        from tui.app.widgets.home_board import HomeBoard

        return HomeBoard(self.config, self.service.storage)

    def _home_details(self) -> "HomeDetails":
        from tui.app.widgets.home_details import HomeDetails
        from tui.app.widgets.token_panes import SessionPane

        return HomeDetails(lambda: SessionPane(self.clock, self.service.storage))

    async def _examine(self, watch: "Tell") -> "list[Row]":
        await asyncio.to_thread(import_module, "tui.doctor.examination")
        from tui.doctor.examination import examine_in_use

        return await examine_in_use(self.config, lambda _: self.service.session, watch)

    def _proxy(self, log: Callable[[str], None], require: Callable[[], Awaitable[None]]) -> "Proxy":
        from tui.api.proxy.server import Proxy
        from tui.api.proxy.tokens import Tokens
        from tui.http.connection import tls_context

        tokens = Tokens(self.service, require)
        return Proxy(self.config.api_url, tokens.sign, tls=tls_context(), log=log)

    def _clipboard(self) -> "SystemClipboard":
        from tui.terminal.clipboard import copy_to_system_clipboard

        return self.copy_to_system or copy_to_system_clipboard


def _load_network(urls: Iterable[str]) -> None:
    """Load what asking at `urls` takes, beside the event loop: no key waits for it."""
    from tui.http.connection import tls_context

    import_module("tui.servers.checks")
    if not all(split_web_address(url).is_local for url in urls):
        with suppress(ConfigInvalid):  # which the checks tell of
            tls_context()
