"""Which tests run which line, and what each takes: recorded once, then asked for each break.

Kept in `.mutants`, by test file: recorded anew when it has changed, or a broken file that it runs.
"""

import ast
import json
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final, TypedDict

import coverage

from tests.mutants.breaks import Break
from tests.mutants.forks import in_forks
from tests.mutants.session import Session

KEPT: Final = Path(".mutants/record")

MOST_SECONDS: Final = 6.0
"""Of the processor's time under coverage, a third of which is without; for the tests of a break."""


@dataclass(frozen=True)
class House:
    """What is broken, and who is asked."""

    root: Path
    suites: Sequence[str]
    """Files and folders of tests."""
    targets: Sequence[Path]
    """The files that are broken, from `root`."""


class OfFile(TypedDict):
    """What is kept of one file of tests."""

    digest: str
    """Of the file itself."""
    sources: dict[str, str]
    """By the files that its tests run: their digests."""
    seconds: dict[str, tuple[float, float]]
    """By test: the processor's time, and the clock's."""
    lines: dict[str, dict[str, list[int]]]
    """By test and file."""
    useless: list[str]
    """Tests that fail or are skipped as it is: none of them notices anything."""


@dataclass(frozen=True)
class Record:
    """Tests by file and line, and their times."""

    lines: Mapping[str, Mapping[int, Sequence[str]]]
    seconds: Mapping[str, float]
    """Of the processor's time."""
    breadth: Mapping[str, int]
    """Lines that a test runs: of few, it is likelier to be about each of them."""
    waits: Mapping[str, float]
    """Seconds by the clock, on the machine as it was."""
    used: Mapping[str, Mapping[str, set[int]]]
    """Lines by file for each name: where a constant is used."""
    imported: Mapping[str, set[str]]
    """The modules that each file of tests imports."""

    def tests_for(self, broken: Break, known: str | None = None) -> list[str]:
        """Choose the tests that run the broken line, those of its own room and narrow ones first.

        `known` is one that noticed this break before.
        """
        chosen = self._running(broken)
        room = f"tests/{Path(broken.path).parent}/"
        named = f"/test_{Path(broken.path).stem}.py::"
        whole = f"[{broken.path}]"

        def order(test: str) -> tuple[float, ...]:
            near = test.endswith(whole), named in test, test.startswith(room)
            return test != known, *(not each for each in near), self.breadth[test]

        ordered = sorted(chosen, key=order)
        return list(self._within_time(ordered))

    def _running(self, broken: Break) -> set[str]:
        at = self.lines.get(broken.path, {})
        own = {test for line in range(broken.line, broken.end + 1) for test in at.get(line, ())}
        if own:
            return own
        # What runs at the import alone has the tests of the lines that use its name.
        name = broken.before.partition(":")[0]
        users = {} if broken.where else self.used.get(name, {})
        found = {
            test
            for path, lines in users.items()
            for line in lines
            for test in self.lines.get(path, {}).get(line, ())
        }
        found = found or {test for tests in at.values() for test in tests}
        return found | self._naming(broken.path)

    def _naming(self, path: str) -> set[str]:
        """Return the tests of files that import it, and those whose parameter it is."""
        module = ".".join(Path(path).with_suffix("").parts)
        files = {file for file, names in self.imported.items() if module in names}
        return {
            test
            for test in self.seconds
            if test.partition("::")[0] in files or test.endswith(f"[{path}]")
        }

    def _within_time(self, tests: Iterable[str]) -> Iterator[str]:
        spent = 0.0
        for test in tests:
            spent += self.seconds[test]
            if spent > MOST_SECONDS:
                return
            yield test


