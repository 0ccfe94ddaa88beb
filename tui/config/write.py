"""A config written: checked first, then as a whole or not at all, for its owner alone."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tui.config.load import Config, parse_config
from tui.config.paths import profiles_dir, shown, user_config_dir
from tui.config.trust import remember_trust
from tui.errors import ConfigInvalid
from tui.private_file import Replacement, make_private_folder

if TYPE_CHECKING:
    from tui.json_value import Json


def write_config(path: Path, members: Mapping[str, "Json"], *, replace: bool = False) -> Config:
    """Write `members` to `path`; return what they say. Whoever writes a config trusts it.

    The folder has to be there already, unless it is the user's config folder or one in it. With
    `replace`, what stands at `path` makes room; a symbolic link does so itself, not its target.

    Raises:
        ConfigInvalid: a member is wrong, something is there already, or the disk says no. Then
            nothing has changed.
    """
    text = json.dumps(members, indent=2, ensure_ascii=False) + "\n"
    config = parse_config(text, path)
    if not replace and (path.exists() or path.is_symlink()):
        raise ConfigInvalid(f"{shown(path)} is there already. Take another name, or edit it.")
    try:
        _make_own_folders(path)
        Replacement(path).put(text.encode())
    except OSError as error:
        raise ConfigInvalid(f"{shown(path)} cannot be written: {error.strerror}.") from None
    with suppress(ConfigInvalid):  # then it is asked about once
        remember_trust(text)
    return config


def _make_own_folders(path: Path) -> None:
    """Make the config folder, closed to others: a config may hold a client's secret."""
    own = [folder for folder in (user_config_dir(), profiles_dir()) if folder in path.parents]
    for folder in own:
        make_private_folder(folder)
