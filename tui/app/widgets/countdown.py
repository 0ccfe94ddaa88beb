"""The time left until a moment, told anew each second."""

from datetime import datetime

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.app.moments import TICK_SECONDS, Clock, countdown


class Countdown(Widget):
    """`58:31` and counting; repaints itself alone, and only while its screen is looked at."""

    DEFAULT_CSS = """
    Countdown { width: auto; height: 1; }
    """

    until: reactive[datetime | None] = reactive(None, layout=True)
    """The moment counted down to; None shows nothing."""

    _text: reactive[str] = reactive("")

    def __init__(
        self,
        clock: Clock,
        *,
        lead: str = "",
        past: str = "▲ expired",
        id: str | None = None,  # noqa: A002 # Textual's own name for it
    ) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._lead = lead
        self._past = past

    def on_mount(self) -> None:
        """Start ticking."""
        self.set_interval(TICK_SECONDS, self._tick)

    def render(self) -> Content:
        """Show the time left."""
        return Content(self._text)

    def watch_until(self) -> None:
        """Show the new moment at once, not at the next tick."""
        self._text = self._words()

    def watch__text(self, before: str, after: str) -> None:
        """Make room where the text has another length than before; seldom."""
        if len(before) != len(after):
            self.refresh(layout=True)

    def _tick(self) -> None:
        if self.screen.is_current:
            self._text = self._words()

    def _words(self) -> str:
        if self.until is None:
            return ""
        seconds = int((self.until - self._clock()).total_seconds())
        return f"{self._lead}{countdown(seconds)}" if seconds > 0 else self._past
