"""The time left: of a token's life, as a bar that runs down, and until any moment, in words."""

from datetime import datetime
from typing import Final

from textual.content import Content
from textual.reactive import reactive, var
from textual.widget import Widget

from tui.app.widgets.columns import NAME_CELLS
from tui.moments import countdown, duration, local_now

WORDS_CELLS: Final = 30
"""For `58:31 left of 1 h` beside the bar."""

LONGEST_BAR: Final = 40

COUNTDOWN_CELLS: Final = len("gives up in 10:00")
"""As wide at 9:59 as before, so that what stands beside it does not jump."""

SHORT: Final = 0.15
"""The share of its life at which a token is nearly over."""


class LifetimeBar(Widget):
    """`━━━━━━━━━───  58:31 left of 1 h`; repaints itself alone, while it is looked at."""

    DEFAULT_CSS = """
    LifetimeBar { height: 1; }
    """

    life: reactive[tuple[datetime, datetime] | None] = reactive(None)
    """From when to when the token is good."""
    now: reactive[datetime] = reactive(local_now)
    """The present; to be bound to what tells it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name_of_token = name

    def render(self) -> Content:
        """Draw the bar and the words."""
        if self.life is None:
            return Content("")
        begin, end = self.life
        whole = max(1.0, (end - begin).total_seconds())
        left = (end - self.now).total_seconds()
        share = min(1.0, max(0.0, left / whole))
        cells = max(4, min(LONGEST_BAR, self.size.width - NAME_CELLS - WORDS_CELLS))
        filled = round(share * cells)
        style = "$text-error" if share == 0 else "$text-warning" if share < SHORT else "$primary"
        words = (
            f"  {countdown(int(left))} left of {duration(round(whole))}"
            if left > 0
            else "  ▲ expired"
        )
        return Content.assemble(
            (f"{self._name_of_token:<{NAME_CELLS}}", "$foreground-muted"),
            ("━" * filled, style),
            ("─" * (cells - filled), "$foreground-muted"),
            words,
        )


class Countdown(Widget):
    """`gives up in 4:31` and counting, or `for 3 s` until that is known; repaints itself alone."""

    DEFAULT_CSS = """
    Countdown { width: auto; height: 1; }
    """

    until: var[datetime | None] = var(None)
    """The moment counted down to; None counts up."""
    since: var[datetime] = var(local_now)
    """From when on it counts up; what is quick shows nothing."""
    now: var[datetime] = var(local_now)
    """The present; to be bound to what tells it."""
    _text: reactive[str] = reactive("")

    def render(self) -> Content:
        """Draw the time left."""
        return Content(self._text)

    def watch_until(self) -> None:
        """Show the new moment at once, not at the next tick; without one, count up from now on."""
        if self.until is None:
            self.since = self.now
        self._text = self._words()

    def watch_now(self) -> None:
        """Show what is left now, or for how long it has gone on."""
        self._text = self._words()

    watch_since = watch_now

    def watch__text(self, before: str, after: str) -> None:
        """Make room where the text has another length than before; seldom."""
        if len(before) != len(after):
            self.refresh(layout=True)

    def _words(self) -> str:
        if self.until is None:
            seconds = int((self.now - self.since).total_seconds())
            return f"for {duration(seconds)}" if seconds > 0 else ""
        seconds = int((self.until - self.now).total_seconds())
        words = f"gives up in {countdown(seconds)}" if seconds > 0 else "time is up"
        return words.rjust(COUNTDOWN_CELLS)
