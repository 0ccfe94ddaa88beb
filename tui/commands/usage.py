"""What went wrong: a command line, with what was probably meant; a failure, for programs."""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NoReturn

from tui.config.suggested import suggested_for
from tui.errors import DoorkeyError, WrongUsage
from tui.text import printable_block

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

CHOICE: Final = re.compile(r"invalid choice: '(?P<given>[^']*)' \(choose from (?P<known>.*)\)")
"""How argparse says that a word is none of the choices."""


TOLD_IN_MESSAGE: Final = frozenset({2, 5, 6})
"""Exit codes of errors whose message ends with what to do."""


class CommandLineWrong(WrongUsage):
    """The command line as a whole cannot be read; `usage` says how it is written."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """A parser that raises what is wrong, and suggests the nearest word that is not."""

    commands: "Mapping[str, Parser]" = MappingProxyType({})
    """The parsers of its commands, by name."""

    def error(self, message: str) -> NoReturn:
        """Raise CommandLineWrong."""
        found = CHOICE.search(message)
        if found:
            message += suggestion(found["given"], re.findall(r"[\w-]+", found["known"]))
        raise CommandLineWrong(message, self.format_usage())

    def print_help(self, file: "SupportsWrite[str] | None" = None) -> None:
        """Print the help; argparse itself says nothing where it cannot be written."""
        stream = file or sys.stdout
        stream.write(self.format_help())
        sys.stdout.flush()

    def options(self) -> list[str]:
        """Return the options that its help names."""
        return re.findall(r"--[a-z][a-z-]*", self.format_help())

    def refuse(self, words: list[str], meant: str = "") -> NoReturn:
        """Raise CommandLineWrong for words that this command does not take; `meant` says more."""
        options = [word.partition("=")[0] for word in words if word.startswith("-")]
        if options and not meant:
            meant = suggestion(options[0], self.options())
        raise CommandLineWrong(
            f"unrecognized arguments: {' '.join(words)}{meant}", self.format_usage()
        )


def suggestion(given: str, known: Iterable[str]) -> str:
    """Return the question whether the nearest of the known words was meant, or nothing."""
    words = list(known)
    if given in words:
        return ""  # right, in another place
    begun = [word for word in words if given and word.startswith(given)]
    near = get_close_matches(given, words, 1) or begun
    return f". Did you mean {near[0]}?" if near else ""


def failure_line(error: DoorkeyError, path: Path | None) -> str:
    """Return what a program is told of a failure, where it asked with `--json`: one object.

    `path` is the config that its command line named.
    """
    message = suggested_for(path, printable_block(error))
    members = {
        "error": error.word,
        "message": message,
        "exit": error.exit_code,
        "next": suggested_for(path, _next_step(error, printable_block(error))),
    }
    return json.dumps(members | dict(error.further or {}))


def _next_step(error: DoorkeyError, message: str) -> str:
    """Return what to do: as the error says itself, else what its message ends with."""
    if "next_step" in vars(error) or error.exit_code not in TOLD_IN_MESSAGE:
        return error.next_step
    _, *further = re.split(r"[.:?]\s+(?=[A-Z])", message)
    return further[-1] if further else error.next_step
