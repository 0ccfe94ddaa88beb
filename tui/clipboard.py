"""The system's clipboard, by whatever tool it has; a terminal's own way (OSC 52) is not enough."""

import asyncio
import threading
from contextlib import suppress
from typing import Final

TOOL_SECONDS: Final = 2.0
"""A clipboard tool without its display may wait for ever."""


async def copy_to_system_clipboard(text: str) -> bool:
    """Copy `text` off the event loop; tells whether a tool took it, and never fails."""
    loop = asyncio.get_running_loop()
    copied: asyncio.Future[bool] = loop.create_future()

    def tell(done: bool) -> None:
        if not copied.done():
            copied.set_result(done)

    def copy() -> None:
        done = _copy(text)
        with suppress(RuntimeError):  # the loop has ended meanwhile; nobody waits any more
            loop.call_soon_threadsafe(tell, done)

    # A daemon: a tool that hangs must not hold our exit.
    threading.Thread(target=copy, name="clipboard", daemon=True).start()
    try:
        async with asyncio.timeout(TOOL_SECONDS):
            return await copied
    except TimeoutError:
        return False


def _copy(text: str) -> bool:
    import pyperclip

    try:
        pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError):
        return False
    return True
