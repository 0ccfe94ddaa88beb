"""The claims of a token as a table with their meanings, and the chosen one in full below it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.api.jwt_view import OF_HEADER, TIMES, meaning_of
from tui.app.widgets.row_list import RowList
from tui.json_value import Claims, Json, moment_in
from tui.moments import Clock, full_time, relative_time
from tui.text import printable, shortened

FIRST: Final = ("name", "email", "email_verified", "sub", "iss", "aud", "exp", "iat", "auth_time")
"""What people look for comes first; the rest follows as the tenant sent it."""

LEAST_NAME_CELLS: Final = 16
"""For the claims' names, however narrow the table is; they have two fifths of it at most."""

USUAL_VALUE_CELLS: Final = 48
"""Where there is room: a time, whose length changes with each look, moves no column."""

LEAST_MEANING_CELLS: Final = 35
"""For the meanings, where not all has room in full."""

GAP_CELLS: Final = 2
"""Between two columns."""

MEANING_FROM_CELLS: Final = 83
"""A table narrower than this drops the meaning, which the line below it tells anyway."""

LONGEST_VALUE: Final = 2000
"""Characters of one claim; more is a document, not a claim."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """One row: a claim, or a part of one that is unfolded."""

    path: Path
    value: Json

    @property
    def name(self) -> str:
        """The claim's own name, or that of the part."""
        return str(self.path[-1])

    @property
    def has_parts(self) -> bool:
        """Whether there is something to unfold."""
        members = self.value if isinstance(self.value, list) else []
        nested = any(isinstance(member, dict | list) for member in members)
        return bool(self.value) and (isinstance(self.value, dict) or nested)

    def parts(self) -> Iterator["Claim"]:
        """Yield what it consists of."""
        if isinstance(self.value, dict):
            members: Iterator[tuple[str | int, Json]] = iter(self.value.items())
        else:
            members = enumerate(self.value if isinstance(self.value, list) else [])
        yield from (Claim((*self.path, name), member) for name, member in members)

    @property
    def text(self) -> str:
        """The value as the token has it: a text as it is, anything else as JSON."""
        return self.value if isinstance(self.value, str) else json.dumps(self.value)

    @property
    def meaning(self) -> str:
        """What a registered claim means, or an empty string."""
        return meaning_of(self.name) if len(self.path) == 1 else ""

    @property
    def described(self) -> str:
        """What it means, or else what it is."""
        kind = "header parameter" if str(self.path[0]).endswith(OF_HEADER) else "claim"
        if len(self.path) > 1:
            return f"a part of the {kind}"
        return self.meaning or f"a {kind} of its issuer's own"


