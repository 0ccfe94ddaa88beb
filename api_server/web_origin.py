"""What is loopback, which URLs are safe, and where an issuer publishes its metadata."""

from ipaddress import IPv4Network, IPv6Address, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

IPV4_LOOPBACK: Final = IPv4Network("127.0.0.0/8")
IPV6_LOOPBACK: Final = IPv6Address("::1")

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
"""OpenID Connect Discovery 4: appended to the issuer without its final slash."""


def is_loopback(host: str) -> bool:
    """Return whether `host`, without brackets, can only mean this machine.

    A name that merely resolves to loopback may resolve elsewhere tomorrow: only `localhost` counts.
    """
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address in IPV4_LOOPBACK or address == IPV6_LOOPBACK


def is_on_loopback(url: str) -> bool:
    """Return whether `url` stays on this machine, so that no proxy may see it."""
    parts = _split(url)
    return parts is not None and is_loopback(parts.hostname or "")


def is_safe_url(url: str) -> bool:
    """Return whether answers from `url` come from its host: https, or http on loopback."""
    parts = _split(url)
    if parts is None or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def is_safe_origin(url: str) -> bool:
    """Return whether `url` can name an issuer or a resource (RFC 8414 2): no query, no fragment."""
    parts = _split(url)
    if parts is None or parts.query or parts.fragment or "@" in parts.netloc:
        return False
    return is_safe_url(url)


def discovery_url(issuer: str) -> str:
    """Return where `issuer` publishes its metadata."""
    return issuer.rstrip("/") + DISCOVERY_PATH


def _split(url: str) -> SplitResult | None:
    if not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return None
    return parts
