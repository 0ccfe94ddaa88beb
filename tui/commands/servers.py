"""`doorkey api` and `doorkey tenant`: this process becomes the server."""

import os
import subprocess
import sys
from argparse import Namespace
from typing import Final

from tui.child_programs import environment_for_children
from tui.config.load import Config, load_config, parse_config
from tui.config.paths import BUILT_IN, built_in_path, state_dir
from tui.errors import ConfigInvalid, ConfigMissing
from tui.servers.bundled import BundledServer, api_server, tenant_server
from tui.text import printable
from tui.web_address import split_web_address

HELP: Final = frozenset({"-h", "--help"})

WITHOUT_CONFIG: Final = (
    "doorkey: there is no auth_config.json here, so the built-in config of the local tenant "
    "counts, as for doorkey dev.\n"
)


def run_api(arguments: Namespace) -> int:
    """Serve the API where `apiUrl` says; further options are the server's own."""
    config = _config(arguments)
    return _become(api_server(config), f"`apiUrl` in {_written_in(config)}", arguments)


def run_tenant(arguments: Namespace) -> int:
    """Serve the local tenant where `domain` says; further options are the server's own."""
    config = _config(arguments)
    if not (split_web_address(config.issuer).is_local or _names_issuer(arguments.further)):
        raise ConfigInvalid(
            f"{config.path}: `domain` means {config.issuer}, which is not on this machine. "
            "The local tenant serves a loopback domain only, such as localhost:3002: name one "
            "here with --issuer, or another config."
        )
    server = tenant_server(config, state_dir())
    return _become(server, f"`domain` in {_written_in(config)}", arguments)


def _config(arguments: Namespace) -> Config:
    """Return the config; where there is none, the built-in one, as `doorkey dev` does."""
    try:
        return load_config(arguments.config)
    except ConfigMissing:
        if not HELP.intersection(arguments.further):
            sys.stderr.write(WITHOUT_CONFIG)
            sys.stderr.flush()
        return parse_config(BUILT_IN, built_in_path())


def _names_issuer(further: list[str]) -> bool:
    """Return whether the options say where the tenant is, or only ask what there are."""
    named = {word.partition("=")[0] for word in further}
    return bool(named & {"--issuer", *HELP})


def _written_in(config: Config) -> str:
    """Return the file to change; the built-in one is written anew whenever it is used."""
    is_built_in = config.path == built_in_path()
    return "an auth_config.json of your own" if is_built_in else printable(config.path)


def _become(server: BundledServer, setting: str, arguments: Namespace) -> int:
    # the server speaks to whoever typed this: of this command, and of the config
    names = ["--program", f"doorkey {server.name}", "--address-setting", setting]
    command = [*server.command, *names, *arguments.further]
    if os.name == "posix":
        sys.stdout.flush()
        # No shell; signals reach the server itself.
        os.execve(command[0], command, environment_for_children())  # noqa: S606
    return subprocess.run(command, check=False, env=environment_for_children()).returncode
