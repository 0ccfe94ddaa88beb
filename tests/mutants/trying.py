"""All breaks, tried side by side: those that can be swapped in, then those that need an import."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from functools import partial
from pathlib import Path
from typing import Final

from tests.mutants.breaks import Break
from tests.mutants.forks import Work, in_forks
from tests.mutants.record import House, read_record, record
from tests.mutants.session import Session, in_session
from tests.mutants.swap import Living
from tests.mutants.trial import UNREACHED, Outcome, by_import, by_swap

KEPT: Final = ".mutants/outcomes"
"""By break: the test that noticed it last; the next run asks that one first."""

UNBROKEN: Final = 10
"""Tests of each room that are tried without a break: what they notice is a fault of the trials."""


def try_all(house: House, breaks: Sequence[Break]) -> list[Outcome]:
    """Try each where it can be swapped in, then the others by an import; return what came of each.

    Ends the program where the tests do not pass without a break.
    """
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        outcomes = _by_swap(house, breaks, Path(folder))
        outcomes |= _by_import(house, breaks, outcomes, Path(folder))
    found = [outcomes[number] for number, _ in enumerate(breaks)]
    _keep(house, breaks, found)
    return found


def _by_swap(house: House, breaks: Sequence[Break], folder: Path) -> dict[int, Outcome]:
    """Collect the tests in a fork, so that this process stays free of what is to be broken."""
    process = os.fork()
    if not process:
        code = 1
        try:
            code = in_session(house.suites, partial(_swap_in, house, breaks, folder), folder)
        finally:
            os._exit(code)
    if os.waitpid(process, 0)[1]:
        sys.exit("the tests could not be collected, or do not pass without a break")
    with (folder / "outcomes").open() as lines:
        return {number: Outcome(*rest) for number, *rest in map(json.loads, lines)}


def _by_import(
    house: House, breaks: Sequence[Break], outcomes: Mapping[int, Outcome], folder: Path
) -> dict[int, Outcome]:
    left = [number for number, outcome in outcomes.items() if outcome.code == UNREACHED]
    print(f"{len(left)} breaks need an import", flush=True)
    recorded, known = read_record(house), _known(house)
    works = [
        (number, partial(by_import, house.root, recorded, breaks[number], tests))
        for number in left
        if (tests := recorded.tests_for(breaks[number], known.get(breaks[number].name)))
    ]
    (folder / "imports").mkdir()
    return {each.about: Outcome.of(each) for each in in_forks(works, folder / "imports")}


def _swap_in(house: House, breaks: Sequence[Break], folder: Path, session: Session) -> None:
    """Do the part for which the tests are collected; write each outcome with its break's number."""
    (folder / "trials").mkdir()
    record(session, house, folder / "trials")
    recorded, living, known = read_record(house), Living(house.root), _known(house)
    works: list[tuple[int, Work]] = []
    for broken in {Path(each.path).parent: each for each in breaks}.values():
        tests = recorded.tests_for(broken)[:UNBROKEN]
        works.append((-1, partial(by_swap, session, living, recorded, None, tests)))
    for number, broken in enumerate(breaks):
        tests = recorded.tests_for(broken, known.get(broken.name))
        works.append((number, partial(by_swap, session, living, recorded, broken, tests)))
    with (folder / "outcomes").open("w") as lines:
        for count, ended in enumerate(in_forks(works, folder / "trials"), 1):
            if ended.about >= 0:
                line = json.dumps([ended.about, *astuple(Outcome.of(ended))])
                print(line, file=lines, flush=True)
            elif ended.code:
                sys.exit(f"a test fails without a break:\n{ended.said}")
            if not count % 200:
                print(f"  {count} of {len(works)}", flush=True)


def _known(house: House) -> dict[str, str]:
    path = house.root / KEPT
    found: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def _keep(house: House, breaks: Sequence[Break], outcomes: Sequence[Outcome]) -> None:
    known = _known(house)
    for broken, outcome in zip(breaks, outcomes, strict=True):
        known[broken.name] = outcome.test if outcome.noticed else ""
    (house.root / KEPT).write_text(json.dumps(known, indent=0), "utf-8")
    (house.root / ".mutants/stats").write_text(
        json.dumps(
            [[b.path, b.line, b.name, *astuple(o)] for b, o in zip(breaks, outcomes, strict=True)]
        )
    )
