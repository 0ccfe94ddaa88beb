"""The frame that every mode's screen shares: title bar, nav, a column of content, footer."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.reactive import var
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen, Screen
from textual.worker import Worker, WorkerState

from tui.app.account import Account
from tui.app.messages import CheckRequested, Place
from tui.app.textual_internals import paint_ahead
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.nav_bar import NavBar
from tui.app.widgets.title_bar import TitleBar
from tui.moments import Clock, local_now

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tui.auth.keeper import Offline
    from tui.servers.checks import Finding
    from tui.servers.processes import ServerStatus


class PlaceScreen(Screen[None]):
    """The screen of one mode. Subclasses yield their content in `compose_content`."""

    PLACE: ClassVar[Place]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_body(1)", "Scroll down", show=False, id="scroll-down"),
        Binding("k", "scroll_body(-1)", "Scroll up", show=False, id="scroll-up"),
    ]

    account: var[Account] = var(Account(), init=False)
    """Who is signed in."""
    offline: var["Offline | None"] = var(None, init=False)
    """Why the session cannot be renewed now."""
    now: var[datetime] = var(local_now, init=False)
    """The present, once a second while the app shows anything that depends on it."""
    servers: var["tuple[ServerStatus, ...]"] = var((), init=False)
    """How the bundled servers are."""
    findings: var["tuple[Finding, ...]"] = var((), init=False)
    """What the last look around has found."""

    def __init__(self, tenant: str, clock: Clock) -> None:
        super().__init__()
        self._tenant = tenant
        self.clock = clock
        self._is_styled = False

    def compose(self) -> ComposeResult:
        """Put the frame around the content."""
        self._take_room()
        yield TitleBar(self._tenant).data_bind(
            PlaceScreen.account, PlaceScreen.offline, PlaceScreen.now
        )
        yield NavBar(self.PLACE).data_bind(PlaceScreen.account)
        with VerticalScroll(id="body", can_focus=False), Vertical(id="column"):
            yield from self.compose_content()
        yield KeyLine()

    def _take_room(self) -> None:
        """Have the classes of the app's size before anything is styled: 5 ms sooner.

        Textual gives them with the event of a size, and styles and lays out all once more.
        """
        columns, rows = self.app.size
        widths, heights = self.app.HORIZONTAL_BREAKPOINTS, self.app.VERTICAL_BREAKPOINTS
        for cells, points in ((columns, widths), (rows, heights)):
            reached = [name for least, name in points or () if cells >= least]
            self.add_class(*reached[-1:], update=False)

    def compose_content(self) -> ComposeResult:
        """Yield what this screen is about."""
        yield from ()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Bring the relative times up to date at once."""
        # Styling all anew takes a third of a visit, and what changes a style does so by itself.
        event.refresh_styles = not self._is_styled
        self._is_styled = True
        self.cover_keys(False)
        self.watch_now()

    def on_screen_suspend(self) -> None:
        """Leave it to the screen that comes to show what was said, and its own keys."""
        for notices in self.query_children("ToastRack"):
            notices.display = False
        self.cover_keys(self in self.app.screen_stack)

    def cover_keys(self, is_covered: bool) -> None:
        """Show the keys of this screen, or leave that to a dialog that lies over it."""
        for line in self.query_children(KeyLine):  # none where the app is ending
            line.is_covered = is_covered

    def watch_now(self) -> None:
        """Keep relative times true, while they are looked at."""
        if self.is_current:
            self.refresh_times()

    def refresh_times(self) -> None:
        """Say anew what depends on the present, once a second; the same words cost nothing."""

    @on(Worker.StateChanged)
    def _tell_failed_work(self, message: Worker.StateChanged) -> None:
        tell_of_failed_work(self, message)

    @property
    def lacks_server(self) -> bool:
        """Whether a bundled server is not there that could be started here, and is not by now."""
        if any(status.state == "starting" for status in self.servers):
            return False
        taken = {status.name for status in self.servers if status.is_port_taken}
        is_missed = any(each.can_start for each in self.findings if each.name not in taken)
        return is_missed or any(
            status.is_down and not status.is_port_taken for status in self.servers
        )

    def action_start_servers(self) -> None:
        """Start the bundled servers that are not there."""
        self.post_message(CheckRequested(start=True))

    def action_scroll_body(self, lines: int) -> None:
        """Scroll the content by so many lines."""
        self.query_one("#body").scroll_relative(y=lines, animate=False)


Outcome = TypeVar("Outcome")


class OverPlace(ModalScreen[Outcome]):
    """A dialog that lies over Home, and yet shows behind itself the place that one came from.

    Over Home, as the other places are removed when another person signs in.
    """

    behind: PlaceScreen | None = None
    """The place; where it has been removed meanwhile, nothing of it is shown."""

    def on_resize(self) -> None:
        """Leave the keys to the dialog, and have the place as large as the terminal by now."""
        if self.behind is not None and not self.behind.is_current:
            self.behind.cover_keys(True)
            paint_ahead(self.app, self.behind.PLACE)

    def render(self) -> "RenderableType":
        """Draw the place, as Textual draws the screen below a dialog."""
        if self.behind is not None and self.behind.is_attached:
            return BackgroundScreen(self.behind, self.styles.background)
        return super().render()


def tell_of_failed_work(where: App[None] | Screen[None], message: Worker.StateChanged) -> None:
    """Say on screen that some work in the background failed; the app goes on."""
    if message.state is WorkerState.ERROR:
        # The kind of error only: its text may hold anything, a token among it.
        kind = type(message.worker.error).__name__
        where.notify(f"Something unexpected went wrong ({kind}).", severity="error", markup=False)
