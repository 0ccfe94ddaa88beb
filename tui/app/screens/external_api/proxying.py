"""The switch of the proxy: it runs beside the screens, with their session, and ends with them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tui.app.screens.external_api.dialogs import proxy_question
from tui.app.screens.place import PlaceScreen
from tui.app.widgets.calls.proxy_line import ProxyLine
from tui.app.widgets.key_line import KeyLine
from tui.errors import DoorkeyError
from tui.text import printable

if TYPE_CHECKING:
    from tui.api.proxy.server import Proxy

MakeProxy = Callable[[Callable[[str], None]], "Proxy"]
"""Makes the proxy of the API; it is given what takes a line for each request."""

HOST: Final = "127.0.0.1"


class ProxySwitch:
    """Turns the proxy on and off; it is off at first, and listens on any free port."""

    def __init__(self, screen: PlaceScreen, make_proxy: MakeProxy) -> None:
        self._screen = screen
        self._make_proxy = make_proxy
        self._proxy: Proxy | None = None
        self._is_meant = False
        """Whether somebody has said so while the app runs."""
        self.address = ""
        """Where it listens, with its secret; empty while it is off."""

    async def turn(self) -> None:
        """Turn it on, or off, and say so."""
        if self._proxy is None and self._screen.stranger_at_api:
            self._say(self._screen.stranger_at_api)
        elif self._proxy is None:
            self._is_meant = self._is_meant or await self._screen.app.push_screen_wait(
                proxy_question()
            )
            if not self._is_meant:
                return
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
            proxy = self._make_proxy(self._screen.query_one(ProxyLine).count)
            self.address = await proxy.listen(HOST, 0)
        except DoorkeyError as error:
            self._say(str(error))
        except OSError as error:
            self._say(f"No port of {HOST} can be had ({error.strerror}).")
        else:
            self._proxy = proxy

    def _say(self, trouble: str) -> None:
        words = printable(trouble)
        self._screen.notify(words, title="No proxy", severity="warning", markup=False)
