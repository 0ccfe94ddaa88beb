"""The themes, to choose one; each is shown as one comes to it."""

from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen

from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.row_list import RowList

TYPE_TO_FIND: Final = "type to find"


class ThemeList(RowList):
    """One row for each theme, by name; letters find one, and arrows move."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Take", id="row-choose", tooltip="Keep these colours"),
    ]

    typed: reactive[str] = reactive("")
    """What is looked for in the names."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Take every letter: those that move in other lists, too."""
        return key == "backspace" or (character is not None and character.isprintable())

    def on_key(self, event: events.Key) -> None:
        """Go to the first theme whose name begins with what was typed, or has it in it."""
        if event.key == "backspace":
            self._find(self.typed[:-1])
        elif event.is_printable and event.character:
            self._find(self.typed + event.character.lower())
        else:
            self.typed = ""
            return
        event.stop()
        event.prevent_default()

    def _find(self, typed: str) -> None:
        found = [name for name in self.names if typed in name]
        if not found:
            self.app.bell()
            return
        self.typed = typed
        if typed:
            first = next((name for name in found if name.startswith(typed)), found[0])
            self.cursor = self.names.index(first)

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
        self.watch(self.query_one(ThemeList), "typed", self._show_typed)

    def _show_typed(self, typed: str) -> None:
        self.query_one(".panel").border_subtitle = Content(typed or TYPE_TO_FIND)

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
