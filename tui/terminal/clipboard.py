"""The system's clipboard, by whatever tool it has; a terminal's own way (OSC 52) is not enough."""

import asyncio
import os
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from tui.child_programs import environment_for_children

TOOL_SECONDS: Final = 2.0
"""A clipboard tool without its display may wait for ever."""

Taken = Literal["yes", "perhaps", "no"]
"""Whether a clipboard has what was copied; a terminal that is asked (OSC 52) does not answer."""

ASK_TMUX: Final = ("tmux", "show-options", "-gv", "set-clipboard")

KEPT_BY_TMUX: Final = (b"external", b"off")
"""`set-clipboard`, where copies of apps do not reach the terminal; tmux begins with the first."""

LET_THROUGH: Final = "tmux set -g set-clipboard on"
"""The command after which they do."""


@dataclass(frozen=True, slots=True)
class ClipboardTool:
    """A command that puts its stdin on the clipboard, and the encoding that it expects."""

    words: tuple[str, ...]
    encoding: str = "utf-8"


async def copy_to_system_clipboard(text: str) -> Taken:
    """Copy `text` by a tool, and never fail; where there is none, tell whether a terminal may."""
    for tool in clipboard_tools(os.environ, sys.platform):
        if await _hand_to(tool, text):
            return "yes"
    return "no" if await asyncio.to_thread(is_kept_by_tmux, os.environ) else "perhaps"


def is_kept_by_tmux(environ: Mapping[str, str]) -> bool:
    """Ask tmux whether it keeps what an app sends to the terminal's clipboard, as it does unasked.

    Blocks until tmux has answered, TOOL_SECONDS at most.
    """
    if not environ.get("TMUX"):
        return False
    try:
        asked = subprocess.run(
            ASK_TMUX, env=environment_for_children(), stdin=DEVNULL, stderr=DEVNULL, stdout=PIPE,
            timeout=TOOL_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.stdout.strip() in KEPT_BY_TMUX


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
