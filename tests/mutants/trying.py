"""All breaks, tried side by side: those that can be swapped in, then those that need an import."""

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from functools import partial
from pathlib import Path
from typing import Final

from tests.mutants.breaks import Break, unbroken_tree
from tests.mutants.forks import Work, in_forks
from tests.mutants.record import House, Record, read_record, record
from tests.mutants.session import Session, in_session
from tests.mutants.swap import Living
from tests.mutants.trial import UNREACHED, Outcome, by_import, by_swap

KEPT: Final = ".mutants/tried"
"""A line for each trial, the last one of a break counts: its key, and the test that noticed it."""

UNBROKEN: Final = 10
"""Tests of each room that are tried without a break: what they notice is a fault of the trials."""

AT_A_TIME: Final = 50
"""Tests of one process, of those that have noticed something."""


def keys_of(breaks: Sequence[Break]) -> list[str]:
    """Return the name of each, with a number where a function has several of one name."""
    seen: Counter[str] = Counter()
    keys = []
    for each in breaks:
        seen[each.name] += 1
        keys.append(f"{each.name} #{seen[each.name]}")
    return keys


def noticed_before(house: House) -> dict[str, str]:
    """Return the test that noticed a break the last time, by the break's key."""
    path = house.root / KEPT
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    known: dict[str, str] = dict(json.loads(line) for line in lines)
    return {key: test for key, test in known.items() if test}


def try_all(house: House, breaks: Mapping[str, Break]) -> dict[str, Outcome]:
    """Try each where it can be swapped in, then the others by an import; return what came of each.

    Ends the program where the tests do not pass without a break.
    """
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        outcomes = _by_swap(house, breaks, Path(folder))
        return outcomes | _by_import(house, breaks, outcomes, Path(folder))


def _by_swap(house: House, breaks: Mapping[str, Break], folder: Path) -> dict[str, Outcome]:
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
        return {key: Outcome(*rest) for key, *rest in map(json.loads, lines)}


def _swap_in(house: House, breaks: Mapping[str, Break], folder: Path, session: Session) -> None:
    """Do the part for which the tests are collected; write each outcome with its break's key."""
    (folder / "trials").mkdir()
    record(session, house, folder / "trials")
    recorded, living, known = read_record(house), Living(house.root), noticed_before(house)
    works: list[tuple[str, Work]] = []
    for broken in {Path(each.path).parent: each for each in breaks.values()}.values():
        tests = recorded.tests_for(broken)[:UNBROKEN]
        works.append(("", partial(by_swap, session, living, recorded, None, tests)))
    for key, broken in breaks.items():
        tests = recorded.tests_for(broken, known.get(key))
        works.append((key, partial(by_swap, session, living, recorded, broken, tests)))
    noticing: set[str] = set()
    with (folder / "outcomes").open("w") as lines:
        for count, ended in enumerate(in_forks(works, folder / "trials"), 1):
            outcome = Outcome.of(ended)
            if ended.about:
                print(json.dumps([ended.about, *astuple(outcome)]), file=lines, flush=True)
                _note(house, ended.about, outcome)
                noticing |= {outcome.test} if outcome.noticed else set()
            elif ended.code:
                sys.exit(f"a test fails without a break:\n{ended.said}")
            if not count % 200:
                print(f"  {count} of {len(works)}", flush=True)
    _must_pass(session, living, recorded, sorted(noticing & recorded.waits.keys()), folder)


def _must_pass(
    session: Session, living: Living, recorded: Record, tests: Sequence[str], folder: Path
) -> None:
    """Run the tests that have noticed something once more, without a break."""
    (folder / "unbroken").mkdir()
    works: list[tuple[str, Work]] = [
        ("", partial(by_swap, session, living, recorded, None, tests[at : at + AT_A_TIME]))
        for at in range(0, len(tests), AT_A_TIME)
    ]
    for ended in in_forks(works, folder / "unbroken"):
        if ended.code:
            sys.exit(f"a test fails without a break:\n{ended.said}")


def _by_import(
    house: House, breaks: Mapping[str, Break], outcomes: Mapping[str, Outcome], folder: Path
) -> dict[str, Outcome]:
    left = [key for key, outcome in outcomes.items() if outcome.code == UNREACHED]
    print(f"{len(left)} breaks need an import", flush=True)
    recorded, known = read_record(house), noticed_before(house)
    works: list[tuple[str, Work]] = []
    for broken in {Path(breaks[key].path).parent: breaks[key] for key in left}.values():
        unbroken = replace(broken, tree=partial(unbroken_tree, house.root, broken.path))
        if tests := recorded.tests_for(broken)[:UNBROKEN]:
            works.append(("", partial(by_import, house.root, recorded, unbroken, tests)))
    works += [
        (key, partial(by_import, house.root, recorded, breaks[key], tests))
        for key in left
        if (tests := recorded.tests_for(breaks[key], known.get(key)))
    ]
    (folder / "imports").mkdir()
    found = {}
    for ended in in_forks(works, folder / "imports"):
        if ended.about:
            found[ended.about] = Outcome.of(ended)
            _note(house, ended.about, found[ended.about])
        elif ended.code:
            sys.exit(f"tests fail without a break:\n{ended.said}")
    return found


def _note(house: House, key: str, outcome: Outcome) -> None:
    if outcome.code == UNREACHED:
        return
    # By an import, pytest chooses the order: which test it was is not known.
    test = (outcome.test or "a test") if outcome.noticed else ""
    with (house.root / KEPT).open("a") as file:
        print(json.dumps([key, test]), file=file)
