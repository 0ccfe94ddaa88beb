"""The system's clipboard, by whatever tool it has; a terminal's own way (OSC 52) is not enough."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tui.child_programs import environment_for_children

TOOL_SECONDS: Final = 2.0
"""A clipboard tool without its display may wait for ever."""


@dataclass(frozen=True, slots=True)
class ClipboardTool:
    """A command that puts its stdin on the clipboard, and the encoding that it expects."""

    words: tuple[str, ...]
    encoding: str = "utf-8"


async def copy_to_system_clipboard(text: str) -> bool:
    """Copy `text`; tells whether a tool took it, and never fails."""
    for tool in clipboard_tools(os.environ, sys.platform):
        if await _hand_to(tool, text):
            return True
    return False


def clipboard_tools(environ: Mapping[str, str], platform: str) -> list[ClipboardTool]:
    """Return the tools that may be here, in the order in which to try them."""
    if platform == "darwin":
        return [ClipboardTool(("pbcopy",))]
    tools = []
    if platform == "win32" or environ.get("WSL_DISTRO_NAME"):
        tools.append(ClipboardTool(("clip.exe",), "utf-16-le"))
    if environ.get("WAYLAND_DISPLAY"):
        tools.append(ClipboardTool(("wl-copy",)))
    if environ.get("DISPLAY"):
        tools.append(ClipboardTool(("xclip", "-selection", "clipboard")))
        tools.append(ClipboardTool(("xsel", "--clipboard", "--input")))
    return tools


async def _hand_to(tool: ClipboardTool, text: str) -> bool:
    try:
        # Silenced: what it complains of would land amid the screen. In a session of its own: it
        # goes on holding the clipboard when the terminal is closed.
        process = await asyncio.create_subprocess_exec(
            *tool.words,
            env=environment_for_children(),
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(TOOL_SECONDS):
            await process.communicate(text.encode(tool.encoding, "replace"))
    except TimeoutError:
        return False
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode == 0
