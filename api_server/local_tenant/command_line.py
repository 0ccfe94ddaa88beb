"""The command's flags."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api_server.local_tenant.settings import Settings, address_of
from api_server.serving.launcher import add_launcher_flags

PROGRAM: Final = "python -m api_server.local_tenant"
DESCRIPTION: Final = """\
A local OpenID Provider, for trying sign-ins out on one machine.
NOT FOR PRODUCTION: plain http on loopback only, and everybody knows the passwords.
"""
EPILOG: Final = """\
People: alice, bob and carol; each one's password is NAME-password.
Exit codes: 0 stopped, 1 it could not run (port taken, state folder unusable), 2 wrong usage.
"""
LIFETIMES: Final = (
    ("access-token", "an access token", 3600),
    ("id-token", "an ID token", 36000),
    ("refresh-token", "a refresh token, from its last renewal", 2592000),
    ("code", "an authorization code", 60),
    ("device-code", "a device code and its user code", 600),
)


@dataclass(frozen=True, slots=True)
class CommandLine:
    """What the command was told."""

    settings: Settings
    stop_with_stdin: bool
    address_setting: str
    """Where the address comes from, for messages."""


def read_command_line(arguments: Sequence[str] | None = None) -> CommandLine:
    """Read the flags; raises SettingsError, and SystemExit as argparse does."""
    flags = _parser().parse_args(arguments)
    host, port = address_of(flags.issuer)
    settings = Settings(
        issuer=flags.issuer,
        client_id=flags.client_id,
        audience=flags.audience,
        redirect_uris=tuple(flags.redirect_uri),
        state_dir=flags.state_dir,
        host=host if flags.host is None else flags.host,
        port=port if flags.port is None else flags.port,
        access_token_lifetime_seconds=flags.access_token_lifetime,
        id_token_lifetime_seconds=flags.id_token_lifetime,
        refresh_token_lifetime_seconds=flags.refresh_token_lifetime,
        code_lifetime_seconds=flags.code_lifetime,
        device_code_lifetime_seconds=flags.device_code_lifetime,
        device_interval_seconds=flags.device_interval,
    )
    return CommandLine(settings, flags.stop_with_stdin, flags.address_setting)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        PROGRAM,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_launcher_flags(parser)
    _add_identity(parser)
    _add_address(parser)
    for name, what, default in LIFETIMES:
        parser.add_argument(
            f"--{name}-lifetime",
            type=int,
            default=default,
            metavar="SECONDS",
            help=f"of {what} (default: {default})",
        )
    parser.add_argument(
        "--device-interval",
        type=int,
        default=5,
        metavar="SECONDS",
        help="between two polls of a device (default: 5)",
    )
    return parser


def _add_identity(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--issuer", required=True, metavar="URL", help="http on this machine, used to the letter"
    )
    parser.add_argument("--client-id", required=True, metavar="ID", help="the one public client")
    parser.add_argument(
        "--audience", required=True, metavar="API", help="the one API that tokens can be for"
    )
    parser.add_argument(
        "--redirect-uri",
        required=True,
        action="append",
        metavar="URI",
        help="where a sign-in may lead back to, on any port if on loopback; repeat for more",
    )
    parser.add_argument(
        "--state-dir",
        required=True,
        type=Path,
        metavar="DIR",
        help="keeps keys, people, sign-ins and tokens",
    )


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="loopback address to listen on (default: the issuer's)")
    parser.add_argument("--port", type=int, help="port to listen on (default: the issuer's)")
    parser.add_argument(
        "--stop-with-stdin",
        action="store_true",
        help="stop when standard input ends, that is, together with whoever started this",
    )
