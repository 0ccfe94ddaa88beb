"""The proxy while it is on: where it listens, and what has passed through it."""

from typing import Final

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from tui.app.keys.caps import key_cap
from tui.text import printable

DRAW_SECONDS: Final = 0.5
"""Thousands of requests in a second are drawn no oftener than that."""

LONGEST_LAST: Final = 100


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
