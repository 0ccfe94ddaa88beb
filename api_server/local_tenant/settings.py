"""What the tenant is started with: flags -> Settings, checked once."""

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from api_server.local_tenant.redirect_uri import is_registrable
from api_server.serving.flags import Parser, SettingsInvalid, add_launcher_flags
from api_server.web_origin import is_loopback

Clock: TypeAlias = Callable[[], float]
"""Returns the time, in seconds since the epoch."""

Randomness: TypeAlias = Callable[[int], bytes]
"""Returns so many bytes that nobody can guess."""

ISSUER: Final = re.compile(r"http://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?", re.ASCII)
"""No user, query or fragment (OIDC Discovery 2): what follows is appended to it."""

VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
"""Characters that a client identifier or an audience may have here (RFC 6749 A.1)."""

DAY: Final = 24 * 3600

PROGRAM: Final = "python -m api_server.local_tenant"
DESCRIPTION: Final = """\
A local OpenID Provider, for trying sign-ins out on one machine.
NOT FOR PRODUCTION: plain http on loopback, and everybody knows the passwords.
"""
EPILOG: Final = """\
People: alice, bob and carol; each one's password is NAME-password, and the
one-time code that acr_values=2 asks for is 123456.
Exit codes: 0 stopped, 1 it could not run (port taken, state folder unusable),
2 wrong usage.
"""
DURATIONS: Final = {
    "access_token_lifetime_seconds": "of an access token",
    "id_token_lifetime_seconds": "of an ID token",
    "refresh_token_lifetime_seconds": "of a refresh token, from its last renewal",
    "code_lifetime_seconds": "of an authorization code",
    "device_code_lifetime_seconds": "of a device code and its user code",
    "device_interval_seconds": "between two polls of a device",
}
"""Settings that are flags of the same name, each with its help."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the tenant works; the flags have the same defaults."""

    issuer: str
    client_id: str
    audience: str
    redirect_uris: tuple[str, ...]
    state_dir: Path
    host: str
    port: int
    access_token_lifetime_seconds: int = 3600
    id_token_lifetime_seconds: int = 10 * 3600
    refresh_token_lifetime_seconds: int = 30 * DAY
    code_lifetime_seconds: int = 60
    device_code_lifetime_seconds: int = 600
    device_interval_seconds: int = 5
    dpop_nonce: bool = False
    """Demand a nonce of this server in each proof of possession (RFC 9449 8)."""
    require_pushed_requests: bool = False
    """Take authorization requests only from clients that push them (RFC 9126 5)."""

    def __post_init__(self) -> None:
        """Raise SettingsInvalid for a value that cannot work."""
        _check_issuer(self.issuer)
        _check_address(self.host, self.port)
        _check_client(self)
        _check_durations(self)

    @property
    def path(self) -> str:
        """The issuer's path without a slash at its end; mostly empty."""
        return urlsplit(self.issuer).path.rstrip("/")

    @property
    def short_name(self) -> str:
        """A name of the issuer for files and cookies.

        Cookies need it too: a browser sends those of one port of localhost to every other.
        """
        return sha256(self.issuer.encode()).hexdigest()[:16]

    def url(self, path: str) -> str:
        """Return the address of an endpoint: `url("token")`."""
        return f"{self.issuer.rstrip('/')}/{path}"


@dataclass(frozen=True, slots=True)
class CommandLine:
    """What the command was told."""

    settings: Settings
    stop_with_stdin: bool
    address_setting: str
    """Where the address comes from, for messages."""


def read_command_line(arguments: Sequence[str] | None = None) -> CommandLine:
    """Read the flags; raise SettingsInvalid, and SystemExit as argparse does."""
    flags = _parser().parse_args(arguments)
    host, port = _address_of(flags.issuer)
    settings = Settings(
        issuer=flags.issuer,
        client_id=flags.client_id,
        audience=flags.audience,
        redirect_uris=tuple(flags.redirect_uri),
        state_dir=flags.state_dir,
        host=host if flags.host is None else flags.host,
        port=port if flags.port is None else flags.port,
        **{name: getattr(flags, name) for name in DURATIONS},
        dpop_nonce=flags.dpop_nonce,
        require_pushed_requests=flags.require_pushed_requests,
    )
    return CommandLine(settings, flags.stop_with_stdin, flags.address_setting)


