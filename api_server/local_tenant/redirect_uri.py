"""Which addresses a browser may be sent back to."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode, urlsplit

from api_server.web_origin import is_loopback

HTTP: Final = re.compile(
    r"http://(?P<host>[0-9.]+|\[[0-9a-f:]+\]|localhost)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>(?:/[\x21\x22\x24-\x7e]*)?)"
)
"""Visible ASCII, and no fragment (RFC 6749 3.1.2)."""

HTTPS: Final = re.compile(r"https://[A-Za-z0-9.\[\]:-]+(?:/[\x21\x22\x24-\x7e]*)?")


def is_registrable(uri: str) -> bool:
    """Return whether a client may have this redirect URI at all (RFC 8252 8.3, RFC 9700 2.1)."""
    return bool(_match_loopback(uri) or HTTPS.fullmatch(uri))


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Compare to the letter, but for the port of a loopback address (RFC 8252 7.3)."""
    return any(uri == known or _differ_in_port_only(uri, known) for known in registered)


def logout_uris(registered: Iterable[str]) -> list[str]:
    """Return where a browser may go after it was signed out.

    That is each redirect URI, and the paths `/` and `/signed-out` of its origin.
    """
    uris = list(registered)
    return uris + [f"{origin(uri)}{path}" for uri in uris for path in ("/", "/signed-out")]


def origin(uri: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def with_parameters(uri: str, parameters: dict[str, str]) -> str:
    """Return an address with more parameters in its query (RFC 6749 4.1.2)."""
    if not parameters:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}"


def _match_loopback(uri: str) -> re.Match[str] | None:
    match = HTTP.fullmatch(uri)
    return match if match and is_loopback(match["host"].strip("[]")) else None


def _differ_in_port_only(uri: str, known: str) -> bool:
    asked, kept = _match_loopback(uri), _match_loopback(known)
    if asked is None or kept is None:
        return False
    port = int(asked["port"] or 80)
    same = asked["host"] == kept["host"] and asked["rest"] == kept["rest"]
    return same and 1 <= port <= 65535
