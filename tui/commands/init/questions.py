"""What `doorkey init` asks at a terminal: each question until its answer will do."""

import os
import re
import sys
import textwrap
from argparse import Namespace
from collections.abc import Callable
from getpass import getpass
from typing import Final, TextIO

from tui.auth.tenant.setting_up import Found
from tui.config.keys import KEYS, WrongValue, secret
from tui.errors import Cancelled, WrongUsage

NEEDED: Final = {
    "issuer": ("domain", "Issuer or host of the tenant"),
    "client_id": ("clientId", "Client ID of a native client there (Enter: how to get one)"),
    "audience": (
        "audience",
        "Audience, the API's identifier there (if it has none: the client ID)",
    ),
}
"""By option: the key of the config, and the question."""

NARROWEST: Final = 20
"""Columns; in fewer, wrapping is left to the terminal."""


def require_all(arguments: Namespace) -> None:
    """Raise WrongUsage where options are missing that nobody can be asked for."""
    missing = [f"--{name.replace('_', '-')}" for name in NEEDED if getattr(arguments, name) is None]
    if missing:
        *others, last = missing
        listed = f"{', '.join(others)} and {last} are" if others else f"{last} is"
        why = "nothing is asked with --json" if arguments.json else "stdin is no terminal"
        raise WrongUsage(f"{listed} missing, and {why}. Give all of them.")


def ask_unless_given(
    arguments: Namespace, option: str, help_along: Callable[[], object] | None = None
) -> str:
    """Return what an option says, or the answer to its question."""
    given: str | None = getattr(arguments, option)
    if given is not None:
        return given
    return ask_until_valid(*NEEDED[option], help_along=help_along)


def ask_until_valid(
    key: str, question: str, usual: str = "", help_along: Callable[[], object] | None = None
) -> str:
    """Ask until the answer is a valid value of `key`.

    An empty answer means `usual`; without one, `help_along` is called, if it is there.
    """
    while True:
        typed = answer(f"{question}: ") or usual
        if not typed and help_along is not None:
            help_along()
            continue
        try:
            KEYS[key].check(typed)
        except WrongValue as wrong:
            explain(f"It must be {wrong}.")
        else:
            return typed


def ask_secret(found: Found) -> str:
    """Ask for the client secret without echo, if the tenant takes one; it may stay empty."""
    if not found.takes_secret:
        return ""
    if found.may_demand_secret:
        explain("This tenant may refuse even a native app without its client secret.")
    else:
        explain("A native app needs no client secret here, unless the tenant gave it one.")
    while True:
        typed = _ask_unseen(
            "Client secret, for your system's keyring (not shown; Enter for none): "
        )
        try:
            return typed and str(secret(typed))
        except WrongValue as wrong:
            explain(f"It must be {wrong}.")


def answer(question: str) -> str:
    """Ask, and return the answer; raise Cancelled at the end of stdin."""
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise Cancelled("cancelled; nothing was changed")
    return line.strip()


def explain(words: str) -> None:
    """Print on stderr, wrapped at words where that is a terminal."""
    say(fitted(words, sys.stderr))


def fitted(words: str, stream: TextIO) -> str:
    """Return `words` wrapped to the terminal's width; unchanged where `stream` is no terminal."""
    if not stream.isatty():
        return words
    columns = os.get_terminal_size(stream.fileno()).columns - 1
    if columns < NARROWEST:
        return words
    return "\n".join(_wrapped(line, columns) for line in words.split("\n"))


def _wrapped(line: str, columns: int) -> str:
    step = re.match(r" *([0-9]+\. )?", line)
    further = " " * (step.end() if step else 0)
    return textwrap.fill(
        line, columns, subsequent_indent=further, break_long_words=False, break_on_hyphens=False
    )


def say(line: str) -> None:
    """Print a line on stderr unchanged: somebody may want to copy it."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _ask_unseen(question: str) -> str:
    try:
        return getpass(question, stream=sys.stderr).strip()
    except EOFError:
        raise Cancelled("cancelled; nothing was changed") from None
