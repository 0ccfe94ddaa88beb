"""`doorkey init`: from nothing to a config for one's own tenant. What it says goes to stderr."""

import asyncio
import sys
from argparse import Namespace
from getpass import getpass
from pathlib import Path
from typing import Final

from tui.auth.store.client_secret import forget_secret, write_with_secret
from tui.auth.store.sealing import SystemKeyring
from tui.auth.tenant.setting_up import Found, config_members, look_up, registration
from tui.config.keys import DEFAULT_API_URL, KEYS, WrongValue, secret
from tui.config.load import Config, load_config
from tui.config.paths import CONFIG_NAME, profile_path, shown, user_config_dir
from tui.config.vendors.table import BY_KEY
from tui.errors import Cancelled, ConfigInvalid, DoorkeyError, WrongUsage
from tui.json_value import Json
from tui.text import printable, printable_block

NEEDED: Final = {
    "issuer": ("domain", "Issuer or host of the tenant"),
    "client_id": ("clientId", "Client ID of a native client there"),
    "audience": ("audience", "Audience: the API's identifier there"),
}
"""By option: the key of the config, and the question."""


def init(arguments: Namespace) -> int:
    """Look a tenant up, write the config for it, and say what to register there.

    Raises:
        WrongUsage: something is missing, and nobody can be asked.
        ConfigInvalid: a value is wrong, or a config is there already.
        TenantUnreachable, TenantMisbehaved: the tenant was named by an option, and is none.
    """
    path = _path(arguments)
    if arguments.forget_secret:
        return _forget_secret(load_config(path))
    asks = bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())
    if not asks:
        _require_all(arguments)
    replace = arguments.force or _may_replace(path, asks=asks)
    found = _found(arguments)
    _say(f"{found.vendor.name} at {printable(found.issuer)}")
    if found.remark:
        _say(printable(found.remark))
    members = _members(arguments, found, asks=asks)
    client_secret = _asked_secret(found) if asks else ""
    config, trouble = write_with_secret(
        path, members, client_secret, SystemKeyring(), replace=replace
    )
    if trouble:
        _say(trouble)
    _tell(found, members, config)
    return 0


def _path(arguments: Namespace) -> Path:
    if arguments.name and arguments.config:
        raise WrongUsage("Name the config to write once: by NAME, --profile or --config.")
    if arguments.name:
        return profile_path(arguments.name)
    named: Path | None = arguments.config
    return named or user_config_dir() / CONFIG_NAME


def _require_all(arguments: Namespace) -> None:
    for option in NEEDED:
        if getattr(arguments, option) is None:
            name = option.replace("_", "-")
            raise WrongUsage(f"--{name} is missing, and stdin is no terminal to ask at.")


def _may_replace(path: Path, *, asks: bool) -> bool:
    """Ask before a config makes room for another, and before anything else is asked."""
    if not (path.exists() or path.is_symlink()):
        return False
    if not asks:
        raise ConfigInvalid(f"{shown(path)} is there already. Replace it with --force.")
    if _answer(f"{shown(path)} is there already. Replace it? [y/N] ").lower() in ("y", "yes"):
        return True
    raise Cancelled("nothing was changed")


def _found(arguments: Namespace) -> Found:
    """Look the tenant up; a typed one as often as it takes."""
    vendor = BY_KEY.get(arguments.vendor or "")
    if arguments.issuer is not None:
        return asyncio.run(look_up(arguments.issuer, vendor))
    while True:
        typed = _answer(f"{NEEDED['issuer'][1]}: ")
        try:
            return asyncio.run(look_up(typed, vendor))
        except DoorkeyError as error:
            _say(printable_block(error))


def _members(arguments: Namespace, found: Found, *, asks: bool) -> dict[str, Json]:
    client_id, audience = (_value(arguments, option) for option in ("client_id", "audience"))
    api_url = arguments.api_url
    if asks and not api_url:
        api_url = _checked("apiUrl", f"API's URL [{DEFAULT_API_URL}]", DEFAULT_API_URL)
    return config_members(found, client_id, audience, "" if api_url == DEFAULT_API_URL else api_url)


def _value(arguments: Namespace, option: str) -> str:
    given: str | None = getattr(arguments, option)
    return given if given is not None else _checked(*NEEDED[option])


def _checked(key: str, question: str, usual: str = "") -> str:
    """Ask until the answer can be a value of `key`; nothing typed is `usual`."""
    while True:
        typed = _answer(f"{question}: ") or usual
        try:
            KEYS[key].check(typed)
        except WrongValue as wrong:
            _say(f"It must be {wrong}.")
        else:
            return typed


def _asked_secret(found: Found) -> str:
    """Ask for the client's secret, unseen, where the tenant takes any."""
    if not found.takes_secret:
        return ""
    if found.may_demand_secret:
        _say("This tenant may refuse even a native app without its client secret.")
    else:
        _say("A native app needs no client secret here, unless the tenant gave it one.")
    while True:
        typed = _unseen("Client secret, for your system's keyring (not shown; Enter for none): ")
        try:
            return typed and str(secret(typed))
        except WrongValue as wrong:
            _say(f"It must be {wrong}.")


def _tell(found: Found, members: dict[str, Json], config: Config) -> None:
    _say(f"\nWritten: {shown(config.path)}\n\nAt {found.vendor.name}, in its own words:\n")
    for number, step in enumerate(registration(found, members), 1):
        _say(f"  {number}. {step}")
    if found.may_demand_secret and config.client_secret is None:
        _say("\nIf the tenant demands a client secret, set DOORKEY_CLIENT_SECRET.")
    which = f" --profile {config.profile}" if config.profile else ""
    if not which and config.path != user_config_dir() / CONFIG_NAME:
        which = f" --config {printable(config.path)}"
    _say(f"\nThen sign in: doorkey{which} login")


def _forget_secret(config: Config) -> int:
    if forget_secret(config, SystemKeyring()):
        _say("The client secret is out of the system's keyring. Take clientSecret out of the file.")
        return 0
    _say("The system's keyring has no client secret for this config, or does not answer.")
    return 1


def _answer(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise Cancelled("cancelled; nothing was changed")
    return line.strip()


def _unseen(question: str) -> str:
    try:
        return getpass(question, stream=sys.stderr).strip()
    except EOFError:
        raise Cancelled("cancelled; nothing was changed") from None


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
