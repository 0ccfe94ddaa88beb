"""A program in a terminal whose output is waited for, to the fraction of a millisecond."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

PATIENCE_SECONDS: Final = 60.0

SIZE: Final = (36, 120)
"""Rows and columns."""


class Watched:
    """One program; a context manager that ends it."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        self._seen = bytearray()
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, *arguments], stdin=slave, stdout=slave, stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", **environment}, start_new_session=True,
            cwd="/",  # `-m` looks in the current folder first, and that is one of the trees
        )  # fmt: skip
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.process.kill()
        os.close(self._master)
        self.process.wait(PATIENCE_SECONDS)

    def seconds_until(self, words: bytes) -> float:
        """Wait until the program writes `words`; gives the time of it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in self._seen:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{words!r} never came: {bytes(self._seen[-2000:])!r}")
            self._read(0.5)
        return time.perf_counter()

    def press(self, key: str) -> float:
        """Type a key, and forget what was written before; gives the time of it."""
        while self._read(0):
            pass
        self._seen.clear()
        pressed = time.perf_counter()
        os.write(self._master, key.encode())
        return pressed

    def rest(self, seconds: float) -> None:
        """Let it run, and read what it writes."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    @property
    def written(self) -> bytes:
        """What it has written since the last key."""
        return bytes(self._seen)

    def cpu_seconds(self) -> float:
        """Give what it has computed so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mebibytes(self) -> float:
        """Give the memory that it holds."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))

    def _read(self, seconds: float) -> bool:
        readable, _, _ = select.select([self._master], [], [], seconds)
        if readable:
            self._seen += os.read(self._master, 65536)
        return bool(readable)
