"""Where Doorkey keeps what it remembers, and where it looks for what it is told."""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from tui.errors import ConfigInvalid, ConfigMissing
from tui.private_file import make_private_folder
from tui.text import printable, shortened

APP_NAME: Final = "doorkey"
STATE_DIR_VARIABLE: Final = "DOORKEY_STATE_DIR"
CONFIG_VARIABLE: Final = "DOORKEY_CONFIG"
PROFILE_VARIABLE: Final = "DOORKEY_PROFILE"
WEB_VARIABLE: Final = "DOORKEY_WEB"
"""Set by `doorkey web` for the app that it starts: nobody else can open its page."""
CONFIG_NAME: Final = "auth_config.json"

PROFILES_NAME: Final = "profiles"

PROFILE_NAMES: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""No path, nothing that a terminal takes for something else, the same on every file system."""

LARGEST_CONFIG_BYTES: Final = 1024 * 1024
"""Nobody writes a config of a MiB; a larger file is the wrong file."""

BUILT_IN: Final = """\
{
  "domain": "localhost:3002",
  "clientId": "doorkey-local",
  "audience": "http://localhost:3001"
}
"""
"""What the repository's own auth_config.json says: the local tenant, at its usual ports."""


def state_dir() -> Path:
    """Return the folder for sessions, logs and the local tenant; which may not exist yet."""
    moved = os.environ.get(STATE_DIR_VARIABLE)
    if moved:
        return _expanded(moved, STATE_DIR_VARIABLE).absolute()
    import platformdirs

    return platformdirs.user_state_path(APP_NAME, appauthor=False)


def shown(path: Path) -> str:
    """Return `path` for people: printable, with the home folder as `~`."""
    with suppress(ValueError, RuntimeError):
        home = Path.home()
        if home.is_absolute() and home != Path(home.anchor):
            return printable(Path("~") / path.relative_to(home))
    return printable(path)


def logs_dir() -> Path:
    """Return the folder for the logs of the bundled servers; which may not exist yet."""
    return state_dir() / "logs"


def user_config_dir() -> Path:
    """Return the folder in which a person keeps one `auth_config.json` for all projects."""
    import platformdirs

    return platformdirs.user_config_path(APP_NAME, appauthor=False)


def profiles_dir() -> Path:
    """Return the folder of the profiles; which may not exist yet."""
    return user_config_dir() / PROFILES_NAME


def profile_path(name: str) -> Path:
    """Return the file of the profile `name`, whether or not it is there.

    Raises:
        ConfigInvalid: that cannot be a profile's name.
    """
    if not re.fullmatch(PROFILE_NAMES, name):
        raise ConfigInvalid(
            f'"{printable(name, 80)}" cannot be the name of a profile: up to 64 '
            "letters, digits, dots, - and _ are expected, a letter or digit first."
        )
    return profiles_dir() / f"{name}.json"


def profile_of(path: Path) -> str:
    """Return the name of the profile whose file `path` is; empty for any other config."""
    # Most configs lie elsewhere, and platformdirs takes time to load.
    if path.suffix != ".json" or path.absolute().parent.name != PROFILES_NAME:
        return ""
    is_one = re.fullmatch(PROFILE_NAMES, path.stem) and path.absolute().parent == profiles_dir()
    return path.stem if is_one else ""


def profile_names() -> tuple[str, ...]:
    """Return the names of all profiles that there are."""
    with suppress(OSError):
        return tuple(sorted(filter(None, map(profile_of, profiles_dir().iterdir()))))
    return ()


