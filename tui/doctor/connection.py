"""The way to the tenant: its name, a proxy, the connection and TLS; the clock is in `tenant`."""

import asyncio
import socket
from collections.abc import Mapping
from functools import partial
from typing import Final
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined] # no stub has it

from tui.auth.store.sealing import KeyUnavailable, call_within
from tui.config.load import Config
from tui.doctor.row import Row, row, row_of, unknown
from tui.errors import DoorkeyError, ExchangeFailed, Obstacle
from tui.web_address import split_web_address

STATIONS: Final[dict[str, frozenset[Obstacle]]] = {
    "name": frozenset({"name"}),
    "proxy": frozenset({"proxy"}),
    "connection": frozenset({"nobody", "timeout", "broken", "foreign", "scheme"}),
    "tls": frozenset({"tls", "untrusted"}),
}
"""The way to an answer, and which obstacles lie at each station."""

NAME_SECONDS: Final = 3.0
"""A name server answers at once; the system would wait for up to a minute for one that is gone."""


def resolves(host: str) -> bool:
    """Return whether `host` has an address; blocks for `NAME_SECONDS` at most."""
    ask = partial(socket.getaddrinfo, host, 443, type=socket.SOCK_STREAM)
    try:
        call_within(NAME_SECONDS, ask)  # in a daemon thread, which does not delay the exit
    except KeyUnavailable:
        return False
    return True


async def require_name(url: str, environ: Mapping[str, str]) -> None:
    """Look a host's name up, where we and not a proxy have to.

    Raises:
        ExchangeFailed: it has no address; an exchange would wait far beyond its time for that.
    """
    host = split_web_address(url).host
    if split_web_address(url).is_loopback or proxy_of(url, environ):
        return
    if not await asyncio.to_thread(resolves, host):
        raise ExchangeFailed("name", "no such host, or no name server answers")


def stations(
    trouble: DoorkeyError | None,
    obstacle: Obstacle | None,
    config: Config,
    environ: Mapping[str, str],
) -> list[Row]:
    """Say how far the request came: name, proxy, connection, TLS."""
    good = {
        "name": _name(config.issuer, environ),
        "proxy": proxy_in_use(config, environ),
        "connection": f"{split_web_address(config.issuer).origin} answers",
        "tls": _tls(config.issuer, environ),
    }
    rows: list[Row] = []
    stopped = False
    for rule, obstacles in STATIONS.items():
        if stopped:
            rows += unknown([rule], "the question did not come that far")
        elif obstacle in obstacles and trouble is not None:
            rows.append(row_of(rule, trouble))
            stopped = True
        else:
            rows.append(row(rule, "ok", good[rule]))
    return rows


def proxy_of(url: str, environ: Mapping[str, str]) -> str:
    """Return the proxy by which `url` is asked, as HOST:PORT without a password; or nothing."""
    address, proxies = split_web_address(url), _proxies(environ)
    if address.is_loopback or proxy_bypass_environment(address.host, proxies):
        return ""
    named = proxies.get(address.scheme) or proxies.get("all") or ""
    return named.rpartition("@")[2].rpartition("//")[2].partition("/")[0]


def proxy_in_use(config: Config, environ: Mapping[str, str]) -> str:
    """Say by whom requests go to the tenant."""
    proxy = proxy_of(config.issuer, environ)
    if proxy:
        return f"by {proxy}"
    is_spared = set(_proxies(environ)) & {"https", "http", "all"}
    return "none in between, though one is named" if is_spared else "none in between"


def _proxies(environ: Mapping[str, str]) -> dict[str, str]:
    # Where both spellings are there, the one in small letters counts.
    names = sorted(name for name in environ if name.lower().endswith("_proxy"))
    return {name.lower().removesuffix("_proxy"): environ[name] for name in names if environ[name]}


def _name(issuer: str, environ: Mapping[str, str]) -> str:
    address = split_web_address(issuer)
    if address.is_loopback:
        return f"{address.host} is this machine"
    if proxy_of(issuer, environ):
        return f"{address.host} is looked up by the proxy"
    return f"{address.host} has an address"


def _tls(issuer: str, environ: Mapping[str, str]) -> str:
    if issuer.startswith("http:"):
        return "plain http, which stays on this machine"
    named = environ.get("SSL_CERT_FILE") or environ.get("SSL_CERT_DIR")
    return f"the certificate is trusted, by {f'the roots in {named}' if named else 'usual roots'}"
