"""The frame that every mode's screen shares: title bar, nav, a column of content, footer."""

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import Screen
from textual.worker import Worker

from tui.app.messages import Place
from tui.app.moments import Clock
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.nav_bar import NavBar
from tui.app.widgets.title_bar import TitleBar

TIMES_SECONDS: Final = 15.0
"""Between two looks at relative times, whose smallest unit in use is the minute."""


class PlaceScreen(Screen[None]):
    """A screen one can be at. Subclasses yield their content in `compose_content`."""

    PLACE: ClassVar[Place]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_body(1)", "Scroll down", show=False, id="scroll-down"),
        Binding("k", "scroll_body(-1)", "Scroll up", show=False, id="scroll-up"),
    ]

    def __init__(self, tenant: str, clock: Clock) -> None:
        super().__init__()
        self._tenant = tenant
        self.clock = clock
        self._times_at = clock()

    def compose(self) -> ComposeResult:
        """Put the frame around the content."""
        yield TitleBar(self._tenant, self.clock)
        yield NavBar(self.PLACE)
        with VerticalScroll(id="body", can_focus=False), Vertical(id="column"):
            yield from self.compose_content()
        yield KeyLine()

    def compose_content(self) -> ComposeResult:
        """Yield what this screen is about."""
        yield from ()

    def on_mount(self) -> None:
        """Keep relative times true."""
        self.set_interval(TIMES_SECONDS, self._tick)

    def on_screen_resume(self) -> None:
        """Bring the relative times up to date at once."""
        if (self.clock() - self._times_at).total_seconds() >= TIMES_SECONDS:
            self._tick()

    def refresh_times(self) -> None:
        """Say anew what depends on the present."""

    def _tick(self) -> None:
        if self.is_current:
            self._times_at = self.clock()
            self.refresh_times()

    @on(Worker.StateChanged)
    def _work_changed(self, message: Worker.StateChanged) -> None:
        from tui.app.screens.failed_work import tell_of_failed_work

        tell_of_failed_work(self, message)

    def action_scroll_body(self, lines: int) -> None:
        """Scroll the content by so many lines."""
        self.query_one("#body").scroll_relative(y=lines, animate=False)
