"""`doorkey init`: a config written, or the steps at its tenant said once more.

What it says to people goes to stderr; what was asked for, the steps with `--show` and the object
with `--json`, goes to stdout.
"""

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from tui.auth.store.client_secret import forget_secret, write_with_secret
from tui.auth.store.sealing import SystemKeyring
from tui.auth.tenant.setting_up import (
    Found,
    config_members,
    look_again,
    members_of,
    members_without_client,
    registration,
)
from tui.commands.init.look_up import TenantLookUp
from tui.commands.init.questions import (
    answer,
    ask_secret,
    ask_unless_given,
    ask_until_valid,
    explain,
    fitted,
    require_all,
    say,
)
from tui.config.keys import DEFAULT_API_URL
from tui.config.load import Config, load_config
from tui.config.paths import CONFIG_NAME, profile_path, shown, user_config_dir
from tui.config.vendors.servers import GENERIC
from tui.config.vendors.table import BY_KEY
from tui.errors import Cancelled, ConfigInvalid, WrongUsage
from tui.json_value import Json
from tui.text import printable, printable_block, write_line


def init(arguments: Namespace) -> int:
    """Look a tenant up, write the config for it, and say what to register there.

    Raises:
        WrongUsage: something is missing, and nobody can be asked.
        ConfigInvalid: a value is wrong, or a config is there already.
        TenantUnreachable, TenantMisbehaved: the tenant was named by an option, and is none.
    """
    if arguments.name and arguments.config:
        raise WrongUsage("Name the config once: by NAME, --profile or --config.")
    named: Path | None = profile_path(arguments.name) if arguments.name else arguments.config
    if arguments.show:
        return _show(load_config(named), arguments)
    if arguments.forget_secret:
        return _forget_secret(load_config(named))
    return _write(named or user_config_dir() / CONFIG_NAME, arguments)


def _write(path: Path, arguments: Namespace) -> int:
    terminal = bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())
    asks = terminal and not arguments.json
    if not asks:
        require_all(arguments)
    replace = arguments.force or _may_replace(path, asks=asks)
    found, members = _ask_for_members(arguments, asks=asks)
    client_secret = ask_secret(found) if asks else ""
    config, trouble = write_with_secret(
        path, members, client_secret, SystemKeyring(), replace=replace
    )
    if arguments.json:
        _print_json(found, config)
    else:
        if trouble:
            explain(trouble)
        _tell(found, config)
    return 0


def _may_replace(path: Path, *, asks: bool) -> bool:
    """Ask before a config makes room for another, and before anything else is asked."""
    if not (path.exists() or path.is_symlink()):
        return False
    if not asks:
        raise ConfigInvalid(f"{shown(path)} is there already. Replace it with --force.")
    if answer(f"{shown(path)} is there already. Replace it? [y/N] ").lower() in ("y", "yes"):
        return True
    raise Cancelled("nothing was changed")


def _ask_for_members(arguments: Namespace, *, asks: bool) -> tuple[Found, dict[str, Json]]:
    """Ask for what is not given; what the tenant says is told between two questions."""
    vendor = BY_KEY.get(arguments.vendor or "")
    with TenantLookUp(arguments.issuer, vendor, silent=arguments.json) as looked_up:
        client_id = ask_unless_given(
            arguments, "client_id", lambda: _tell_of_new_client(looked_up.found())
        )
        looked_up.tell()
        audience = ask_unless_given(arguments, "audience")
        looked_up.tell()
        api_url = arguments.api_url
        if asks and not api_url:
            api_url = ask_until_valid("apiUrl", f"API's URL [{DEFAULT_API_URL}]", DEFAULT_API_URL)
        found = looked_up.found()
    api_url = "" if api_url == DEFAULT_API_URL else api_url
    return found, config_members(found, client_id, audience, api_url)


def _tell(found: Found, config: Config) -> None:
    say(f"\nWritten: {shown(config.path)}\n")
    explain(_steps(found, members_of(config)))
    if found.may_demand_secret and config.client_secret is None:
        explain("\nIf the tenant demands a client secret, set DOORKEY_CLIENT_SECRET.")
    say(f"\nThen sign in: {_command(config, 'login')}")
    say(f"To read the steps again: {_command(config, 'init --show')}")


def _tell_of_new_client(found: Found) -> None:
    """Say what to do at the tenant before there is a client ID, which some tenants choose."""
    explain(_steps(found, members_without_client(found)))
    explain("Capitals stand for what is yours: given by the tenant, or chosen by you there.\n")


def _show(config: Config, arguments: Namespace) -> int:
    vendor = BY_KEY.get(arguments.vendor or "")
    found, trouble = asyncio.run(look_again(config, vendor))
    if arguments.json:
        _print_json(found, config, trouble)
        return 0
    if trouble:
        explain(printable_block(f"The tenant was not looked up: {trouble}"))
    write_line(fitted(_steps(found, members_of(config)), sys.stdout))
    return 0


def _steps(found: Found, members: Mapping[str, Json]) -> str:
    whose = f"At {found.vendor.name}, in its own words:"
    if found.vendor is GENERIC:
        whose = "What any OpenID Provider needs:"
    steps = enumerate(registration(found, members), 1)
    return "\n".join([whose, "", *(f"  {number}. {step}" for number, step in steps)])


def _print_json(found: Found, config: Config, trouble: str = "") -> None:
    members: Mapping[str, Json] = {
        "config": shown(config.path),
        "profile": config.profile or None,
        "vendor": found.vendor.key,
        "issuer": found.issuer,
        "client_id": config.client_id,
        "audience": config.audience,
        "redirect_uris": [*config.redirect_uris],
        "register": [*registration(found, members_of(config))],
        "remarks": [each for each in (found.remark, trouble) if each],
        "may_demand_secret": found.may_demand_secret,
    }
    write_line(json.dumps(members))


def _command(config: Config, words: str) -> str:
    """Return the command line with which doorkey takes this very config."""
    if config.profile:
        which = f" --profile {config.profile}"
    elif config.path == user_config_dir() / CONFIG_NAME:
        which = ""
    else:
        which = f" --config {printable(config.path)}"
    return f"doorkey{which} {words}"


def _forget_secret(config: Config) -> int:
    if forget_secret(config, SystemKeyring()):
        say("The client secret is out of the system's keyring. Take clientSecret out of the file.")
        return 0
    say("The system's keyring has no client secret for this config, or does not answer.")
    return 1
