"""The person's own editor, with the app out of the way: for the config, and for a body."""

import asyncio
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from textual.app import App, SuspendNotSupported

from tui.child_programs import environment_for_children
from tui.config.load import Config, reload_config
from tui.config.paths import built_in_path, read_config
from tui.config.trust import remember_trust
from tui.errors import ConfigInvalid
from tui.text import printable

FALLBACK: Final = "notepad" if sys.platform == "win32" else "vi"
"""POSIX has vi everywhere."""

BUILT_IN_STAYS: Final = (
    "The built-in config is written anew at each start, so an edit would be lost. "
    "doorkey init, or n in the list of tenants, makes one of your own."
)

LARGEST_BYTES: Final = 1024 * 1024
"""A field of a screen holds no more."""


class NotEdited(Exception):
    """The editor did not do its work; says why, for people."""


async def edit_config(app: App[None], config: Config) -> Config | str:
    """Open the config in `$VISUAL` or `$EDITOR`; return the changed one, or words for people."""
    if config.path == built_in_path():
        return BUILT_IN_STAYS
    try:
        await _edit(app, config.path)
    except NotEdited as error:
        return f"{error} Edit {config.path} yourself."
    try:
        changed = reload_config(config)
        remember_trust(read_config(config.path))  # whoever has just edited it need not be asked
    except ConfigInvalid as error:
        return f"{error} The config from before stays in use."
    if changed == config:
        return "Nothing has changed in the config."
    return changed


async def edit_text(app: App[None], text: str, name: str) -> str:
    """Open `text` in `$VISUAL` or `$EDITOR` as a file called `name`; return what it is then.

    The file is in a folder that only its owner can enter, and goes with it, copies of the editor's
    included.

    Raises:
        NotEdited: the editor did not start or failed, or left something else than text.
    """
    folder = Path(tempfile.mkdtemp(prefix="doorkey-"))  # of mode 0700
    try:
        path = folder / name
        path.write_bytes(text.encode("utf-8", "replace"))
        path.chmod(0o600)
        await _edit(app, path, must_succeed=True)
        return _read_edited(path, text)
    except OSError as error:
        raise NotEdited(f"The file for the editor is gone ({error.strerror}).") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read_edited(path: Path, before: str) -> str:
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise NotEdited("It is longer than 1 MiB. `doorkey call` sends files of any size.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise NotEdited("It is not text in UTF-8. `doorkey call` sends any file.") from None
    # Editors end the last line, whether or not it had an end.
    return text if before.endswith("\n") else text.removesuffix("\n")


async def _edit(app: App[None], path: Path, *, must_succeed: bool = False) -> None:
    words = editor_command(os.environ)
    try:
        with app.suspend():  # it brings the app back only where nothing is raised
            ended = await _run([*words, str(path)])
    except SuspendNotSupported:
        raise NotEdited("The app cannot make room for an editor here.") from None
    editor = printable(words[0])
    if isinstance(ended, OSError):
        raise NotEdited(f"{editor} cannot be started ({ended.strerror}): name another in EDITOR.")
    if ended and must_succeed:
        how = f"was ended by signal {-ended}" if ended < 0 else f"has failed (exit code {ended})"
        raise NotEdited(f"The editor, {editor}, {how}: all is as it was.")


async def _run(command: Sequence[str]) -> int | OSError:
    """Run a command to its end; return its exit code, or why it could not be started."""
    try:
        process = await asyncio.create_subprocess_exec(*command, env=environment_for_children())
    except OSError as error:
        return error
    return await process.wait()


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """Return the editor's command as words; what cannot be read as a command does not count."""
    named = environ.get("VISUAL") or environ.get("EDITOR") or FALLBACK
    try:
        return shlex.split(named) or [FALLBACK]
    except ValueError:
        return [FALLBACK]
