"""`doorkey completion`: a script by which a shell completes commands, options and files."""

import sys
from argparse import Action, Namespace
from collections.abc import Iterator
from typing import Final

import shtab

from tui.api.request import METHODS
from tui.commands.options.help import TOPICS
from tui.commands.parser import COMMAND_NAMES, parser
from tui.commands.usage import Parser

FILES: Final = frozenset({"PATH", "FILE"})
"""What stands for a file where an option is described."""

WORDS: Final = {"METHOD": METHODS, "TOPIC": (*TOPICS, *sorted(COMMAND_NAMES))}
"""What may stand for an argument that takes other words, too."""


def completion(arguments: Namespace) -> int:
    """Print the script for one shell."""
    top = parser()
    for action in _actions(top):
        if action.metavar in FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined] # shtab looks for it
        elif isinstance(action.metavar, str) and action.metavar in WORDS:
            action.choices = WORDS[action.metavar]
    sys.stdout.write(shtab.complete(top, arguments.shell) + "\n")
    sys.stdout.flush()
    return 0


def _actions(top: Parser) -> Iterator[Action]:
    # argparse has no public name for what a parser takes.
    for each in (top, *top.commands.values()):
        yield from each._actions
