"""Help: what the screen below is, every key that can be used there, and how it goes."""

from collections.abc import Set
from typing import ClassVar, Final

from textual import events
from textual.actions import parse
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from tui.app.keys.caps import bindings_of, is_typed, told, with_key
from tui.app.widgets.columns import ColumnsRow, Lead
from tui.app.widgets.key_line import KeyLine

GAP_CELLS: Final = 2
"""Between two columns."""

LEAST_CELLS: Final = 24
"""Of the screen, for what a key does; where fewer are left, it stands right behind the name."""

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

MOVING: Final = {
    "Down": "To the next row or line",
    "Up": "To the row or line before",
    "Page down": "As many further as are seen",
    "Page up": "As many back as are seen",
    "First": "To the first row",
    "Last": "To the last row",
    "Scroll down": "A line further",
    "Scroll up": "A line back",
    "Fold all": "In the answer: all within the outermost, or unfold it all",
    "Unfold": "What the chosen claim consists of, or fold it",
    "Tab before": "The token before",
}
"""What is told of keys that say themselves, and so have no tooltip; by their names."""

Key = tuple[str, str, str]
"""The keys of one binding, its name, and what it does."""

Named = dict[str, tuple[tuple[str, ...], str]]
"""Keys, and what they do, by what that is called."""


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
        Binding("g,home", "scroll_to(True)", "Top", id="help-top", show=False),
        Binding("G,end", "scroll_to(False)", "Bottom", id="help-bottom", show=False),
    ]

    def __init__(self, below: Screen[object]) -> None:
        super().__init__(classes=" ".join(_sizes_of(below)))
        title, *paragraphs = (below.HELP or "").strip().split("\n\n")
        self._what, self._more = paragraphs[:1], paragraphs[1:]
        self._title = title.lstrip("# ")
        self._keys = _named_keys(below)
        every = [key for keys in self._keys.values() for key in keys]
        self._key_cells, self._name_cells = (
            max((len(key[column]) for key in every), default=0) + GAP_CELLS for column in (0, 1)
        )
        room = below.size.width - self._key_cells - self._name_cells
        self._is_narrow = room < LEAST_CELLS

    def compose(self) -> ComposeResult:
        """Put it together: what this is, the keys of the screen and of the app, and the rest."""
        with Vertical(id="dialog"), VerticalScroll(can_focus=False) as body:
            body.id = "help"
            for paragraph in self._what:
                yield from _draw_paragraph(paragraph)
            for heading, keys in self._keys.items():
                yield Static(Content(heading), classes="headline")
                yield from (self._draw_key(key, last=key is keys[-1]) for key in keys)
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

    def action_scroll_to(self, top: bool) -> None:
        """Go to the top, or to the end."""
        body = self.query_one("#help")
        (body.scroll_home if top else body.scroll_end)(animate=False)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def _draw_key(self, key: Key, *, last: bool) -> ColumnsRow:
        """Draw a key in columns that all have; where there is no room for three, in two."""
        shown, name, what = key
        lead: Lead = ((shown, self._key_cells, "$text-primary bold"),)
        text = Content.styled(what, "$foreground-muted")
        if self._is_narrow:
            text = Content.assemble((name, "bold"), " " * GAP_CELLS, text)
        else:
            lead = (*lead, (name, self._name_cells, "bold"))
        row = ColumnsRow(classes="last" if last else "")
        row.set_columns(lead, text)
        return row


def _sizes_of(below: Screen[object]) -> Set[str]:
    """Return what the terminal's size is called; what comes to be called so is styled anew."""
    app = below.app
    named = (*(app.HORIZONTAL_BREAKPOINTS or ()), *(app.VERTICAL_BREAKPOINTS or ()))
    return below.classes & {name for _, name in named}


def _named_keys(below: Screen[object]) -> dict[str, list[Key]]:
    """Return every key that works below, by where it does; what has one name is one thing."""
    app, active = below.app, below.active_bindings.values()
    usable = {each.binding.id or "" for each in active}
    here: Named = {}
    everywhere: Named = {}
    for each in active:
        binding, what = each.binding, told(each, usable)
        if binding.action in OF_TEXTUAL:
            name, what = OF_TEXTUAL[binding.action]
            _add(everywhere, name, what, app.get_key_display(binding))
        elif binding.id and binding.description and not is_typed(below, each):
            where = everywhere if each.node is app else here  # without an id, it is a widget's own
            _add(where, binding.description, what, app.get_key_display(binding))
    in_parts: dict[Key, None] = {}
    for widget in below.focus_chain:
        if widget is not below.focused:
            in_parts |= dict.fromkeys(_listed(_keys_of(widget)))
    told_here = {(name, what) for _, name, what in _listed(here)}
    others = [key for key in in_parts if key[1:] not in told_here]
    others.sort(key=lambda key: key[2] == MOVING.get(key[1]))
    found = {HERE: _listed(here), IN_PARTS: others, EVERYWHERE: _listed(everywhere)}
    return {heading: keys for heading, keys in found.items() if keys}


def _add(named: Named, name: str, what: str, key: str) -> None:
    keys, known = named.get(name, ((), ""))
    named[name] = (keys if key in keys else (*keys, key)), known or what


def _listed(named: Named) -> list[Key]:
    """Return the keys of one part; moving about, which says itself, comes last."""
    by_tooltip = sorted(named.items(), key=lambda item: not item[1][1])
    return [
        (" ".join(keys), name, what or MOVING.get(name, "")) for name, (keys, what) in by_tooltip
    ]


def _keys_of(widget: Widget) -> Named:
    """Return what works in a list or a field once one goes there."""
    found: Named = {}
    ids = set[str]()
    for binding in bindings_of(type(widget)):
        if not binding.id or not binding.description or binding.id in ids:
            continue  # the list that a list is derived from has another name for it
        _, action, parameters = parse(binding.action)
        if widget.check_action(action, parameters):
            ids.add(binding.id)
            key = widget.app.get_key_display(with_key(binding, {}))
            _add(found, binding.description, binding.tooltip, key)
    return found


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


def _emphasised(text: str) -> Content:
    parts = text.replace("**", "*").split("*")
    return Content.assemble(
        *((part, "bold" if index % 2 else "") for index, part in enumerate(parts))
    )
