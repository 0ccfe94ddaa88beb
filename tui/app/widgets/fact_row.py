"""One fact with its name before it, wrapped in columns."""

from typing import Final

from textual.content import Content

from tui.app.widgets.columns import ColumnsRow
from tui.text import printable_block, shortened

LONGEST_FACT: Final = 1000
"""Characters."""

NAME_CELLS: Final = 12


class FactRow(ColumnsRow):
    """`Audience   https://api.example`."""

    def __init__(self, name: str, *, id: str | None = None) -> None:  # noqa: A002 # Textual's own name for it
        super().__init__(id=id)
        self._name_of_fact = name
        self.say("")

    def say(self, value: str) -> None:
        """Say another value, which others may have written."""
        lead = ((self._name_of_fact, NAME_CELLS, "$foreground-muted"),)
        self.set_columns(lead, Content(shortened(printable_block(value), LONGEST_FACT)))
