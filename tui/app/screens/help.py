"""Help: what the screen below is, every key that can be used there, and how it goes."""

from collections.abc import Iterator, Set
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tui.app.keys.caps import bindings_of, with_key
from tui.app.widgets.columns import ColumnsRow
from tui.app.widgets.key_line import KeyLine

KEYS_CELLS: Final = 11
NAME_CELLS: Final = 17


HERE: Final = "Keys here"
IN_PARTS: Final = "Keys in lists and fields"
EVERYWHERE: Final = "Keys everywhere"
MORE: Final = "How it goes"

OF_TEXTUAL: Final = {
    "app.focus_next": ("Next part", "To the next list, field or button"),
    "app.focus_previous": ("Part before", "To the one before"),
    "command_palette": ("Palette", "Everything by its name, and the themes"),
    "screen.copy_text": ("Copy text", "What is selected with the mouse"),
}
"""What Textual's own keys do, by their actions."""

Key = tuple[str, str, str]
"""The keys of one binding, its name, and what it does."""


class HelpScreen(ModalScreen[None]):
    """Lies over the screen that it explains, and changes nothing of it."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="close-help", tooltip="Back to where you were"),
        Binding("f1,q,enter,ctrl+c", "close", "Close", id="close-help-too", show=False),
        Binding("j,down", "scroll(1)", "Down", id="help-down", show=False),
        Binding("k,up", "scroll(-1)", "Up", id="help-up", show=False),
        Binding("pagedown,space", "scroll(10)", "Further down", id="help-page-down", show=False),
        Binding("pageup", "scroll(-10)", "Further up", id="help-page-up", show=False),
    ]

    def __init__(self, below: Screen[object]) -> None:
        super().__init__(classes=" ".join(_sizes_of(below)))
        title, *paragraphs = (below.HELP or "").strip().split("\n\n")
        self._what, self._more = paragraphs[:1], paragraphs[1:]
        self._title = title.lstrip("# ")
        self._keys = _named_keys(below)

    def compose(self) -> ComposeResult:
        """Put it together: what this is, the keys of the screen and of the app, and the rest."""
        with Vertical(id="dialog"), VerticalScroll(can_focus=False) as body:
            body.id = "help"
            for paragraph in self._what:
                yield from _draw_paragraph(paragraph)
            for heading, keys in self._keys.items():
                yield Static(Content(heading), classes="headline")
                yield from (_draw_key(key, last=key is keys[-1]) for key in keys)
            if self._more:
                yield Static(Content(MORE), classes="headline")
            for paragraph in self._more:
                yield from _draw_paragraph(paragraph)
        yield KeyLine()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Stay as it was mounted."""
        event.refresh_styles = False

    def on_mount(self) -> None:
        """Say what is explained."""
        self.query_one("#dialog").border_title = Content(self._title)

    def action_scroll(self, lines: int) -> None:
        """Move by so many lines."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)


def _sizes_of(below: Screen[object]) -> Set[str]:
    """Return what the terminal's size is called; what comes to be called so is styled anew."""
    app = below.app
    named = (*(app.HORIZONTAL_BREAKPOINTS or ()), *(app.VERTICAL_BREAKPOINTS or ()))
    return below.classes & {name for _, name in named}


def _named_keys(below: Screen[object]) -> dict[str, list[Key]]:
    """Return every key that works below, by where it does; what has one name is one thing."""
    app = below.app
    found: dict[str, dict[str, tuple[list[str], str]]] = {
        HERE: {}, IN_PARTS: {}, EVERYWHERE: {},
    }  # fmt: skip
    for active in below.active_bindings.values():
        binding, where = active.binding, EVERYWHERE if active.node is app else HERE
        name, what = binding.description, active.tooltip
        if binding.action in OF_TEXTUAL:
            where, (name, what) = EVERYWHERE, OF_TEXTUAL[binding.action]
        elif not binding.id or not name:
            continue  # a widget's own, such as the arrows
        pressed, _ = found[where].setdefault(name, ([], what))
        pressed.append(app.get_key_display(binding))
    for binding in _of_other_parts(below):
        if binding.description not in found[HERE]:
            pressed, _ = found[IN_PARTS].setdefault(binding.description, ([], binding.tooltip))
            key = app.get_key_display(with_key(binding, {}))
            pressed += [] if key in pressed else [key]
    return {heading: _listed(named) for heading, named in found.items() if named}


def _listed(named: dict[str, tuple[list[str], str]]) -> list[Key]:
    """Return the keys of one part; moving about, which says itself, comes last."""
    keys = [(" ".join(pressed), name, what) for name, (pressed, what) in named.items()]
    return sorted(keys, key=lambda key: not key[2])


def _of_other_parts(below: Screen[object]) -> Iterator[Binding]:
    """Yield what works in a list or a field once one goes there."""
    for widget in below.focus_chain:
        if widget is not below.focused:
            yield from (each for each in bindings_of(type(widget)) if each.id and each.description)


def _draw_paragraph(paragraph: str) -> ComposeResult:
    """Yield the lines of a paragraph: a list has one widget for each item, all else is one."""
    items = (
        paragraph.replace("\n  ", " ").split("\n") if paragraph.startswith("- ") else [paragraph]
    )
    for item in items:
        row = ColumnsRow(classes="last" if item is items[-1] else "")
        bullet = (("·", 2, ""),) if item.startswith("- ") else ()
        row.set_columns(bullet, _emphasised(item.removeprefix("- ").replace("\n", " ")))
        yield row


def _draw_key(key: Key, *, last: bool) -> ColumnsRow:
    shown, name, what = key
    row = ColumnsRow(classes="last" if last else "")
    keys_cells, name_cells = max(KEYS_CELLS, len(shown) + 1), max(NAME_CELLS, len(name) + 1)
    row.set_columns(
        ((shown, keys_cells, "$text-primary bold"), (name, name_cells, "bold")),
        Content.styled(what, "$foreground-muted"),
    )
    return row


def _emphasised(text: str) -> Content:
    parts = text.replace("**", "*").split("*")
    return Content.assemble(
        *((part, "bold" if index % 2 else "") for index, part in enumerate(parts))
    )