def find_config() -> Path:
    """Return the file to read: as the environment says, this folder's, the user's config folder's.

    Raises:
        ConfigMissing: there is none in any of these places.
        ConfigInvalid: the environment names two, or what cannot be one.
    """
    named, profile = os.environ.get(CONFIG_VARIABLE), os.environ.get(PROFILE_VARIABLE)
    if named and profile:
        raise ConfigInvalid(
            f"{CONFIG_VARIABLE} and {PROFILE_VARIABLE} are both set, and each names a config. "
            "Unset one of them, or name one with --config or --profile."
        )
    if profile:
        return profile_path(profile)
    if named:
        return _expanded(named, CONFIG_VARIABLE)
    here = _here() / CONFIG_NAME
    if here.exists():
        return here
    user = user_config_dir() / CONFIG_NAME
    if user.exists():
        return user
    raise ConfigMissing(
        f"There is no {CONFIG_NAME}: looked for {printable(here)} and {printable(user)}. "
        f"Make one with doorkey init, or name one with --config PATH or {CONFIG_VARIABLE}, "
        f"--profile NAME or {PROFILE_VARIABLE}. "
        f"{_profiles_there()}{_built_in_there()}"
        "To try it all on this machine without one: doorkey dev."
    )


def _built_in_there() -> str:
    path = built_in_path()
    if not path.is_file():
        return ""
    from shlex import quote

    named = quote(printable(path))
    return f"For the built-in local tenant, which the app offers, add --config {named}. "


def _profiles_there() -> str:
    names = profile_names()
    if not names:
        return ""
    return f"Profiles there: {shortened(', '.join(names), 200)} (--profile {names[0]}). "


def built_in_config() -> Path:
    """Return the file with the config of the local tenant, for who has none; writes it anew.

    Raises:
        OSError: it cannot be written.
    """
    path = built_in_path()
    make_private_folder(path.parent)
    path.write_text(BUILT_IN, encoding="utf-8")
    return path


def built_in_path() -> Path:
    """Return where `built_in_config` writes."""
    return state_dir() / CONFIG_NAME


def lies_in_this_folder(path: Path) -> bool:
    """Return whether `path` is a config for no other reason than that one stands where it is.

    A relative path in the environment leads to whatever is there, too.
    """
    named = os.environ.get(CONFIG_VARIABLE)
    if named and path == _expanded(named, CONFIG_VARIABLE):
        return not path.is_absolute()
    return path.parent == _here() and path.parent not in (user_config_dir(), profiles_dir())


def read_config(path: Path) -> str:
    """Return the text of the configuration at `path`.

    Raises:
        ConfigInvalid: there is no such file, or it cannot be read as text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_CONFIG_BYTES + 1)
    except FileNotFoundError:
        raise _missing(path) from None
    except OSError as error:
        raise wrong_config(
            path, f"it cannot be read ({error.strerror}). Name a file that can."
        ) from None
    if len(content) > LARGEST_CONFIG_BYTES:
        raise wrong_config(path, "it is larger than 1 MiB; this cannot be the right file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise wrong_config(path, "it is not text in UTF-8.") from None


def _missing(path: Path) -> ConfigInvalid:
    name = profile_of(path)
    if not name:
        named = os.environ.get(CONFIG_VARIABLE)
        is_named = named and path == _expanded(named, CONFIG_VARIABLE)
        by = f" ({CONFIG_VARIABLE} names it)" if is_named else ""
        return wrong_config(path, f"there is no such file{by}. Write one, or name another.")
    known = ", ".join(profile_names())
    there_are = "there is none yet. Make it"
    if known:
        there_are = f"there are {shortened(known, 200)}. Name one of these, or make it"
    return ConfigInvalid(
        f"There is no profile {name}: looked for {shown(path)}, and {there_are}: "
        f"doorkey init {name}."
    )


def wrong_config(path: Path, problem: str) -> ConfigInvalid:
    """Return the error for the file at `path`; what others wrote is printable in `problem`."""
    return ConfigInvalid(f"{printable(path)}: {problem}")


def _expanded(text: str, variable: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ConfigInvalid(
            f"{variable} is {printable(text)}, and there is no such user. Name a path."
        ) from None


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError:
        raise ConfigInvalid(
            "The folder that you are in is gone. Go to another, or name a config with "
            f"{CONFIG_VARIABLE}."
        ) from None
