"""Opens the person's browser: off the event loop, silently, never through a shell."""

import asyncio
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from tui.auth.web_address import split_web_address

BrowserOpener = Callable[[str], Awaitable[bool]]
"""Takes a URL; tells whether a browser took it. Never raises for a browser that fails."""

SETTLED_SECONDS: Final = 3.0
"""A browser command that has not failed by then is showing the page; some never exit."""

SYSTEM_BROWSER: Final = (
    "import sys, webbrowser;"
    "controller = webbrowser.get();"
    # A text browser would take the terminal over.
    "text = {'www-browser', 'links', 'elinks', 'lynx', 'w3m'};"
    "sys.exit(getattr(controller, 'name', '') in text or not controller.open(sys.argv[1]))"
)
"""Run in a Python of its own, so that whatever the browser prints stays off our screen."""


async def open_in_browser(url: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Open `url` with `$BROWSER` or the system's browser.

    Raises:
        ValueError: not an http(s) URL, or one with a character that has no place in it.
    """
    split_web_address(url)
    for command in browser_commands(url, environ):
        if await _started(command, environ):
            return True
    return False


def browser_commands(url: str, environ: Mapping[str, str]) -> list[list[str]]:
    """Give the commands to try, in order: `$BROWSER` may list several, each with `%s` or not."""
    commands = [
        [part.replace("%s", url) for part in words] if "%s" in entry else [*words, url]
        for entry in environ.get("BROWSER", "").split(os.pathsep)
        if (words := _words(entry))
    ]
    return commands or [[sys.executable, "-I", "-c", SYSTEM_BROWSER, url]]


def _words(entry: str) -> list[str]:
    try:
        return shlex.split(entry)
    except ValueError:
        return []


async def _started(command: list[str], environ: Mapping[str, str]) -> bool:
    loop = asyncio.get_running_loop()
    exited: asyncio.Future[int] = loop.create_future()

    def tell(code: int) -> None:
        if not exited.done():
            exited.set_result(code)

    def run() -> None:
        code = _run(command, environ)
        try:
            loop.call_soon_threadsafe(tell, code)
        except RuntimeError:
            return  # the loop has ended before the browser did; nobody waits any more

    # A daemon: a browser that stays in the foreground must not hold our exit.
    threading.Thread(target=run, name="browser", daemon=True).start()
    try:
        async with asyncio.timeout(SETTLED_SECONDS):
            return await exited == 0
    except TimeoutError:
        return True


def _run(command: list[str], environ: Mapping[str, str]) -> int:
    try:
        return subprocess.run(
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
        ).returncode
    except (OSError, ValueError):
        return 1