class ClaimsTable(RowList):
    """One row for each claim; fits its width, whatever the claims hold."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Unfold", show=False, id="row-choose"),
        Binding("space", "choose", "Unfold", show=False, id="unfold-claim"),
    ]

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._now = clock()
        """When it was last said how far away each time is."""
        self._claims: Claims = {}
        self._unfolded: set[Path] = set()
        self._rows: list[Claim] = []
        self._longest = 0, 0, 0
        """The cells of the longest name, value and meaning."""

    class LaidOut(Message):
        """The columns may begin elsewhere."""

    def show(self, claims: Claims) -> None:
        """Fill the table; where the claims are the same, the cursor stays."""
        known = [name for name in FIRST if name in claims]
        rest = [name for name in claims if name not in FIRST]
        self._claims = {name: claims[name] for name in (*known, *rest)}
        self._now = self._clock()
        self._lay_out(self.cursor)

    def refresh_times(self) -> None:
        """Say anew how far away each time is; only a row with other words is drawn again."""
        before, self._now = self._now, self._clock()
        for index, row in enumerate(self._rows):
            if row.name in TIMES and _said(row, before) != _said(row, self._now):
                self.refresh_line(index)

    def draw_row(self, index: int) -> Content:
        """Return the claim, its value, and what it means where there is room."""
        name, value, meaning = self._words(self._rows[index])
        return self._in_columns(Content(name).stylize("bold"), value, meaning)

    @property
    def heads(self) -> Content:
        """What stands above the columns."""
        return self._in_columns(Content("Claim"), "Value", "Meaning")

    def _in_columns(self, name: Content, value: str, meaning: str) -> Content:
        name_cells, value_cells, meaning_cells = self._columns
        fitting = Content(value).truncate(value_cells, ellipsis=True)
        return Content.assemble(
            " ",
            *_padded(name.truncate(name_cells, ellipsis=True), name_cells + GAP_CELLS),
            *_padded(fitting, value_cells + GAP_CELLS if meaning_cells else 0),
            (meaning if meaning_cells else "", "$foreground-muted"),
        )

    @property
    def _columns(self) -> tuple[int, int, int]:
        """The cells of each column: nothing is cut that has room."""
        room = self.row_cells - 1
        name, value, meaning = self._longest
        name = min(name, max(LEAST_NAME_CELLS, room * 2 // 5))
        if room < MEANING_FROM_CELLS:
            return name, max(1, room - name - GAP_CELLS), 0
        room -= name + 2 * GAP_CELLS
        meaning = max(min(meaning, room - value), min(meaning, LEAST_MEANING_CELLS))
        return name, min(max(value, USUAL_VALUE_CELLS), room - meaning), meaning

    def _words(self, claim: Claim) -> tuple[str, str, str]:
        fold = ("▾ " if claim.path in self._unfolded else "▸ ") if claim.has_parts else ""
        name = f"{'  ' * (len(claim.path) - 1)}{fold}{printable(claim.name)}"
        return name, _said(claim, self._now), claim.meaning

    def action_choose(self) -> None:
        """Unfold what has parts, or fold it again."""
        if self._rows and self._rows[self.cursor].has_parts:
            self._unfolded ^= {self._rows[self.cursor].path}
            self._lay_out(self.cursor)

    @property
    def chosen(self) -> Claim | None:
        """What stands at the cursor, if anything."""
        return self._rows[self.cursor] if self._rows else None

    def _lay_out(self, cursor: int) -> None:
        self._rows = list(
            self._shown(Claim((name,), value) for name, value in self._claims.items())
        )
        lengths = [[Content(words).cell_length for words in self._words(row)] for row in self._rows]
        names, values, meanings = zip(*lengths, strict=True) if lengths else ((0,), (0,), (0,))
        self._longest = max(names), max(values), max(meanings)
        self.set_rows(len(self._rows), cursor)
        self.post_message(self.LaidOut())

    def on_resize(self) -> None:
        """Share the room out anew; a notice that takes the last rows hides no claim just copied."""
        self.show_cursor()
        self.post_message(self.LaidOut())

    def _shown(self, claims: Iterator[Claim]) -> Iterator[Claim]:
        for claim in claims:
            yield claim
            if claim.path in self._unfolded:
                yield from self._shown(claim.parts())


class ClaimsPanel(Vertical):
    """A table to move in, and one claim in full."""

    def __init__(self, clock: Clock, title: str) -> None:
        super().__init__(classes="panel")
        self._clock = clock
        self.border_title = title

    def compose(self) -> ComposeResult:
        """Yield the table and the lines below it."""
        yield Static(classes="heads")
        yield ClaimsTable(self._clock)
        yield Static(classes="meaning")
        yield Static(classes="value")

    def show(self, claims: Claims) -> None:
        """Show these claims, and one of them in full."""
        table = self.query_one(ClaimsTable)
        table.show(claims)
        self.border_subtitle = f"{len(claims)} claims"
        self._show_chosen()

    def refresh_times(self) -> None:
        """Say anew how far away each time is."""
        table = self.query_one(ClaimsTable)
        table.refresh_times()
        if table.chosen is not None and table.chosen.name in TIMES:
            self._show_chosen()

    @on(ClaimsTable.LaidOut)
    def _head_columns(self) -> None:
        """Name the columns that there is room for."""
        self.query_one(".heads", Static).update(self.query_one(ClaimsTable).heads)

    @on(RowList.Moved)
    def _follow_cursor(self, message: RowList.Moved) -> None:
        message.stop()
        self._show_chosen()

    def _show_chosen(self) -> None:
        claim = self.query_one(ClaimsTable).chosen
        if claim is None:
            return
        path = ".".join(printable(part) for part in claim.path)
        value = shortened(value_in_full(claim.name, claim.value, self._clock()), LONGEST_VALUE)
        self.query_one(".meaning", Static).update(Content(f"{path}: {claim.described}"))
        line = self.query_one(".value", Static)
        if line.content != value:
            line.update(Content(value))


def _padded(value: Content, cells: int) -> tuple[Content, str]:
    return value, " " * max(0, cells - value.cell_length)


def _said(claim: Claim, now: datetime) -> str:
    return shortened(value_in_words(claim.name, claim.value, now), LONGEST_VALUE)


def value_in_words(name: str, value: Json, now: datetime) -> str:
    """Return a claim's value as one printable line; a time both absolute and relative."""
    moment = moment_in(value) if name in TIMES else None
    if moment is not None:
        return f"{full_time(moment, now)}, {relative_time(moment, now)}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(printable(item) for item in value)
    if isinstance(value, str | int | float):
        return printable(value)
    return printable(json.dumps(value, ensure_ascii=False))


def value_in_full(name: str, value: Json, now: datetime) -> str:
    """Return a claim's value with room for it: a time in the zone of `now` and in UTC."""
    moment = moment_in(value) if name in TIMES else None
    if moment is None or now.utcoffset() == UTC.utcoffset(None):
        return value_in_words(name, value, now)
    here, there = full_time(moment, now), full_time(moment, now.astimezone(UTC))
    return f"{here} · {there} · {relative_time(moment, now)}"
