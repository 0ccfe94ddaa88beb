"""The claims of a token as a table with their meanings, and the chosen one in full below it."""

import json
from datetime import datetime
from typing import ClassVar, Final

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import DataTable, Static

from tui.api.jwt_view import MEANINGS, TIMES
from tui.app.moments import Clock, full_time, relative_time
from tui.json_value import Claims, Json, moment_in
from tui.text import printable, shortened

FIRST: Final = ("name", "email", "email_verified", "sub", "iss", "aud", "exp", "iat", "auth_time")
"""What people look for comes first; the rest follows as the tenant sent it."""

CLAIM_CELLS: Final = 20
MEANING_CELLS: Final = 33
MEANING_FROM_CELLS: Final = 84
"""A table narrower than this drops the meaning, which the line below it tells anyway."""

LONGEST_VALUE: Final = 2000
"""Characters of one claim; more is a document, not a claim."""


class ClaimsTable(DataTable[Text]):
    """One row for each claim; fits its width, whatever the claims hold."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="claim-down"),
        Binding("k", "cursor_up", "Up", show=False, id="claim-up"),
        Binding("g", "scroll_top", "First", show=False, id="claim-first"),
        Binding("G", "scroll_bottom", "Last", show=False, id="claim-last"),
    ]

    def __init__(self, clock: Clock) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False)
        self._clock = clock
        self._claims: Claims = {}

    def show(self, claims: Claims) -> None:
        """Fill the table."""
        known = [name for name in FIRST if name in claims]
        rest = [name for name in claims if name not in FIRST]
        self._claims = {name: claims[name] for name in (*known, *rest)}
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the columns to the new width."""
        self._draw()

    def describe(self, row: int) -> tuple[str, str]:
        """Return one row in full: what it means, and its whole value, both printable."""
        name = list(self._claims)[row]
        meaning = MEANINGS.get(name, "a claim of this tenant's own")
        return f"{printable(name)}: {meaning}", value_in_words(
            name, self._claims[name], self._clock()
        )

    def _draw(self) -> None:
        at, width = self.cursor_row, self.size.width - 2
        if width <= 0:
            return
        now = self._clock()
        with_meaning = width >= MEANING_FROM_CELLS
        # Each column has a cell of padding at both sides.
        value_cells = width - CLAIM_CELLS - (MEANING_CELLS + 2 if with_meaning else 0) - 4
        self.clear(columns=True)
        self.add_column("Claim", width=CLAIM_CELLS)
        self.add_column("Value", width=value_cells)
        if with_meaning:
            self.add_column("Meaning", width=MEANING_CELLS)
        for name, value in self._claims.items():
            cells = [
                Text(shortened(printable(name), CLAIM_CELLS), style="bold"),
                Text(shortened(value_in_words(name, value, now), value_cells)),
            ]
            meaning = Text(MEANINGS.get(name, ""), style="dim")
            self.add_row(*cells, *([meaning] if with_meaning else []))
        self.move_cursor(row=at, animate=False)


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


def value_in_words(name: str, value: Json, now: datetime) -> str:
    """Return a claim's value as one printable line; a time both absolute and relative."""
    if name in TIMES and isinstance(value, int | float) and not isinstance(value, bool):
        moment = moment_in(value)
        if moment is None:
            return printable(value)
        return f"{full_time(moment, now)}, {relative_time(moment, now)}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(printable(item) for item in value)
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
