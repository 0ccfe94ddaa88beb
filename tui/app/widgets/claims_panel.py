"""The claims of a token as a table, and the chosen one in full below it."""

from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import DataTable, Static

from tui.app.moments import Clock
from tui.app.widgets.claims_table import ClaimsTable
from tui.json_value import Claims
from tui.text import shortened

LONGEST_VALUE: Final = 2000
"""Characters of one claim; more is a document, not a claim."""


class ClaimsPanel(Vertical):
    """A table to move in, and one claim in full."""

    def __init__(self, clock: Clock, title: str) -> None:
        super().__init__(classes="panel")
        self._clock = clock
        self.border_title = title

    def compose(self) -> ComposeResult:
        """Yield the table and the lines below it."""
        yield ClaimsTable(self._clock)
        yield Static(classes="meaning")
        yield Static(classes="value")

    def show(self, claims: Claims) -> None:
        """Show these claims."""
        self.query_one(ClaimsTable).show(claims)
        self.border_subtitle = f"{len(claims)} claims"

    @on(DataTable.RowHighlighted)
    def _show_claim(self, message: DataTable.RowHighlighted) -> None:
        message.stop()
        meaning, value = self.query_one(ClaimsTable).describe(message.cursor_row)
        self.query_one(".meaning", Static).update(Content(meaning))
        self.query_one(".value", Static).update(Content(shortened(value, LONGEST_VALUE)))
