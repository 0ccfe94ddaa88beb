"""The proxy on External API: its switch, and the lines that say where it listens.

It runs beside the screens, with their session, and ends with them.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from tui.app.keys.caps import key_cap
from tui.app.screens.external_api.dialogs import proxy_question
from tui.app.screens.place import PlaceScreen
from tui.app.widgets.key_line import KeyLine
from tui.errors import DoorkeyError, SignInNeeded
from tui.servers.own_api import require_own_api
from tui.text import printable

if TYPE_CHECKING:
    from tui.api.proxy.server import Proxy
    from tui.config.load import Config

MakeProxy = Callable[[Callable[[str], None], Callable[[], Awaitable[None]]], "Proxy"]
"""Makes the proxy of the API; it is given what takes a line for each request, and what raises
DoorkeyError where no token is to be sent now."""

HOST: Final = "127.0.0.1"

DRAW_SECONDS: Final = 0.5
"""Thousands of requests in a second are drawn no oftener than that."""

LONGEST_LAST: Final = 100


class ProxySwitch:
    """Turns the proxy on and off; it is off at first, and listens on any free port."""

    def __init__(self, screen: PlaceScreen, make_proxy: MakeProxy, config: "Config") -> None:
        self._screen = screen
        self._config = config
        self._make_proxy = make_proxy
        self._proxy: Proxy | None = None
        self._is_meant = False
        """Whether somebody has said so while the app runs."""
        self.address = ""
        """Where it listens, with its secret; empty while it is off."""

    async def turn(self) -> None:
        """Turn it on, or off, and say so."""
        if self._proxy is None:
            await self._turn_on()
        else:
            await self.turn_off()
        self._screen.query_one(ProxyLine).show(self.address)
        name = "Stop proxy" if self.address else "Proxy"
        key_line = self._screen.query_one(KeyLine)
        key_line.names = {**key_line.names, "proxy": name}
        self._screen.refresh_bindings()

    async def turn_off(self) -> None:
        """End it, and what passes through it just now."""
        proxy, self._proxy, self.address = self._proxy, None, ""
        if proxy is not None:
            await proxy.aclose()

    async def _turn_on(self) -> None:
        try:
            if self._screen.account.state == "expired":
                login = key_cap(self._screen, "login")
                raise SignInNeeded(f"The session has expired. {login} signs you in again.")
            await self._require_own_api()
            asked = self._screen.app.push_screen_wait
            self._is_meant = self._is_meant or await asked(proxy_question())
            if not self._is_meant:
                return
            count = self._screen.query_one(ProxyLine).count
            proxy = self._make_proxy(count, self._require_own_api)
            self.address = await proxy.listen(HOST, 0)
        except DoorkeyError as error:
            self._say(str(error))
        except OSError as error:
            self._say(f"No port of {HOST} can be had ({error.strerror}).")
        else:
            self._proxy = proxy

    async def _require_own_api(self) -> None:
        await require_own_api(self._config, self._screen.servers)

    def _say(self, trouble: str) -> None:
        words = printable(trouble)
        self._screen.notify(words, title="No proxy", severity="warning", markup=False)


class ProxyLine(Static):
    """Three lines, or nothing while the proxy is off."""

    def __init__(self) -> None:
        super().__init__(id="proxy-line", markup=False)
        self._address = ""
        self._passed = 0
        self._drawn = -1
        self._last = ""
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        """Start with the proxy off."""
        self._timer = self.set_interval(DRAW_SECONDS, self._draw, pause=True)
        self.display = False

    def show(self, address: str) -> None:
        """Say where it listens; an empty address hides the lines."""
        self._address, self._passed, self._drawn, self._last = address, 0, -1, ""
        self.display = bool(address)
        if self._timer is not None:
            (self._timer.resume if address else self._timer.pause)()
        self._draw()
        if address:
            self.call_after_refresh(self.scroll_visible, animate=False)

    def count(self, line: str) -> None:
        """Count a request; `line` says what came of it."""
        self._passed += 1
        self._last = line

    def _draw(self) -> None:
        if self._drawn == self._passed:
            return
        self._drawn = self._passed
        last = printable(self._last, LONGEST_LAST)
        passed = (
            f"{self._passed:,} so far, the last: {last}"
            if self._passed
            else "Who knows this address calls the API as you, until you stop it, log out or quit."
        )
        copies, stops = (key_cap(self, name) for name in ("copy-proxy", "proxy"))
        self.update(
            Content.assemble(
                ("● Proxy on  ", "$text-warning bold"),
                (f"{copies} copies its address, {stops} stops it", "$foreground-muted"),
                "\n",
                (self._address, "bold"),
                "\n",
                (passed, "$foreground-muted"),
            )
        )
