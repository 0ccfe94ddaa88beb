"""Connections: the trusted certificates, who is at the other end, and what went wrong.

What went wrong is told in our own words: those of httpx and h11 quote the request, and so its
secrets.
"""

import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import httpcore
import httpx

from tui.errors import ConfigInvalid, ExchangeFailed, Obstacle
from tui.loopback_peer import is_other_user, owner_of_connection
from tui.text import printable

BROKEN: Final[dict[type[httpx.HTTPError], tuple[Obstacle, str]]] = {
    httpx.ProxyError: ("proxy", "it does not let us through"),
    httpx.ConnectTimeout: ("timeout", "no connection in time"),
    httpx.ConnectError: ("nobody", "nobody answers there"),
    httpx.TimeoutException: ("timeout", "no answer in time"),
    httpx.LocalProtocolError: ("broken", "the request cannot be written as HTTP"),
    httpx.RemoteProtocolError: ("broken", "the answer is not HTTP"),
    httpx.HTTPError: ("broken", "the connection broke"),
}
"""What each kind of httpx's errors means; the first that fits counts."""


WITHOUT_TLS: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}
)
"""What OpenSSL's releases call an answer in plain text."""


def tls_context() -> ssl.SSLContext:
    """Return the context for every client: the usual roots, or those of `SSL_CERT_FILE`.

    Raises:
        ConfigInvalid: that file has no certificates.
    """
    return _load_roots(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=1)
def _load_roots(file: str | None, _folder: str | None) -> ssl.SSLContext:
    # Once: to read all roots takes 30 ms, longer than most answers.
    try:
        return httpx.create_ssl_context()  # which looks for the two itself
    except OSError:  # ssl.SSLError is one
        raise ConfigInvalid(
            f"SSL_CERT_FILE is {printable(file)}, and no certificates can be read there. "
            "Name a file of certificates in PEM, or unset it."
        ) from None


async def refuse_other_users(event: str, details: Mapping[str, object]) -> None:
    """Close a new connection to another user's process before anything is written to it.

    For the `trace` extension of a request in plain http over loopback.

    Raises:
        ExchangeFailed: it was another user's, or has ended, so that nobody can tell.
    """
    stream = details.get("return_value")
    if event != "connection.connect_tcp.complete" or not isinstance(
        stream, httpcore.AsyncNetworkStream
    ):
        return
    local, peer = stream.get_extra_info("client_addr"), stream.get_extra_info("server_addr")
    try:
        if peer is None:
            raise ConnectionResetError("The other end has closed the connection.")
        uid = owner_of_connection(local[:2], peer[:2])
    except ConnectionResetError:
        await stream.aclose()
        raise ExchangeFailed("broken", "the connection broke") from None
    if is_other_user(uid):
        await stream.aclose()
        raise ExchangeFailed(
            "foreign", f"port {peer[1]} is held by another user of this machine (uid {uid})"
        )


def failure(error: Exception) -> ExchangeFailed:
    """Return what went wrong, in our own words or in those of the system and OpenSSL."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ExchangeFailed("untrusted", printable(cause.verify_message))
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "reason", None) or "no handshake"
            if reason in WITHOUT_TLS:
                return ExchangeFailed("tls", "it answers without TLS, as plain http does")
            return ExchangeFailed("tls", printable(reason).replace("_", " ").lower())
        if isinstance(cause, socket.gaierror):
            return ExchangeFailed("name", "no such host, or no name server answers")
        if isinstance(cause, OSError) and cause.errno:
            obstacle: Obstacle = "nobody" if isinstance(error, httpx.ConnectError) else "broken"
            return ExchangeFailed(obstacle, os.strerror(cause.errno))
    found = (meaning for kind, meaning in BROKEN.items() if isinstance(error, kind))
    return ExchangeFailed(*next(found, ("broken", "its address is not one")))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Go through what led to `error`, the outermost first."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        yield from _causes(error.exceptions[0])
    earlier = error.__cause__ or error.__context__
    if earlier is not None:
        yield from _causes(earlier)
