"""Which URLs this server trusts to be what they say: https, or plain http on loopback."""

from typing import Final
from urllib.parse import SplitResult, urlsplit

LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""Literal hosts only: a name that merely resolves to loopback may resolve elsewhere tomorrow."""


def is_safe_url(url: str) -> bool:
    """Tell whether answers from `url` can be trusted to come from its host."""
    parts = _split(url)
    if parts is None or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts))


def is_safe_origin(url: str) -> bool:
    """Tell whether `url` can name an issuer or a resource (RFC 8414 2): no query, no fragment."""
    parts = _split(url)
    if parts is None or parts.query or parts.fragment or "@" in parts.netloc:
        return False
    return is_safe_url(url)


def is_on_loopback(url: str) -> bool:
    """Tell whether `url` stays on this machine, so that no proxy may see it."""
    parts = _split(url)
    return parts is not None and _is_loopback(parts)


def _is_loopback(parts: SplitResult) -> bool:
    return parts.hostname in LOOPBACK_HOSTS


def _split(url: str) -> SplitResult | None:
    if not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return None
    return parts