def record(session: Session, house: House, folder: Path) -> None:
    """Run the tests of each file that has changed, and note which run which line of the targets."""
    tests: dict[str, list[str]] = {}
    for test in session.items:
        tests.setdefault(test.partition("::")[0], []).append(test)
    kept = house.root / KEPT
    kept.mkdir(parents=True, exist_ok=True)
    # Where other files are broken than before, nothing is known of them.
    about = "\n".join(map(str, house.targets))
    places = {file: kept / sha256(f"{file}\n{about}".encode()).hexdigest()[:16] for file in tests}
    missing = [file for file in tests if not _is_fresh(places[file], file, tests[file], house.root)]
    print(f"recording the tests of {len(missing)} files", flush=True)
    works = [
        (file, partial(_record_file, session, file, tests[file], house, places[file]))
        for file in missing
    ]
    for ended in in_forks(works, folder):
        if ended.code:
            raise RuntimeError(f"{ended.about} could not be recorded:\n{ended.said}")
    for stale in kept.iterdir():
        if stale not in places.values():
            stale.unlink()


def _is_fresh(kept: Path, file: str, tests: Sequence[str], root: Path) -> bool:
    if not kept.exists():
        return False
    found: OfFile = json.loads(kept.read_text("utf-8"))
    digests = {file: found["digest"], **found["sources"]}
    return found["seconds"].keys() == set(tests) and all(
        (root / path).exists() and _digest(root / path) == digest
        for path, digest in digests.items()
    )


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def read_record(house: House) -> Record:
    """Return what was recorded."""
    lines: dict[str, dict[int, list[str]]] = {}
    seconds: dict[str, float] = {}
    breadth: dict[str, int] = {}
    waits: dict[str, float] = {}
    for path in sorted((house.root / KEPT).iterdir()):
        found: OfFile = json.loads(path.read_text("utf-8"))
        for test in found["useless"]:
            print(f"  left out, for it fails or is skipped as it is: {test}")
        for test, (seconds[test], waits[test]) in found["seconds"].items():
            run = found["lines"].get(test, {})
            breadth[test] = sum(map(len, run.values()))
            for file, numbers in run.items():
                for number in numbers:
                    lines.setdefault(file, {}).setdefault(number, []).append(test)
    files = {test.partition("::")[0] for test in seconds}
    imported = {file: _imported(house.root / file) for file in files}
    return Record(lines, seconds, breadth, waits, _uses(house), imported)


def _imported(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def _record_file(
    session: Session, file: str, tests: Sequence[str], house: House, kept: Path, folder: Path
) -> int:
    """Run its tests under coverage, in a process of their own; write what came of it."""
    measured = coverage.Coverage(
        data_file=str(folder / "coverage"),
        config_file=False,
        include=[str(house.root / path) for path in house.targets],
    )
    seconds: dict[str, tuple[float, float]] = {}
    useless = []
    measured.start()
    for test in tests:
        measured.switch_context(test)
        began = time.process_time()
        reports = session.run(test)
        seconds[test] = (time.process_time() - began, sum(each.duration for each in reports))
        if not all(report.passed for report in reports):
            useless.append(test)
    measured.stop()
    lines = _by_test(measured, house.root)
    run = sorted({path for files in lines.values() for path in files})
    found: OfFile = {
        "digest": _digest(house.root / file),
        "sources": {path: _digest(house.root / path) for path in run},
        "seconds": seconds,
        "lines": {test: lines[test] for test in lines if test not in useless},
        "useless": useless,
    }
    made = folder / "record"
    made.write_text(json.dumps(found), "utf-8")
    made.replace(kept)
    return 0


def _by_test(measured: coverage.Coverage, root: Path) -> dict[str, dict[str, list[int]]]:
    lines: dict[str, dict[str, list[int]]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "no data": these tests run no line that is measured
        data = measured.get_data()
    for file in data.measured_files():
        path = str(Path(file).relative_to(root))
        for line, tests in data.contexts_by_lineno(file).items():
            for test in filter(None, tests):
                lines.setdefault(test, {}).setdefault(path, []).append(line)
    return lines


def _uses(house: House) -> dict[str, dict[str, set[int]]]:
    used: dict[str, dict[str, set[int]]] = {}
    for path in house.targets:
        for node in ast.walk(ast.parse((house.root / path).read_text("utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                used.setdefault(node.id, {}).setdefault(str(path), set()).add(node.lineno)
    return used
