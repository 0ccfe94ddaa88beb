"""`doorkey completion`: a script by which a shell completes commands, options and files."""

import sys
from argparse import Action, Namespace
from collections.abc import Iterator
from typing import Final

from tui.api.request import METHODS
from tui.commands.options.help import TOPICS
from tui.commands.parser import COMMAND_NAMES, parser
from tui.commands.usage import Parser
from tui.config.paths import profile_names

FILES: Final = frozenset({"PATH", "FILE", "FILE|URL"})
"""What stands for a file where an option is described."""

WORDS: Final = {"METHOD": METHODS, "TOPIC": (*TOPICS, *sorted(COMMAND_NAMES))}
"""What may stand for an argument that takes other words, too."""


PROFILES: Final = "doorkey completion profiles"
"""What a script runs to know the profiles that there are by then."""


def completion(arguments: Namespace) -> int:
    """Print the script for one shell, or the names that it asks for."""
    lines = profile_names() if arguments.shell == "profiles" else [_script(arguments.shell)]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
    return 0


def _script(shell: str) -> str:
    import shtab  # not for the names, which are asked for at each Tab

    top = parser()
    for action in _actions(top):
        if "--profile" in action.option_strings:
            action.complete = shtab.cmd(PROFILES)  # type: ignore[attr-defined] # shtab looks for it
        elif action.metavar in FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined] # the same
        elif isinstance(action.metavar, str) and action.metavar in WORDS:
            action.choices = WORDS[action.metavar]
    return str(shtab.complete(top, shell))


def _actions(top: Parser) -> Iterator[Action]:
    # argparse has no public name for what a parser takes.
    for each in (top, *top.commands.values()):
        yield from each._actions
