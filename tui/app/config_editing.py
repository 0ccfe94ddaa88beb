"""Changing the config in the person's own editor, with the app out of the way."""

import asyncio
import os
import shlex
import sys
from collections.abc import Mapping
from typing import Final

from textual.app import App, SuspendNotSupported

from tui.config.load import Config, load_config
from tui.config.paths import environment_for_children, read_config
from tui.config.trust import remember_trust
from tui.errors import ConfigInvalid

FALLBACK: Final = "notepad" if sys.platform == "win32" else "vi"
"""POSIX has vi everywhere."""


async def edit_config(
    app: App[None], config: Config, environ: Mapping[str, str] = os.environ
) -> str:
    """Open the config in `$VISUAL` or `$EDITOR`; return what came of it, for people."""
    words = editor_command(environ)
    try:
        with app.suspend():
            process = await asyncio.create_subprocess_exec(
                *words, str(config.path), env=environment_for_children(environ)
            )
            await process.wait()
    except SuspendNotSupported:
        return f"Here the app cannot step aside. Edit {config.path} yourself."
    except OSError as error:
        return f"{words[0]} cannot be started ({error.strerror}). Edit {config.path} yourself."
    try:
        changed = load_config(config.path)
        remember_trust(read_config(config.path))  # whoever has just edited it need not be asked
    except ConfigInvalid as error:
        return str(error)
    if changed == config:
        return "Nothing has changed in the config."
    return "The config is right. Quit, and start doorkey again to use it."


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """Return the editor's command as words; what cannot be read as a command does not count."""
    named = environ.get("VISUAL") or environ.get("EDITOR") or FALLBACK
    try:
        return shlex.split(named) or [FALLBACK]
    except ValueError:
        return [FALLBACK]
