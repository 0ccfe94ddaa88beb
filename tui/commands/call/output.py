"""Where an answer goes: to whatever reads stdout, to a terminal, into a file, into one object."""

import base64
import codecs
import errno
import json
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from tui.api.request import is_json
from tui.auth.dpop.authorization import Authorization
from tui.errors import DoorkeyError, WrongUsage
from tui.json_value import Json
from tui.text import printable, printable_block

LARGEST_OBJECT_BYTES: Final = 16 * 1024 * 1024
"""Of a body that `--json` puts into its object, which is written as a whole."""

LONGEST_LINE: Final = 64 * 1024
"""Characters; a longer line is shown in parts."""

MOST_HELD: Final = 1024 * 1024
"""Characters of a line's end that may be of a token: any number that nobody sees may be in one."""


class AnswerTooLarge(DoorkeyError):
    """The answer is too large to be held in memory."""

    word = "answer_too_large"
    next_step = "Save the answer to a file: -o FILE."


class Output(Protocol):
    """Takes the body of one answer."""

    def write(self, chunk: bytes) -> None:
        """Take the next part."""

    def end(self) -> None:
        """End the body, which is whole."""


class Piped:
    """Writes the body to stdout unchanged, each part as it comes."""

    def write(self, chunk: bytes) -> None:
        """Write the next part; raises BrokenPipeError where nobody reads it any more."""
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()

    def end(self) -> None:
        """Do nothing: all is written."""


class Shown:
    """Shows a body at a terminal, without control characters, the token and its proof."""

    def __init__(self, sent: Authorization) -> None:
        self._sent = sent
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._enough = LONGEST_LINE
        self._is_within_line = False

    def write(self, chunk: bytes) -> None:
        """Show the lines that are complete.

        Raises:
            DoorkeyError: the body is not text, or hardly any of it can be seen.
        """
        if b"\0" in chunk:
            raise DoorkeyError(
                "The answer is no text, and this is a terminal. Save it: -o FILE, or pipe it on."
            )
        self._held += self._decoder.decode(chunk)
        whole, end, rest = self._held.rpartition("\n")
        if end:
            self._show(whole + end)
            self._held = rest
            self._enough = LONGEST_LINE
        elif len(rest) > self._enough:
            ready, self._held = self._sent.redact_beginning(rest)
            self._show(ready)
            if len(self._held) > MOST_HELD:
                raise DoorkeyError(
                    "There is hardly anything to see in 1 MiB of the answer, and this is a "
                    "terminal. Save it: -o FILE, or pipe it on."
                )
            # So that what is held is not gone through again for each few characters more.
            self._enough = LONGEST_LINE + 2 * len(self._held)

    def end(self) -> None:
        """Show the last line, and end it, so that the shell begins on one of its own."""
        self._held += self._decoder.decode(b"", final=True)
        if self._held or self._is_within_line:
            self._show(self._held + "\n")

    def _show(self, text: str) -> None:
        sys.stdout.write(printable_block(self._sent.redact(text)))
        sys.stdout.flush()
        self._is_within_line = not text.endswith("\n")


class Saved:
    """A file that is replaced once the whole body is there; a device gets it as it comes."""

    def __init__(self, path: Path) -> None:
        """Make ready to write.

        Raises:
            WrongUsage: no file can be written there.
        """
        if path.is_symlink() or path.is_dir():
            what = "a folder" if path.is_dir() else "a symbolic link"
            raise WrongUsage(f"-o: {printable(path)} is {what}. Name a file.")
        self.path = path
        is_device = path.exists() and not path.is_file()
        hidden = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
        self._temporary = None if is_device else hidden
        try:
            # With the rights that the person's umask leaves, as every other program's files.
            self._file = hidden.open("xb") if self._temporary else os.fdopen(_device(path), "wb")
        except OSError as error:
            raise WrongUsage(
                f"-o: {printable(path)} cannot be written ({error.strerror}). Name another file."
            ) from None

    def write(self, chunk: bytes) -> None:
        """Write the next part."""
        self._file.write(chunk)

    def end(self) -> None:
        """Put the file in its place; one that replaces another keeps that one's mode."""
        if self._temporary is None:
            self._file.close()
            return
        with suppress(FileNotFoundError):
            status = self.path.lstat()
            # What others have put there says nothing about who may read. And by the descriptor: in
            # a folder that all can write to, the name may lead to another file by now.
            if _is_own(status) and os.chmod in os.supports_fd:
                os.chmod(self._file.fileno(), status.st_mode & 0o777)  # noqa: PTH101 - no path
        self._file.close()
        self._temporary.replace(self.path)

    def discard(self) -> None:
        """Remove an incomplete file."""
        self._file.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)


def _device(path: Path) -> int:
    """Open a device or pipe that is not another user's; check it again, as it may be replaced."""
    if not _is_own(path.lstat(), or_of_system=True):
        raise OSError(errno.EPERM, "it is another user's")
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0))
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) or not _is_own(status, or_of_system=True):
        os.close(descriptor)
        raise OSError(errno.EPERM, "it has just been replaced")
    return descriptor


def _is_own(status: os.stat_result, *, or_of_system: bool = False) -> bool:
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() or (or_of_system and status.st_uid == 0)


def keep_apart(body_end: bytes) -> None:
    """Write an empty line to stderr where the body on stdout went to the same place."""
    if not body_end or not _is_same_place():
        return
    is_line_over = body_end == b"\n" or sys.stdout.isatty()  # where `Shown` ends the line
    sys.stderr.write("\n" if is_line_over else "\n\n")


def _is_same_place() -> bool:
    """Return whether stdout and stderr are one terminal, one file or one pipe."""
    try:
        return os.path.sameopenfile(sys.stdout.fileno(), sys.stderr.fileno())
    except OSError:  # io.UnsupportedOperation is one
        return False


class Collected:
    """Holds a body for the one object that `--json` writes."""

    def __init__(self) -> None:
        self._body = bytearray()

    def write(self, chunk: bytes) -> None:
        """Hold the next part.

        Raises:
            AnswerTooLarge: it is more than an object should hold.
        """
        self._body += chunk
        if len(self._body) > LARGEST_OBJECT_BYTES:
            raise AnswerTooLarge(
                "The answer is larger than 16 MiB, which is more than --json puts into an object. "
                "Save it: -o FILE."
            )

    def end(self) -> None:
        """Do nothing: all is held."""

    def members(self, sent: Authorization) -> dict[str, Json]:
        """Return what `--json` says of the body: `encoding` and `body`."""
        try:
            text = sent.redact(self._body.decode("utf-8"))
        except UnicodeDecodeError:
            content = sent.redact_bytes(bytes(self._body))
            return {"encoding": "base64", "body": base64.b64encode(content).decode("ascii")}
        if is_json(text):
            return {"encoding": "json", "body": json.loads(text)}
        return {"encoding": "text", "body": text}
