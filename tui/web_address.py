"""A web address in its parts, as strictly as OAuth needs it; what is loopback or an origin."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, urlencode, urlsplit


class WebAddress(NamedTuple):
    """An absolute http(s) URL without user information."""

    scheme: str
    host: str
    """Lower case, without the brackets of an IPv6 address."""
    port: int | None
    path: str
    query: str
    fragment: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, the port left out where it is the scheme's own (RFC 6454 6.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{host}" + ("" if self.port in (None, usual) else f":{self.port}")

    @property
    def netloc(self) -> str:
        """Host and port as they stand in the address."""
        return self.origin.partition("//")[2]

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine."""
        return is_loopback(self.host)

    @property
    def is_local(self) -> bool:
        """Whether it is plain http on this machine, where a bundled server may listen."""
        return self.scheme == "http" and is_loopback(self.host)

    def in_other_scheme(self) -> "WebAddress":
        """Return the same host, port and path in https instead of http, or the other way round."""
        port = self.port or {"http": 80, "https": 443}[self.scheme]
        other = "https" if self.scheme == "http" else "http"
        return self._replace(scheme=other, port=port)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts to ask, in turn: `localhost` is 127.0.0.1 first, where our servers are.

        Whoever listens on [::1] at the same port must not be asked instead.
        """
        return (
            ("127.0.0.1", "::1")
            if self.is_local and self.host.startswith("localhost")
            else (self.host,)
        )

    @property
    def is_secure(self) -> bool:
        """Whether nobody on the way can read what is sent: https, or loopback (RFC 8252 8.3)."""
        return self.scheme == "https" or is_loopback(self.host)


def split_web_address(url: str) -> WebAddress:
    """Take an http(s) URL apart.

    Raises:
        ValueError: not an absolute http(s) URL, no host, a wrong port, user information, or a
            character that has no place in a URL (white space, a control, a backslash, non-ASCII).
    """
    if not url.isascii() or not url.isprintable() or any(mark in url for mark in ' \\"<>'):
        raise ValueError("it has a character that has no place in a URL")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("its host is not a name or an IP address") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("it does not start with https:// or http://")
    if not parts.hostname:
        raise ValueError("it has no host")
    if "@" in parts.netloc:
        raise ValueError("it has a user name in it")
    return WebAddress(
        parts.scheme, parts.hostname, _port(parts), parts.path, parts.query, parts.fragment
    )


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise ValueError("its port is not a number up to 65535") from None


def with_query(endpoint: str, parameters: Mapping[str, str]) -> str:
    """Add `parameters` to an endpoint that may have a query of its own (RFC 6749 3.1)."""
    return endpoint + ("&" if "?" in endpoint else "?") + urlencode(parameters)


def is_loopback(host: str) -> bool:
    """Return whether `host` (no brackets) is this machine: localhost, 127.0.0.0/8 or ::1."""
    if host.lower() in ("localhost", "localhost.", "::1"):
        return True
    octets = host.split(".")
    return len(octets) == 4 and octets[0] == "127" and all(map(_is_octet, octets))


def _is_octet(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 255


def is_of_this_machine(address: str) -> bool:
    """Return whether no other machine can open an address, because it is on loopback."""
    try:
        return is_loopback(split_web_address(address).host)
    except ValueError:
        return False
