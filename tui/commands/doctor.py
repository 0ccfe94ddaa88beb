"""`doorkey doctor`: every rule with its verdict, what was found, and what helps."""

import asyncio
import json
import sys
import textwrap
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

from tui.config.load import Config, load_config
from tui.config.suggested import suggested_for
from tui.doctor.examination import RULES, examine
from tui.doctor.row import WORST_FIRST, Row, Verdict, worst_first
from tui.doctor.world import World
from tui.errors import ConfigInvalid, ConfigUntrusted
from tui.terminal.columns import answer_columns
from tui.text import write_line

SYMBOLS: Final[dict[Verdict, str]] = {"wrong": "✗", "warning": "▲", "unknown": "·", "ok": "✓"}

NARROWEST_TEXT: Final = 20
"""Columns; in fewer, wrapping is left to the terminal."""

MOST_NAMED: Final = 5
"""Waiting checks that the progress line names; those of the tenant count as one."""

PROGRESS_SECONDS: Final = 0.5
"""From then on the progress line is shown."""


def doctor(arguments: Namespace) -> int:
    """Check everything; exit code 1 where something is wrong."""
    config = _config(arguments.config, trust=arguments.trust)
    path = config.path if isinstance(config, Config) else arguments.config
    rows = [_suggesting_for(path, each) for each in asyncio.run(_examine(World(config)))]
    as_json = json.dumps([asdict(each) for each in rows])
    write_line(as_json if arguments.json else "\n".join(lines(rows, answer_columns())))
    return exit_code(rows)


def _suggesting_for(path: Path | None, row: Row) -> Row:
    said = suggested_for(path, row.found), suggested_for(path, row.remedy)
    return Row(row.rule, row.verdict, *said)


def exit_code(rows: Iterable[Row]) -> int:
    """Return the exit code: 1 where a verdict is "wrong"; a warning does not count."""
    return 1 if any(each.verdict == "wrong" for each in rows) else 0


def lines(rows: Iterable[Row], columns: int = 0) -> Iterator[str]:
    """Return the rows for people, the worst first, and how many there are of each verdict.

    Lines are wrapped at `columns`; 0 wraps none.
    """
    all_rows = list(rows)
    sorted_rows = _gathered(worst_first(all_rows))
    width = max(len(each.rule) for each in sorted_rows)
    for each in sorted_rows:
        lead = f"{SYMBOLS[each.verdict]} {each.verdict:<7}  {each.rule:<{width}}  "
        yield from _wrapped(lead, each.found, columns)
        if each.remedy and each.verdict != "ok":
            yield from _wrapped(f"{'':{len(lead)}}→ ", each.remedy, columns)
    count = Counter(each.verdict for each in all_rows)
    yield ""
    yield ", ".join(f"{count[each]} {each}" for each in WORST_FIRST)


def _gathered(rows: list[Row]) -> list[Row]:
    """Merge all rows that are unknown for the same reason into one."""
    rules: dict[str, list[str]] = {}
    for each in rows:
        if each.verdict == "unknown" and not each.remedy:
            rules.setdefault(each.found, []).append(each.rule)
    gathered = []
    for each in rows:
        is_plain = each.verdict == "unknown" and not each.remedy
        alike = rules.get(each.found, []) if is_plain else []
        if len(alike) < 2:
            gathered.append(each)
        elif each.rule == alike[0]:
            found = f"{each.found} ({', '.join(alike)})"
            gathered.append(Row(f"{len(alike)} rules", "unknown", found))
    return gathered


def _wrapped(lead: str, text: str, columns: int) -> list[str]:
    if columns < len(lead) + NARROWEST_TEXT:
        return [f"{lead}{text}"]
    further = " " * len(lead)
    return textwrap.wrap(
        text, columns, initial_indent=lead, subsequent_indent=further, break_on_hyphens=False
    )


def _config(path: Path | None, *, trust: bool) -> Config | ConfigInvalid:
    try:
        return load_config(path)
    except ConfigUntrusted as error:
        if trust:
            raise  # to be remembered, and all of this begun anew
        return error
    except ConfigInvalid as error:
        return error


async def _examine(world: World) -> list[Row]:
    waiting = list(RULES)
    progress = asyncio.ensure_future(_tell_progress(waiting))
    try:
        return await examine(world, lambda found: waiting.remove(found.rule))
    finally:
        progress.cancel()


async def _tell_progress(waiting: list[str]) -> None:
    await asyncio.sleep(PROGRESS_SECONDS)
    sys.stderr.write(f"doorkey: waiting for {_listed(waiting)} (10 s at most)\n")
    sys.stderr.flush()


def _listed(waiting: list[str]) -> str:
    further = len(waiting) - MOST_NAMED
    named = ", ".join(waiting[:MOST_NAMED])
    return f"{named} and {further} more" if further > 0 else named
