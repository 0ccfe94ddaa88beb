"""What `doorkey init` asks at a terminal: each question until its answer will do."""

import sys
from argparse import Namespace
from getpass import getpass
from typing import Final

from tui.auth.tenant.setting_up import Found
from tui.config.keys import KEYS, WrongValue, secret
from tui.errors import Cancelled, WrongUsage

NEEDED: Final = {
    "issuer": ("domain", "Issuer or host of the tenant"),
    "client_id": ("clientId", "Client ID of a native client there"),
    "audience": ("audience", "Audience: the API's identifier there"),
}
"""By option: the key of the config, and the question."""


def require_all(arguments: Namespace) -> None:
    """Raise WrongUsage where an option is missing that nobody can be asked for."""
    for option in NEEDED:
        if getattr(arguments, option) is None:
            name = option.replace("_", "-")
            why = "nothing is asked with --json" if arguments.json else "stdin is no terminal"
            raise WrongUsage(f"--{name} is missing, and {why}.")


def ask_unless_given(arguments: Namespace, option: str) -> str:
    """Return what an option says, or the answer to its question."""
    given: str | None = getattr(arguments, option)
    return given if given is not None else ask_until_valid(*NEEDED[option])


def ask_until_valid(key: str, question: str, usual: str = "") -> str:
    """Ask until the answer can be a value of `key`; nothing typed is `usual`."""
    while True:
        typed = answer(f"{question}: ") or usual
        try:
            KEYS[key].check(typed)
        except WrongValue as wrong:
            say(f"It must be {wrong}.")
        else:
            return typed


def ask_secret(found: Found) -> str:
    """Ask for the client's secret, unseen, where the tenant takes any; may return none."""
    if not found.takes_secret:
        return ""
    if found.may_demand_secret:
        say("This tenant may refuse even a native app without its client secret.")
    else:
        say("A native app needs no client secret here, unless the tenant gave it one.")
    while True:
        typed = _ask_unseen(
            "Client secret, for your system's keyring (not shown; Enter for none): "
        )
        try:
            return typed and str(secret(typed))
        except WrongValue as wrong:
            say(f"It must be {wrong}.")


def answer(question: str) -> str:
    """Ask; raise Cancelled where nobody answers any more."""
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise Cancelled("cancelled; nothing was changed")
    return line.strip()


def say(line: str) -> None:
    """Tell whoever sits at the terminal."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _ask_unseen(question: str) -> str:
    try:
        return getpass(question, stream=sys.stderr).strip()
    except EOFError:
        raise Cancelled("cancelled; nothing was changed") from None
