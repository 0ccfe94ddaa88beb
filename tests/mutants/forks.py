"""Works in forked processes, as many at once as there are cores; each ends with an exit code."""

import os
import resource
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Final, Generic, TypeVar

T = TypeVar("T")

AT_ONCE: Final = len(os.sched_getaffinity(0)) + 1
"""One more than there are cores: some wait for their time limit."""

MOST_MEMORY_BYTES: Final = 4 * 1024**3

LONGEST_SAID: Final = 1024 * 1024
"""Characters of what a work says that are kept; the last ones."""

FAILED: Final = 70
"""The exit code of a work that raised."""


@dataclass(frozen=True)
class Ended(Generic[T]):
    """How a work ended: what it was about, its exit code, what it said at last, what it took."""

    about: T
    code: int
    """Negative: the signal that ended it, as `subprocess` has it."""
    said: str
    cpu_seconds: float


@dataclass(frozen=True)
class _Running(Generic[T]):
    about: T
    folder: Path


Work = Callable[[Path], int]
"""Gets a folder of its own, and returns its exit code."""


def in_forks(works: Iterable[tuple[T, Work]], folder: Path) -> Iterator[Ended[T]]:
    """Do all of them; yield each as it ends."""
    running: dict[int, _Running[T]] = {}
    for number, (about, work) in enumerate(works):
        if len(running) == AT_ONCE:
            yield _next_ended(running)
        own = folder / str(number)
        own.mkdir()
        running[_begun(work, own)] = _Running(about, own)
    while running:
        yield _next_ended(running)


def _begun(work: Work, folder: Path) -> int:
    process = os.fork()
    if process:
        return process
    code = FAILED
    try:
        _confine(folder / "said")
        code = work(folder)
    finally:
        os._exit(code)


def _confine(said: Path) -> None:
    """Let this process write to a file, lead a group of its own, and take no more than its part."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    descriptor = os.open(said, os.O_WRONLY | os.O_CREAT)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)


def _next_ended(running: dict[int, _Running[T]]) -> Ended[T]:
    process, status, used = os.wait4(-1, 0)
    ended = running.pop(process)
    with suppress(ProcessLookupError):  # whom it has started and left behind
        os.killpg(process, signal.SIGKILL)
    said = (ended.folder / "said").read_text("utf-8", "replace")[-LONGEST_SAID:]
    rmtree(ended.folder, ignore_errors=True)
    code = os.waitstatus_to_exitcode(status)
    return Ended(ended.about, code, said, used.ru_utime + used.ru_stime)
