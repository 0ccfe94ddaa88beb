"""Which tests run which line: recorded once, then asked for each break."""

import ast
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mutants.breaks import Break

SUITES: Final = (
    (
        "tests/tui/auth",
        "tests/tui/config",
        "tests/tui/api",
        "tests/tui/commands",
        "tests/tui/app/web",
    ),
    ("tests/api_server",),
)
"""Recorded side by side; with them the tests of single files that lie above them."""

LEFT_OUT: Final = "not browser and not pty and not heavy and not snapshot"
"""Tests of other processes, whose lines are not recorded, or that take too long."""

MOST_SECONDS: Final = 8.0
"""Of tests for one break; the quickest of those that run the line come first."""


@dataclass(frozen=True)
class Record:
    """Tests by file and line, and their times."""

    lines: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]
    used: dict[str, dict[str, set[int]]]
    """Lines by file for each name: where a constant is used."""

    def tests_for(self, broken: Break) -> list[str]:
        """Choose the tests that run the broken line, those of its own room and quick ones first."""
        chosen = self._running(broken)
        room = f"tests/{Path(broken.path).parent}/"
        ordered = sorted(chosen, key=lambda test: (not test.startswith(room), self.seconds[test]))
        return list(self._within_time(ordered))

    def _running(self, broken: Break) -> set[str]:
        at = self.lines.get(broken.path, {})
        if found := set(at.get(broken.line, ())):
            return found
        # Run at the import alone: asked for are the tests of the lines that use the name.
        name = broken.before.partition(":")[0]
        users = self.used.get(name, {}) if not broken.where else {}
        found = {
            test
            for path, lines in users.items()
            for line in lines
            for test in self.lines.get(path, {}).get(line, ())
        }
        return found or {test for tests in at.values() for test in tests}

    def _within_time(self, tests: Iterable[str]) -> Iterator[str]:
        spent = 0.0
        for test in tests:
            spent += self.seconds[test]
            if spent > MOST_SECONDS:
                return
            yield test


def record(root: Path, targets: Sequence[Path]) -> Record:
    """Run the tests once, and note which of them run which line of the targets."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.json" for number, _ in enumerate(SUITES)]
        runs = [_start(root, targets, *each) for each in zip(SUITES, paths, strict=True)]
        for run in runs:
            run.wait()
        found = [json.loads(path.read_text()) for path in paths]
    lines: dict[str, dict[int, list[str]]] = {}
    seconds: dict[str, float] = {}
    for each in found:
        seconds |= each["seconds"]
        for test in each["useless"]:
            sys.stdout.write(f"  left out, for it fails or is skipped as it is: {test}\n")
        for file, by_line in each["lines"].items():
            known = lines.setdefault(str(Path(file).relative_to(root)), {})
            for line, tests in by_line.items():
                known.setdefault(int(line), []).extend(tests)
    return Record(lines, seconds, _uses(root, targets))


def _start(
    root: Path, targets: Sequence[Path], suite: Sequence[str], path: Path
) -> "subprocess.Popen[bytes]":
    above = [str(test.relative_to(root)) for test in (root / "tests/tui").glob("test_*.py")]
    chosen = [*suite, *(above if suite is SUITES[0] else ())]
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.mutants.recorder", "-m", LEFT_OUT,
         "-p", "no:cacheprovider", *chosen],
        cwd=root, stdout=subprocess.DEVNULL,
        env=os.environ | {
            "DOORKEY_MUTANTS_RECORD": str(path),
            "DOORKEY_MUTANTS_SOURCES": os.pathsep.join(str(root / each) for each in targets),
        },
    )  # fmt: skip


def _uses(root: Path, targets: Sequence[Path]) -> dict[str, dict[str, set[int]]]:
    used: dict[str, dict[str, set[int]]] = {}
    for path in targets:
        for node in ast.walk(ast.parse((root / path).read_text("utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                used.setdefault(node.id, {}).setdefault(str(path), set()).add(node.lineno)
    return used
