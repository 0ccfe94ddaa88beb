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


def run_api(arguments: Namespace) -> int:
    """Serve the API where `apiUrl` says; further options are the server's own."""
    config = _config(arguments)
    return _become(api_server(config), f"`apiUrl` in {printable(config.path)}", arguments)


def run_tenant(arguments: Namespace) -> int:
    """Serve the local tenant where `domain` says; further options are the server's own."""
    config = _config(arguments)
    if not split_web_address(config.issuer).is_local:
        raise ConfigInvalid(
            f"{config.path}: `domain` means {config.issuer}, which is not on this machine. "
            "The local tenant serves a loopback domain only, such as localhost:3002."
        )
    server = tenant_server(config, state_dir())
    return _become(server, f"`domain` in {printable(config.path)}", arguments)


def _config(arguments: Namespace) -> Config:
    """Return the config; where only help is wanted, the built-in one will do."""
    try:
        return load_config(arguments.config)
    except ConfigMissing:
        if not HELP.intersection(arguments.further):
            raise
        return parse_config(BUILT_IN, built_in_path())


def _become(server: BundledServer, setting: str, arguments: Namespace) -> int:
    # the server speaks to whoever typed this: of this command, and of the config
    names = ["--program", f"doorkey {server.name}", "--address-setting", setting]
    command = [*server.command, *names, *arguments.further]
    if os.name == "posix":
        sys.stdout.flush()
        # No shell; signals reach the server itself.
        os.execve(command[0], command, environment_for_children())  # noqa: S606
    return subprocess.run(command, check=False, env=environment_for_children()).returncode
