"""Which commands may open a browser here, in which order; none of them takes the terminal over."""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from tui.auth.sign_in.surroundings import look_around

CONSOLE_BROWSERS: Final = frozenset(
    {"www-browser", "links", "links2", "elinks", "lynx", "w3m", "browsh", "carbonyl", "chawan"}
)
"""They would take the terminal over, or, without one, run on unseen."""

SYSTEM_BROWSER: Final = (
    "import sys, webbrowser;"
    "controller = webbrowser.get();"
    f"text = {set(CONSOLE_BROWSERS)!r};"
    "sys.exit(getattr(controller, 'name', '') in text or not controller.open(sys.argv[1]))"
)
"""Run in a Python of its own, so that whatever the browser prints stays off our screen."""

WINDOWS_COMMANDS: Final = (
    ("wslview", frozenset({0})),
    # Neither has a shell in between that would take the address apart at its ampersands, as
    # `cmd /c start` and `powershell -Command` have.
    ("rundll32.exe url.dll,FileProtocolHandler", frozenset({0})),
    # Exits with 1 whatever happens.
    ("explorer.exe", frozenset({0, 1})),
)
"""What opens the browser of Windows from WSL, and the exit codes that mean that it has."""


@dataclass(frozen=True, slots=True)
class BrowserCommand:
    """One command that opens a browser, as words and never as a line for a shell."""

    words: list[str] = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)
    good_exit_codes: frozenset[int] = frozenset({0})
    is_ours: bool = False
    """Whether it is a helper of ours, which may be ended, or the browser itself."""


def browser_commands(url: str, environ: Mapping[str, str]) -> list[BrowserCommand]:
    """Give the commands to try, in order; none where no browser with windows can be shown.

    `$BROWSER` may list several, each with `%s` or not.
    """
    named = [
        BrowserCommand(_with_url(words, url), environ)
        for entry in environ.get("BROWSER", "").split(os.pathsep)
        if (words := _words(entry)) and PurePath(words[0]).name not in CONSOLE_BROWSERS
    ]
    if named:
        return named
    here = look_around(environ)
    if here.in_wsl:
        return _windows_commands(url, environ)
    return [_system_command(url, environ)] if here.has_display else []


def _system_command(url: str, environ: Mapping[str, str]) -> BrowserCommand:
    # Python's webbrowser would ask $BROWSER again, which names nothing that is of use here.
    rest = {name: value for name, value in environ.items() if name != "BROWSER"}
    words = [sys.executable, "-I", "-c", SYSTEM_BROWSER, url]
    return BrowserCommand(words, rest, is_ours=True)


def _windows_commands(url: str, environ: Mapping[str, str]) -> list[BrowserCommand]:
    commands = []
    for line, good_exit_codes in WINDOWS_COMMANDS:
        name, *arguments = line.split()
        path = shutil.which(name, path=environ.get("PATH", ""))
        if path:
            commands.append(BrowserCommand([path, *arguments, url], environ, good_exit_codes))
    return commands


def _with_url(words: list[str], url: str) -> list[str]:
    if any("%s" in word for word in words):
        return [word.replace("%s", url) for word in words]
    return [*words, url]


def _words(entry: str) -> list[str]:
    try:
        return shlex.split(entry)
    except ValueError:
        return []
