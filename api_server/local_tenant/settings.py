"""What the tenant was started with, checked once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from api_server.local_tenant.redirect_uri import is_registrable

Clock: TypeAlias = Callable[[], float]
"""Gives the time, in seconds since the epoch."""

Randomness: TypeAlias = Callable[[int], bytes]
"""Gives so many bytes that nobody can guess."""

ISSUER: Final = re.compile(r"http://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?", re.ASCII)
"""No user, query or fragment (OIDC Discovery 2): what follows is appended to it."""

VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
"""Characters that a client identifier or an audience may have here (RFC 6749 A.1)."""

DAY: Final = 24 * 3600


class SettingsError(Exception):
    """A setting that the tenant cannot run with; the message names the flag."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, in seconds where it is a time."""

    issuer: str
    client_id: str
    audience: str
    redirect_uris: tuple[str, ...]
    state_dir: Path
    host: str = "127.0.0.1"
    port: int = 3002
    access_token_lifetime_seconds: int = 3600
    id_token_lifetime_seconds: int = 10 * 3600
    refresh_token_lifetime_seconds: int = 30 * DAY
    code_lifetime_seconds: int = 60
    device_code_lifetime_seconds: int = 600
    device_interval_seconds: int = 5

    def __post_init__(self) -> None:
        _check_issuer(self.issuer)
        _check_host(self.host)
        _check_words(self)
        _check_numbers(self)

    @property
    def path(self) -> str:
        """The issuer's path without a slash at its end; mostly empty."""
        return urlsplit(self.issuer).path.rstrip("/")

    @property
    def short_name(self) -> str:
        """Tell issuers apart in file and cookie names.

        Cookies need it too: a browser sends those of one port of localhost to every other.
        """
        return sha256(self.issuer.encode()).hexdigest()[:16]

    def url(self, path: str) -> str:
        """Give the address of an endpoint: `url("token")`."""
        return f"{self.issuer.rstrip('/')}/{path}"


def is_loopback(host: str) -> bool:
    """Tell whether a host, without brackets, can only mean this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(issuer: str) -> tuple[str, int]:
    """Give the host and port to listen on for an issuer; raises SettingsError."""
    _check_issuer(issuer)
    parts = urlsplit(issuer)
    host = parts.hostname or ""
    return "127.0.0.1" if host == "localhost" else host, parts.port or 80


def _check_issuer(issuer: str) -> None:
    try:
        parts = urlsplit(issuer)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not ISSUER.fullmatch(issuer) or not is_loopback(host):
        raise SettingsError(
            f"--issuer {issuer!r}: this tenant is not for production, so its issuer must be "
            "http on this machine, such as http://localhost:3002/"
        )


def _check_host(host: str) -> None:
    if not is_loopback(host):
        raise SettingsError(
            f"--host {host!r}: this tenant is not for production and binds to loopback only; "
            "use 127.0.0.1, ::1 or localhost"
        )


def _check_words(settings: Settings) -> None:
    words = {"--client-id": settings.client_id, "--audience": settings.audience}
    for flag, word in words.items():
        if not VISIBLE.fullmatch(word):
            raise SettingsError(f"{flag} {word!r}: expected visible ASCII without spaces")
    if not settings.redirect_uris:
        raise SettingsError("--redirect-uri: at least one is needed")
    for uri in settings.redirect_uris:
        if not is_registrable(uri):
            raise SettingsError(
                f"--redirect-uri {uri!r}: expected http on 127.0.0.1, [::1] or localhost, "
                "or https anywhere, and no fragment"
            )


def _check_numbers(settings: Settings) -> None:
    if not 1 <= settings.port <= 65535:
        raise SettingsError(f"--port {settings.port}: expected 1 to 65535")
    for name in settings.__slots__:
        value = getattr(settings, name)
        if name.endswith("_seconds") and value < 1:
            flag = "--" + name.removesuffix("_seconds").replace("_", "-")
            raise SettingsError(f"{flag} {value}: expected at least 1 second")
