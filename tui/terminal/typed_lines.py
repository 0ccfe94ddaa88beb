"""Lines typed or pasted at the terminal, of any length, read without holding anything up.

A terminal that edits lines itself cuts them at 4,095 characters (Linux; macOS at 1,023), and an
address with a tenant's code in it can be longer. So characters are taken as they come.
"""

import asyncio
import codecs
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from types import FrameType
from typing import Final, NoReturn

if sys.platform != "win32":
    import termios

CHUNK_BYTES: Final = 4096

LONGEST_LINE: Final = 64 * 1024
"""Characters; what comes beyond is dropped. No server takes an address of that length."""

END_OF_INPUT: Final = "\x04"
ERASE: Final = "\x08\x7f"
ERASE_ALL: Final = "\x15"

Lines = asyncio.Queue[str | None]
"""Each line that was typed, without its end; None where no more will come."""


def read_lines() -> AbstractContextManager[Lines]:
    """Read what is typed at stdin, which is a terminal, while the block lasts.

    What was typed before, and nobody has read, is dropped; not on Windows.
    """
    return _lines_of_a_thread() if sys.platform == "win32" else _lines_as_they_come()


@contextmanager
def _lines_as_they_come() -> Iterator[Lines]:
    descriptor, lines = sys.stdin.fileno(), Lines()
    line, decoder = TypedLine(_show), codecs.getincrementaldecoder("utf-8")("replace")
    loop = asyncio.get_running_loop()

    def readable() -> None:
        data = _available(descriptor)
        for ended in line.take(decoder.decode(data)):
            lines.put_nowait(ended)
        sys.stderr.flush()
        if not data:
            loop.remove_reader(descriptor)
            lines.put_nowait(None)

    with _disable_editing(descriptor):
        loop.add_reader(descriptor, readable)
        try:
            yield lines
        finally:
            loop.remove_reader(descriptor)


class TypedLine:
    """What has been typed of a line so far; shows it, and takes back what the person takes back."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._typed: list[str] = []

    def take(self, text: str) -> Iterator[str | None]:
        """Take what was typed; yield each line that has ended, and None for the end of input."""
        for character in text:
            if character in "\r\n":
                self._show("\n")
                yield "".join(self._typed)
                self._typed.clear()
            elif character == END_OF_INPUT and not self._typed:
                yield None
            elif character in ERASE:
                self._erase(1)
            elif character == ERASE_ALL:
                self._erase(len(self._typed))
            elif character.isprintable() and len(self._typed) < LONGEST_LINE:
                self._typed.append(character)
                self._show(character)

    def _erase(self, count: int) -> None:
        for _ in range(min(count, len(self._typed))):
            self._typed.pop()
            self._show("\b \b")


@contextmanager
def _disable_editing(descriptor: int) -> Iterator[None]:
    """Have the terminal hand over characters as they come, and leave it to us to show them."""
    before, during = termios.tcgetattr(descriptor), termios.tcgetattr(descriptor)
    during[3] &= ~(termios.ICANON | termios.ECHO)
    ended_before = signal.signal(signal.SIGTERM, _end)
    termios.tcsetattr(descriptor, termios.TCSAFLUSH, during)
    try:
        yield
    finally:
        # Without a wait: a terminal that has gone takes nothing any more.
        with suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSANOW, before)
        signal.signal(signal.SIGTERM, ended_before)


@contextmanager
def _lines_of_a_thread() -> Iterator[Lines]:
    """Read lines as Windows edits them; its event loop cannot watch a console."""
    lines, loop = Lines(), asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line.rstrip("\r\n"))
        loop.call_soon_threadsafe(lines.put_nowait, None)

    # A daemon: nobody may ever press Enter.
    threading.Thread(target=read, name="stdin", daemon=True).start()
    yield lines


def _show(text: str) -> None:
    if sys.stderr.isatty():  # what is pasted is for no file
        sys.stderr.write(text)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    """End in order, so that the terminal gets its line mode back."""
    raise SystemExit(128 + number)


def _available(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, CHUNK_BYTES)
    except OSError:  # the terminal is gone
        return b""
