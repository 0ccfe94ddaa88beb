"""A list of rows with a cursor that draws only what is seen: ten thousand cost what ten do."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.visual import Visual


class RowMessage(Message):
    """Something has happened at a row."""

    def __init__(self, rows: "RowList", index: int) -> None:
        self.rows = rows
        self.index = index
        super().__init__()

    @property
    def control(self) -> "RowList":
        """The list, for selectors of handlers."""
        return self.rows


class RowList(ScrollView, can_focus=True):
    """Rows of one line each. Subclasses say what a row looks like, and how many there are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="row-down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="row-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="row-page-down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="row-page-up"),
        Binding("g,home", "first", "First", show=False, id="row-first"),
        Binding("G,end", "last", "Last", show=False, id="row-last"),
        Binding("enter", "choose", "Choose", show=False, id="row-choose"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--cursor"}
    DEFAULT_CSS = """
    RowList {
        height: auto;
        background: transparent;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size: 0 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        & > .row-list--cursor { background: $primary-muted; text-style: bold; }
    }
    """

    cursor: reactive[int] = reactive(0)
    """The row that one is at, from 0 on."""

    class Moved(RowMessage):
        """The cursor is at another row."""

    class Chosen(RowMessage):
        """Somebody has chosen the row at the cursor."""

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return self.virtual_size.height

    @property
    def row_cells(self) -> int:
        """How wide a row is: the scroll bar's column is kept free."""
        return self.scrollable_content_region.width

    def draw_row(self, index: int) -> Content:
        """Return what one row looks like; the text of others has been made printable."""
        raise NotImplementedError

    def set_rows(self, count: int, cursor: int = 0) -> None:
        """Show `count` rows from now on, with the cursor at one of them."""
        if bool(count) != bool(self.row_count):
            self.refresh_bindings()
        self.virtual_size = Size(self.size.width, count)
        self.set_reactive(RowList.cursor, max(0, min(cursor, count - 1)))
        self.refresh(layout=True)

    def validate_cursor(self, index: int) -> int:
        """Keep the cursor at a row."""
        return max(0, min(index, self.row_count - 1))

    def watch_cursor(self, before: int, index: int) -> None:
        """Show where one is."""
        self.refresh_line(before)
        self.refresh_line(index)
        self.show_cursor()
        if self.row_count:
            self.post_message(self.Moved(self, index))

    def show_cursor(self) -> None:
        """Scroll to where one is."""
        row = Region(0, self.cursor, 1, 1)
        self.scroll_to_region(row, animate=False, force=True, immediate=True)

    def action_move(self, rows: int) -> None:
        """Go down, or up, by so many rows."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Go down, or up, by what is seen at once."""
        self.cursor += pages * max(1, self.size.height - 1)

    def action_first(self) -> None:
        """Go to the first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """Go to the last row."""
        self.cursor = self.row_count - 1

    def action_choose(self) -> None:
        """Choose the row at the cursor."""
        if self.row_count:
            self.post_message(self.Chosen(self, self.cursor))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to choose where there is something."""
        if action == "choose":
            return self.row_count > 0
        return super().check_action(action, parameters)

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the mouse."""
        offset = event.get_content_offset(self)
        if offset is not None and self.scroll_offset.y + offset.y < self.row_count:
            self.cursor = self.scroll_offset.y + offset.y
            self.action_choose()

    def render_line(self, y: int) -> Strip:
        """Draw one line of what is seen."""
        index, width = self.scroll_offset.y + y, self.row_cells
        if index >= self.row_count:
            return Strip.blank(width, self.rich_style)
        row, style = self._selected(index, self.draw_row(index)), self.visual_style
        if index == self.cursor and self.has_focus:
            style = self.get_visual_style("row-list--cursor")
        strips = Visual.to_strips(self, row, width, 1, style, apply_selection=False)
        strip = strips[0] if strips else Strip([])
        return strip.adjust_cell_length(width, style.rich_style).apply_offsets(0, index)

    def _selected(self, index: int, row: Content) -> Content:
        span = self.text_selection.get_span(index) if self.text_selection else None
        if span is None:
            return row
        start, end = span
        style = self.screen.get_visual_style("screen--selection")
        return row.stylize(style, start, len(row) if end == -1 else end)

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """Return what is selected with the mouse."""
        rows = "\n".join(self.draw_row(index).plain for index in range(self.row_count))
        return selection.extract(rows), "\n"
