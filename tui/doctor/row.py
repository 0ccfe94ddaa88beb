"""One row of an examination: a rule, its verdict, what was found, what to do."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from tui.errors import DoorkeyError
from tui.text import printable

Verdict = Literal["ok", "warning", "wrong", "unknown"]

WORST_FIRST: Final[tuple[Verdict, ...]] = ("wrong", "warning", "unknown", "ok")

LONGEST: Final = 600
"""Characters of what was found, and of a remedy; a tenant may send a MiB."""


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one rule; printable, and without anything secret."""

    rule: str
    verdict: Verdict
    found: str
    remedy: str = ""


Tell = Callable[[Row], None]
"""Takes each row as it comes."""


def row(rule: str, verdict: Verdict, found: str, remedy: str = "") -> Row:
    """Make a row, whose text others may have written."""
    return Row(rule, verdict, _shown(found), _shown(remedy))


def row_of(rule: str, error: DoorkeyError) -> Row:
    """Make a row of an error: what is wrong is its first sentence, the rest is what to do."""
    happened, *further = re.split(r"\.\s", str(error), maxsplit=1)
    return row(rule, "wrong", happened.rstrip("."), "".join(further) or error.next_step)


def unknown(rules: Iterable[str], why: str) -> tuple[Row, ...]:
    """Say of each rule that it could not be looked at, and why."""
    return tuple(row(rule, "unknown", f"not looked at: {why}") for rule in rules)


def worst_first(rows: Iterable[Row]) -> list[Row]:
    """Sort rows: what is wrong comes first, the rest as it was."""
    return sorted(rows, key=lambda each: WORST_FIRST.index(each.verdict))


def _shown(text: str) -> str:
    return printable(text, LONGEST)
