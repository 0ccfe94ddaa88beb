"""The configs at hand: all profiles, and those without a name here; which one counts."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tui.config.load import Config, trusted_config
from tui.config.paths import (
    CONFIG_NAME,
    CONFIG_VARIABLE,
    built_in_path,
    find_config,
    profile_names,
    profile_of,
    profile_path,
    read_config,
    shown,
    user_config_dir,
)
from tui.errors import ConfigInvalid

BUILT_IN_LABEL: Final = "built in"
"""The label of the local tenant's config that Doorkey has written itself."""


@dataclass(frozen=True, slots=True)
class KnownConfig:
    """One config: what it says, or what is wrong with it."""

    path: Path
    config: Config | None
    problem: str = ""
    """Why it cannot be used, for people; empty where it can."""

    @property
    def profile(self) -> str:
        """The profile's name; empty for a config without one."""
        return profile_of(self.path)

    @property
    def label(self) -> str:
        """What to call it, for people."""
        return self.profile or (
            BUILT_IN_LABEL if self.path == built_in_path() else shown(self.path)
        )


def known_configs(in_use: Path | None = None) -> tuple[KnownConfig, ...]:
    """Return each config once: those without a name first, then the profiles by name.

    `in_use` is the one that somebody has opened, wherever it is. The secret of the environment is
    in none of them.
    """
    paths: list[Path] = []
    for path in (*_find_unnamed(in_use), *map(profile_path, profile_names())):
        if path.absolute() not in [known.absolute() for known in paths]:
            paths.append(path)
    return tuple(map(_inspect, sorted(paths, key=lambda each: bool(profile_of(each)))))


def config_that_counts() -> Path | None:
    """Return the config that a command takes which names none, if there is one."""
    with suppress(ConfigInvalid):
        return find_config().absolute()
    return None


def _find_unnamed(in_use: Path | None) -> Iterator[Path]:
    if in_use is not None:
        yield in_use
    with suppress(ConfigInvalid):
        named = os.environ.get(CONFIG_VARIABLE)
        if named:
            yield Path(named).expanduser()
        for folder in (Path.cwd(), user_config_dir()):
            if (folder / CONFIG_NAME).exists():
                yield folder / CONFIG_NAME
    if built_in_path().exists():  # somebody tries things out with it, and may be signed in there
        yield built_in_path()


def _inspect(path: Path) -> KnownConfig:
    try:
        return KnownConfig(path, trusted_config(read_config(path), path))
    except ConfigInvalid as error:
        return KnownConfig(path, None, str(error))
