"""One break on trial, in a forked process that runs the tests of its line until one fails."""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from tests.mutants.breaks import Break
from tests.mutants.forks import FAILED, Ended
from tests.mutants.record import Record
from tests.mutants.session import Session
from tests.mutants.swap import Living, Unreached

PRELOADED: Final = (
    "asyncio", "sqlite3", "unittest.mock", "pytest_asyncio.plugin", "hypothesis", "httpx", "h11",
    "jwt", "cryptography.hazmat.primitives.asymmetric.rsa", "cryptography.x509",
    "cryptography.hazmat.primitives.ciphers.aead", "filelock", "keyring", "starlette.applications",
    "starlette.routing", "python_multipart", "granian.server.mp", "fastapi", "playwright.async_api",
    "pytest_textual_snapshot", "xdist.plugin", "syrupy", "aiohttp.test_utils", "textual.pilot",
)  # fmt: skip
"""What the tests import of others: once, before the forks."""

LEAST_SECONDS: Final = 5.0
TIMES_AS_LONG: Final = 10
"""A break that makes a test take so much longer has been noticed: on a machine that is free."""

UNNOTICED: Final = 0
NOTICED: Final = 1
UNREACHED: Final = 3
"""Exit codes; a signal's is a break noticed, too."""


@dataclass(frozen=True)
class Outcome:
    """What came of one break."""

    code: int
    test: str
    """The one that ran last."""
    cpu_seconds: float

    @classmethod
    def of(cls, ended: Ended[str]) -> "Outcome":
        """Take it from how the process ended."""
        tests = [line for line in ended.said.splitlines() if line.startswith("test: ")]
        test = tests[-1].removeprefix("test: ") if tests else ""
        return cls(ended.code, test, ended.cpu_seconds)

    @property
    def noticed(self) -> bool:
        """Whether a test failed, the import failed, or the tests did not come to their end."""
        is_our_own_fault = self.code == FAILED and not self.test
        return self.code not in (UNNOTICED, UNREACHED) and not is_our_own_fault


def preload() -> None:
    """Import what all trials need."""
    for name in PRELOADED:
        import_module(name)


def by_swap(
    session: Session, living: Living, recorded: Record, broken: Break | None, tests: Sequence[str],
    folder: Path,
) -> int:  # fmt: skip
    """Break what is imported, and run the tests that are collected."""
    try:
        if broken:
            living.swap(broken)
    except Unreached:
        return UNREACHED
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    for test in tests:
        print(f"test: {test}", flush=True)
        signal.setitimer(signal.ITIMER_REAL, _allowed(recorded.waits[test]))
        for report in session.run(test):
            if report.failed:
                print(report.longreprtext)
                return NOTICED
    return UNNOTICED


def _allowed(seconds: float) -> float:
    """Return how long tests may take that took `seconds`: longer where others use the machine."""
    load = os.getloadavg()[0] / len(os.sched_getaffinity(0))
    return (LEAST_SECONDS + TIMES_AS_LONG * seconds) * max(1.0, load)


def by_import(
    root: Path, recorded: Record, broken: Break, tests: Sequence[str], folder: Path
) -> int:
    """Import the file as the break has it, and let pytest collect the tests and run them."""
    allowed = _allowed(LEAST_SECONDS + sum(recorded.waits[test] for test in tests))
    signal.setitimer(signal.ITIMER_REAL, allowed)
    sys.meta_path.insert(0, BrokenFile(root, broken))
    options = ["-x", "-q", "-p", "no:cacheprovider", f"--basetemp={folder / 'tests'}"]
    # Plugins imported before the fork are not rewritten: no assert of theirs matters.
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    passed = pytest.main([*options, *tests]) == pytest.ExitCode.OK
    return UNNOTICED if passed else NOTICED


class BrokenFile(MetaPathFinder, Loader):
    """Imports one file as the break has it; all others as they are."""

    def __init__(self, root: Path, broken: Break) -> None:
        self._path = root / broken.path
        self._name = ".".join(Path(broken.path).with_suffix("").parts).removesuffix(".__init__")
        self._broken = broken

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for the broken file alone."""
        if fullname != self._name:
            return None
        inner = [str(self._path.parent)] if self._path.stem == "__init__" else None
        return spec_from_file_location(
            fullname, self._path, loader=self, submodule_search_locations=inner
        )

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave the making to Python."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the broken code."""
        exec(compile(self._broken.tree(), str(self._path), "exec"), module.__dict__)
