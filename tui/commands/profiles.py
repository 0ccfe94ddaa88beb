"""`doorkey profiles`: every config at hand, and who is signed in by it."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tui.auth.kept_sessions import KeptSession, KeptSessions
from tui.commands.status import status_members
from tui.config.known import config_that_counts
from tui.config.paths import shown
from tui.json_value import Json
from tui.terminal.columns import answer_columns
from tui.text import printable, shortened, write_line

HEADINGS: Final = ("  PROFILE", "TENANT", "WHO", "UNTIL", "STORAGE")

GAP: Final = "  "

LONGEST_WHO: Final = 60
"""Characters of a name or address: a tenant may send any number."""


def profiles(arguments: Namespace) -> int:
    """List the profiles, and the configs without a name; the one that counts here is marked."""
    named: Path | None = arguments.config
    rows = KeptSessions(named).look()
    counting = named.absolute() if named else config_that_counts()
    marks = [row.known.path.absolute() == counting for row in rows]
    if arguments.json:
        found = [_members(row, counts=mark) for row, mark in zip(rows, marks, strict=True)]
        write_line(json.dumps({"profiles": found}))
    elif rows:
        cells = [_cells(row, mark) for row, mark in zip(rows, marks, strict=True)]
        write_line("\n".join(_fitting(cells, answer_columns())))
    else:
        sys.stderr.write("There is no config yet. Make one: doorkey init.\n")
    return 0


def _members(row: KeptSession, *, counts: bool) -> dict[str, Json]:
    if row.config is None:
        known: dict[str, Json] = {"config": shown(row.known.path)}
    else:
        known = status_members(row.config, row.storage, row.session)
    known |= {"profile": row.known.profile or None, "counts": counts}
    return known | ({"problem": row.problem} if row.problem else {})


def _cells(row: KeptSession, counts: bool) -> tuple[str, ...]:
    name = f"{'*' if counts else ' '} {printable(row.known.label)}"
    if row.config is None:
        return (name, f"✗ {printable(row.problem)}")
    return (
        name,
        printable(row.config.issuer),
        shortened(printable(row.who), LONGEST_WHO) or "nobody",
        _until(row) or "-",
        f"✗ {printable(row.problem)}" if row.problem else printable(row.storage),
    )


def _until(row: KeptSession) -> str:
    if row.session is None:
        return ""
    expiry = row.session.token_set.access_token_expiry
    if row.session.renewable:
        return "renewed as needed"
    local = expiry.astimezone().strftime("%Y-%m-%d %H:%M")
    return f"{local}, expired" if row.session.has_expired(datetime.now(UTC)) else local


def _fitting(rows: list[tuple[str, ...]], columns: int) -> list[str]:
    """Return the table, or where it would not fit a block of lines for each row."""
    table = _table(rows)
    if not columns or max(map(len, table)) <= columns:
        return table
    return [line for row in rows for line in _block(row)]


def _block(row: tuple[str, ...]) -> Iterator[str]:
    """Return the lines of one row, each cell with its heading; of a wrong config what is wrong."""
    name, *cells = row
    yield name
    for heading, cell in zip(HEADINGS[1:], cells, strict=False):
        what = f"{heading.lower():<9}" if len(row) == len(HEADINGS) else ""
        yield f"    {what}{cell}"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """Return the rows as lines; what is wrong with a config runs on over its columns."""
    whole = [row for row in rows if len(row) == len(HEADINGS)]
    widths = [max(map(len, column)) for column in zip(HEADINGS, *whole, strict=True)]
    widths[0] = max(len(row[0]) for row in (HEADINGS, *rows))
    return [
        GAP.join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in (HEADINGS, *rows)
    ]
