"""A row in columns, drawn as one widget: fixed words, then text that wraps beside them."""

from typing import Final

from rich.segment import Segment
from textual.content import Content
from textual.css.styles import RulesMap
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widget import Widget

from tui.text import printable_block, shortened

LONGEST_FACT: Final = 1000
"""Characters."""

NAME_CELLS: Final = 12
"""For the name of a fact."""

Lead = tuple[tuple[str, int, str], ...]
"""Words, their width in cells, and their style, for each of the fixed columns."""


class Columns(Visual):
    """What a ColumnsRow looks like."""

    def __init__(self, lead: Lead, text: Content) -> None:
        self._lead = lead
        self._text = text
        self._lead_cells = sum(cells for _, cells, _ in lead)

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """Draw the fixed columns on the first line, and the text beside them."""
        beside = self._text.render_strips(self._room(width), height, style, options)
        lead = Strip.join(
            Strip(
                [Segment(words, (style + options.get_style(look)).rich_style)]
            ).adjust_cell_length(cells, style.rich_style)
            for words, cells, look in self._lead
        )
        blank = Strip.blank(self._lead_cells, style.rich_style)
        return [Strip.join([blank if row else lead, line]) for row, line in enumerate(beside)]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """Return the width at which nothing wraps."""
        return self._lead_cells + self._text.get_optimal_width(rules, container_width)

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Return the lines of the text in the room that is left for it."""
        return self._text.get_height(rules, self._room(width))

    def _room(self, width: int) -> int:
        return max(1, width - self._lead_cells)


class ColumnsRow(Widget):
    """A row of which the text can be selected."""

    DEFAULT_CSS = """
    ColumnsRow { height: auto; }
    """

    def __init__(self, *, id: str | None = None, classes: str = "") -> None:  # noqa: A002 # Textual's
        super().__init__(id=id, classes=classes)
        self._lead: Lead = ()
        self._text = Content("")

    def set_columns(self, lead: Lead, text: Content) -> None:
        """Show other words; those that others wrote must be printable already."""
        self._lead, self._text = lead, text
        self.refresh(layout=True)

    def render(self) -> Columns:
        """Return what it looks like."""
        return Columns(self._lead, self._text)

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """Return what is selected of the text."""
        return selection.extract(self._text.plain), "\n"


class FactRow(ColumnsRow):
    """`Audience   https://api.example`."""

    def __init__(self, name: str, *, id: str | None = None) -> None:  # noqa: A002 # Textual's own name for it
        super().__init__(id=id)
        self._name_of_fact = name
        self.say("")

    def say(self, value: str) -> None:
        """Show another value, which others may have written."""
        lead = ((self._name_of_fact, NAME_CELLS, "$foreground-muted"),)
        text = Content(shortened(printable_block(value), LONGEST_FACT))
        if (lead, text) != (self._lead, self._text):
            self.set_columns(lead, text)
