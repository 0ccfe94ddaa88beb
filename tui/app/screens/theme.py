"""The themes, to choose one; each is shown as one comes to it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.row_list import RowList


class ThemeList(RowList):
    """One row for each theme, by name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Take", id="row-choose", tooltip="Keep these colours"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def on_mount(self) -> None:
        """Begin at the theme that is in use."""
        self.names = sorted(self.app.available_themes)
        self.set_rows(len(self.names), self.names.index(self.app.theme))
        self.call_after_refresh(self.scroll_to, y=self.cursor, animate=False)

    def draw_row(self, index: int) -> Content:
        """Return its name, and whether it is dark."""
        name = self.names[index]
        kind = "dark" if self.app.available_themes[name].dark else "light"
        return Content.assemble(f" {name:22}", (f"{kind:6}", "$foreground-muted"))


class ThemeScreen(ModalScreen[str]):
    """A list at the right: the screen below shows the colours. Answers None for the old one."""

    CSS_PATH = "theme.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="leave-themes", tooltip="To the colours before"),
    ]

    def compose(self) -> ComposeResult:
        """Yield the list."""
        with Vertical(classes="panel") as panel:
            panel.border_title = "Theme"
            yield ThemeList()
        yield KeyLine()

    def on_mount(self) -> None:
        """Keep what to go back to."""
        self._before = self.app.theme

    @on(RowList.Moved)
    def _show(self, message: RowList.Moved) -> None:
        self.app.theme = self.query_one(ThemeList).names[message.index]

    @on(RowList.Chosen)
    def _take(self) -> None:
        self.dismiss(self.app.theme)

    def action_leave(self) -> None:
        """Go back to the theme before."""
        self.app.theme = self._before
        self.dismiss(None)
