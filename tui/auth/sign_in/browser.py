"""Opens the person's browser: off the event loop, silently, never through a shell.

Which commands may do so depends on where this runs; none of them takes the terminal over.
"""

import asyncio
import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from tui.auth.sign_in.surroundings import look_around
from tui.child_programs import environment_for_children
from tui.web_address import split_web_address

BrowserOpener = Callable[[str], Awaitable[bool]]
"""Takes a URL; tells whether a browser took it. Never raises for a browser that fails."""

SETTLED_SECONDS: Final = 3.0
"""A browser command that has not failed by then is showing the page; some never exit."""

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


async def open_in_browser(url: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Open `url` with `$BROWSER` or the system's browser.

    Raises:
        ValueError: not an http(s) URL, or one with a character that has no place in it.
    """
    split_web_address(url)
    for command in browser_commands(url, environ):
        if await _start_and_watch(command):
            return True
    return False


async def _start_and_watch(command: BrowserCommand) -> bool:
    try:
        # Not in a thread: a sign-in that ends meanwhile would leave a process that nobody knows.
        process = _start(command)
    except (OSError, ValueError):
        return False
    loop = asyncio.get_running_loop()
    exited: asyncio.Future[int] = loop.create_future()

    def tell(code: int) -> None:
        if not exited.done():
            exited.set_result(code)

    def wait() -> None:
        code = process.wait()
        # RuntimeError: the loop has ended before the browser did; nobody waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, code)

    # A daemon: a browser that stays in the foreground must not hold our exit.
    threading.Thread(target=wait, name="browser", daemon=True).start()
    try:
        async with asyncio.timeout(SETTLED_SECONDS):
            return await exited in command.good_exit_codes
    except TimeoutError:
        return True
    except asyncio.CancelledError:
        if command.is_ours:
            process.terminate()  # ours alone: a browser of the person's own stays open
        raise


def _start(command: BrowserCommand) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command.words,
        env=environment_for_children(command.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def browser_commands(url: str, environ: Mapping[str, str]) -> list[BrowserCommand]:
    """Return the commands to try, in order; none where no browser with windows can be shown.

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