def _address_of(issuer: str) -> tuple[str, int]:
    """Return the host and port to listen on for an issuer; raise SettingsInvalid."""
    _check_issuer(issuer)
    parts = urlsplit(issuer)
    host = parts.hostname or ""
    return host, parts.port or 80


def _check_issuer(issuer: str) -> None:
    try:
        parts = urlsplit(issuer)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not ISSUER.fullmatch(issuer) or not is_loopback(host):
        raise SettingsInvalid(
            f"--issuer {issuer!r}: this tenant is not for production, so its issuer must be "
            "http on this machine, such as http://localhost:3002/"
        )


def _check_address(host: str, port: int) -> None:
    if not is_loopback(host):
        raise SettingsInvalid(
            f"--host {host!r}: this tenant is not for production and binds to loopback only; "
            "use 127.0.0.1, ::1 or localhost"
        )
    if not 1 <= port <= 65535:
        raise SettingsInvalid(f"--port {port}: expected 1 to 65535")


def _check_client(settings: Settings) -> None:
    words = {"--client-id": settings.client_id, "--audience": settings.audience}
    for flag, word in words.items():
        if not VISIBLE.fullmatch(word):
            raise SettingsInvalid(f"{flag} {word!r}: expected visible ASCII without spaces")
    if not settings.redirect_uris:
        raise SettingsInvalid("--redirect-uri: at least one is needed")
    for uri in settings.redirect_uris:
        if not is_registrable(uri):
            raise SettingsInvalid(
                f"--redirect-uri {uri!r}: expected http on 127.0.0.1, [::1] or localhost, "
                "or https anywhere, and no fragment"
            )


def _check_durations(settings: Settings) -> None:
    for name in DURATIONS:
        seconds = getattr(settings, name)
        if seconds < 1:
            raise SettingsInvalid(f"{_flag(name)} {seconds}: expected at least 1 second")


def _flag(setting: str) -> str:
    return "--" + setting.removesuffix("_seconds").replace("_", "-")


def _parser() -> Parser:
    parser = Parser(
        PROGRAM,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_launcher_flags(parser)
    _add_identity(parser)
    _add_address(parser)
    for setting in fields(Settings):
        if setting.name in DURATIONS:
            parser.add_argument(
                _flag(setting.name),
                dest=setting.name,
                type=int,
                default=setting.default,
                metavar="SECONDS",
                help=f"{DURATIONS[setting.name]} (default: %(default)s)",
            )
    parser.add_argument(
        "--dpop-nonce",
        action="store_true",
        help="demand a nonce of this server in each DPoP proof (RFC 9449 8)",
    )
    parser.add_argument(
        "--require-pushed-requests",
        action="store_true",
        help="take authorization requests only where they were pushed (RFC 9126)",
    )
    return parser


def _add_identity(parser: argparse.ArgumentParser) -> None:
    add: Callable[..., argparse.Action] = parser.add_argument
    add("--issuer", required=True, metavar="URL", help="http on this machine, used to the letter")
    add("--client-id", required=True, metavar="ID", help="the one public client")
    add("--audience", required=True, metavar="API", help="the one API that tokens can be for")
    add(
        "--redirect-uri",
        required=True,
        action="append",
        metavar="URI",
        help="where a sign-in may lead back to, on any port if on loopback; repeat for more",
    )
    add(
        "--state-dir",
        required=True,
        type=Path,
        metavar="DIR",
        help="keeps keys, people, sign-ins and tokens",
    )


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="loopback address to listen on (default: the issuer's)")
    parser.add_argument("--port", type=int, help="port to listen on (default: the issuer's)")
