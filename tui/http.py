"""The one HTTP exchange of this side: whatever asks a tenant, an API or a server of ours asks here.

It is bounded in time and in size, follows no redirect, keeps loopback away from proxies and from
other users of the machine, and tells what went wrong in words of its own: those of httpx and h11
hold parts of the request, and so secrets.
"""

import asyncio
import logging
import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import httpcore
import httpx

from tui.errors import ConfigInvalid, ExchangeFailed, Obstacle
from tui.json_value import Json, json_object
from tui.loopback_peer import is_other_user, owner_of_connection
from tui.text import printable
from tui.web_address import split_web_address

LARGEST_BODY_BYTES: Final = 1024 * 1024
"""A discovery document or a token response has a few KiB; people read no more of an API's."""

EXCHANGE_SECONDS: Final = 15.0
"""For one exchange as a whole: a server that drips its answer holds nobody for longer."""

CONNECT_SECONDS: Final = 5.0

HEADERS: Final = {
    "Accept": "application/json",
    # gzip in gzip makes 2 GiB out of 1.8 kB, and httpx unpacks as often as it is told to.
    "Accept-Encoding": "identity",
    "User-Agent": "doorkey",
}

CHATTY_LOGGERS: Final = (
    "httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks",
)  # fmt: skip

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


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Nothing in it is safe to print as it is."""

    status: int
    reason: str
    """The reason phrase, such as "Unauthorized"."""
    headers: Mapping[str, str] = field(repr=False)
    """By their names in lower case; several of one name are one, with commas between."""
    body: bytes = field(repr=False)
    """Of a longer one, the first MiB."""
    is_cut: bool = False
    """Whether more than a MiB came."""

    def members(self) -> dict[str, Json] | None:
        """Return the body as a JSON object, or None where it is something else."""
        return None if self.is_cut else json_object(self.body)


Observer = Callable[[str], None]

_is_ours: ContextVar[bool] = ContextVar("is_ours", default=False)
"""Whether an exchange of ours is under way, and not one of another part of the program."""


def _is_for_the_log(_record: logging.LogRecord) -> bool:
    return not _is_ours.get()


# Their lines hold reason phrases and headers, in which a server may repeat a token.
for _name in CHATTY_LOGGERS:
    logging.getLogger(_name).addFilter(_is_for_the_log)


class HttpClient:
    """Makes bounded exchanges. Call `aclose` when done."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        exchange_seconds: float = EXCHANGE_SECONDS,
    ) -> None:
        """Make ready; nothing is connected yet.

        Raises:
            ConfigInvalid: `SSL_CERT_FILE` has no certificates.
        """
        self._transport = transport
        self._exchange_seconds = exchange_seconds
        self._tls = tls_context()
        self._clients: dict[bool, httpx.AsyncClient] = {}

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        observe: Observer | None = None,
        *,
        body: bytes = b"",
    ) -> Answer:
        """Send one request, with a form or a body, and return its answer, whatever the status.

        `observe` is told of each step on the wire, by the names of httpcore's trace extension.

        Raises:
            ExchangeFailed: no whole answer came; `obstacle` says what stood in the way.
        """
        ours = _is_ours.set(True)
        try:
            async with asyncio.timeout(self._exchange_seconds):
                response = await self._response(method, url, headers or {}, form, body, observe)
                try:
                    return await _bounded_answer(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            words = f"no answer within {self._exchange_seconds:.0f} s"
            raise ExchangeFailed("timeout", words) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # `from None`: httpx's exception holds the request, and so its secrets.
            raise _failure(error) from None
        finally:
            _is_ours.reset(ours)

    async def aclose(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.aclose()

    async def _response(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None,
        body: bytes,
        observe: Observer | None,
    ) -> httpx.Response:
        """Ask each address that `url` means, in turn, until one answers."""
        address = split_web_address(url)
        client = self._client(is_direct=address.is_loopback)
        failed: httpx.ConnectError | None = None

        async def trace(event: str, details: Mapping[str, object]) -> None:
            if observe is not None:
                observe(event)
            if address.is_local:
                await refuse_other_users(event, details)

        for host in self._hosts(address.is_local, address.host):
            target = httpx.URL(url)
            request = client.build_request(
                method,
                target.copy_with(host=host),
                headers={"Host": target.netloc.decode("ascii"), **headers},
                data=form,
                content=body or None,
                extensions={"trace": trace},
            )
            try:
                return await client.send(request, stream=True)
            except httpx.ConnectError as error:
                failed = failed or error
        raise failed or httpx.ConnectError("")

    def _hosts(self, is_local: bool, host: str) -> tuple[str, ...]:
        # Whoever listens on [::1] while our server is on 127.0.0.1 must not be asked instead.
        split = is_local and host.lower() == "localhost" and self._transport is None
        return ("127.0.0.1", "::1") if split else (host,)

    def _client(self, *, is_direct: bool) -> httpx.AsyncClient:
        if is_direct not in self._clients:
            self._clients[is_direct] = httpx.AsyncClient(
                verify=self._tls,
                transport=self._transport,
                # Loopback never goes through a proxy, whatever the environment says.
                trust_env=not is_direct,
                timeout=httpx.Timeout(self._exchange_seconds, connect=CONNECT_SECONDS),
                follow_redirects=False,
                headers=HEADERS,
            )
        return self._clients[is_direct]


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


async def _bounded_answer(response: httpx.Response) -> Answer:
    body = bytearray()
    assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - AsyncClient's always is
    async for chunk in response.stream:  # as it came: nothing unpacks it on the way
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            break
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if body and coding not in ("", "identity"):
        raise ExchangeFailed("encoded", "its answer is compressed, which nobody asked for")
    return Answer(
        response.status_code,
        response.reason_phrase,
        dict(response.headers),
        bytes(body[:LARGEST_BODY_BYTES]),
        len(body) > LARGEST_BODY_BYTES,
    )


async def refuse_other_users(event: str, details: Mapping[str, object]) -> None:
    """Close a new connection to another user's process before anything is written to it.

    For the `trace` extension of a request in plain http over loopback.

    Raises:
        ExchangeFailed: it was another user's.
    """
    stream = details.get("return_value")
    if event != "connection.connect_tcp.complete" or not isinstance(
        stream, httpcore.AsyncNetworkStream
    ):
        return
    local, peer = stream.get_extra_info("client_addr"), stream.get_extra_info("server_addr")
    try:
        uid = owner_of_connection(local[:2], peer[:2])
    except ConnectionResetError:
        await stream.aclose()
        raise ExchangeFailed("broken", "the connection broke") from None
    if is_other_user(uid):
        await stream.aclose()
        raise ExchangeFailed(
            "foreign", f"port {peer[1]} is held by another user of this machine (uid {uid})"
        )


def _failure(error: Exception) -> ExchangeFailed:
    """Say in our own words what stood in the way; the system's and OpenSSL's are taken over."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ExchangeFailed("untrusted", printable(cause.verify_message))
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "reason", None) or "no handshake"
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
