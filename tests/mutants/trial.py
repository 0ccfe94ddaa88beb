"""One break on trial: a forked process imports the broken file and runs the tests of its line."""

import os
import resource
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from shutil import rmtree
from types import ModuleType
from typing import Final

import pytest

from tests.mutants.breaks import Break

PRELOADED: Final = (
    "asyncio", "sqlite3", "unittest.mock", "pytest_asyncio.plugin", "hypothesis", "httpx", "h11",
    "jwt", "cryptography.hazmat.primitives.asymmetric.rsa", "cryptography.x509",
    "cryptography.hazmat.primitives.ciphers.aead", "filelock", "keyring", "starlette.applications",
    "starlette.routing", "python_multipart", "granian.server.mp", "fastapi", "playwright.async_api",
    "pytest_textual_snapshot", "xdist.plugin", "syrupy",
)  # fmt: skip
"""What the tests import of others: once, before the forks."""

LEAST_SECONDS: Final = 10.0
TIMES_AS_LONG: Final = 5
"""A break that makes the tests take so much longer has been noticed."""

MOST_MEMORY_BYTES: Final = 4 * 1024**3


@dataclass(frozen=True)
class Verdict:
    """What came of one break."""

    broken: Break
    noticed: bool
    """A test failed, the file could not be imported, or the tests did not come to their end."""
    said: str = ""
    """The end of what pytest wrote."""


@dataclass(frozen=True)
class Trial:
    """A break, the process that tries it, and the folder that it works in."""

    broken: Break
    process: int
    folder: Path

    def verdict(self, status: int) -> Verdict:
        """Judge by how the process ended; take away what it has left behind."""
        with suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)
        said = (self.folder / "said").read_text("utf-8", "replace")[-2000:]
        rmtree(self.folder, ignore_errors=True)
        passed = os.WIFEXITED(status) and os.WEXITSTATUS(status) == int(pytest.ExitCode.OK)
        return Verdict(self.broken, not passed, said)


def preload() -> None:
    """Import what all trials need."""
    for name in PRELOADED:
        import_module(name)


def begin(root: Path, broken: Break, tests: Sequence[str], seconds: float, folder: Path) -> Trial:
    """Fork a process for one break, which ends as pytest does."""
    folder.mkdir()
    process = os.fork()
    if process:
        return Trial(broken, process, folder)
    code = 1
    try:
        _confine(LEAST_SECONDS + TIMES_AS_LONG * seconds, folder / "said")
        sys.meta_path.insert(0, BrokenFile(root, broken))
        options = ["-x", "-q", "-p", "no:cacheprovider", f"--basetemp={folder / 'tests'}"]
        # Plugins imported before the fork are not rewritten: no assert of theirs matters.
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        code = int(pytest.main([*options, *tests]))
    finally:
        os._exit(code)


def _confine(seconds: float, said: Path) -> None:
    """Let this process write to a file, and end it when it takes too long or too much."""
    os.setsid()
    signal.alarm(int(seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    descriptor = os.open(said, os.O_WRONLY | os.O_CREAT)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)


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
        return spec_from_file_location(fullname, self._path, loader=self)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave the making to Python."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the broken code."""
        exec(compile(self._broken.tree(), str(self._path), "exec"), module.__dict__)
