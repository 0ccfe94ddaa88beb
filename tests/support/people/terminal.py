"""A terminal of the tests: runs a command in a pty, types keys, reads the screen."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from typing import Self

import pyte

PATIENCE_SECONDS = 60.0


class Terminal:
    """One command in a pseudo-terminal; a context manager that ends it."""

    def __init__(
        self, command: Sequence[str], environment: dict[str, str], columns: int = 80, rows: int = 24
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.received = bytearray()
        """Everything that the command wrote."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.hang_up()
        self.process.wait(PATIENCE_SECONDS)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        # Its `display` fails where half of a wide character has been written over.
        rows, columns = range(self._screen.lines), range(self._screen.columns)
        buffer = self._screen.buffer
        return "\n".join("".join(buffer[y][x].data for x in columns).rstrip() for y in rows)

    @property
    def edits_lines(self) -> bool:
        """Whether it is as a shell wants it: lines are edited and shown."""
        mode: int = termios.tcgetattr(self._master)[3]
        wanted = termios.ICANON | termios.ECHO
        return mode & wanted == wanted

    def send(self, keys: str) -> None:
        """Type `keys`."""
        os.write(self._master, keys.encode())

    def wait_for(self, *words: str) -> str:
        """Wait until all `words` stand on the screen, and give the screen."""
        return self._wait(lambda: all(map(self.text.__contains__, words)), f"wait for {words}")

    def wait_until_gone(self, word: str) -> str:
        """Wait until `word` stands on the screen no more."""
        return self._wait(lambda: word not in self.text, f"wait until {word!r} is gone")

    def wait_until(self, done: Callable[[], bool]) -> None:
        """Wait until `done` says so."""
        self._wait(done, "wait until it is done")

    def wait_for_exit(self) -> int:
        """Wait until the command has ended, and give its exit code."""
        self._wait(lambda: self.process.poll() is not None, "wait for the exit")
        return self.process.wait()

    def hang_up(self) -> None:
        """Close the terminal, as a person closes its window."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the command."""
        self.process.send_signal(number)

    def _wait(self, done: Callable[[], bool], what: str) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not done():
            assert time.monotonic() < deadline, f"{what}; the screen is:\n{self.text}"
            watched = [self._master] if self._master >= 0 else []
            readable, _, _ = select.select(watched, [], [], 0.05)
            if readable:
                try:
                    data = os.read(self._master, 65536)
                except OSError:  # Linux says EIO where the other end is closed
                    continue
                self.received += data
                self._stream.feed(data)
        return self.text
