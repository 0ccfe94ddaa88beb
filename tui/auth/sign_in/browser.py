"""Opens the person's browser: off the event loop, silently, never through a shell."""

import asyncio
import os
import subprocess
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

from tui.auth.sign_in.browser_commands import BrowserCommand, browser_commands
from tui.web_address import split_web_address

BrowserOpener = Callable[[str], Awaitable[bool]]
"""Takes a URL; tells whether a browser took it. Never raises for a browser that fails."""

SETTLED_SECONDS: Final = 3.0
"""A browser command that has not failed by then is showing the page; some never exit."""


async def open_in_browser(url: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Open `url` with `$BROWSER` or the system's browser.

    Raises:
        ValueError: not an http(s) URL, or one with a character that has no place in it.
    """
    split_web_address(url)
    for command in browser_commands(url, environ):
        if await _started(command):
            return True
    return False


async def _started(command: BrowserCommand) -> bool:
    try:
        process = await asyncio.to_thread(_start, command)
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
        env=dict(command.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
