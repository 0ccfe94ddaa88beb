"""One HTTP exchange: each request to a tenant, an API or a bundled server is made here.

Its time and size are limited; of a stream, the time without progress. It follows no redirect, and
keeps loopback away from proxies and from other users of the machine.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

import httpx

from tui.errors import ExchangeFailed
from tui.http.connection import failure, refuse_other_users, tls_context
from tui.http.other_scheme import require_scheme, with_scheme_told
from tui.http.read_ahead import read_ahead
from tui.json_value import Json, json_object
from tui.web_address import split_web_address

LARGEST_BODY_BYTES: Final = 1024 * 1024
"""A discovery document or a token response has a few KiB; people read no more of an API's."""

EXCHANGE_SECONDS: Final = 15.0
"""For one exchange as a whole: a server that drips its answer holds nobody for longer."""

IDLE_SECONDS: Final = 120.0
"""How long a stream may stand still; how long it takes as a whole is for a person to say."""

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


@dataclass(frozen=True, slots=True)
class StreamedAnswer:
    """An answer whose body is on its way. Nothing in it is safe to print as it is."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    """As they came, their names in lower case."""
    _response: httpx.Response = field(repr=False)

    @property
    def length_bytes(self) -> int | None:
        """The body's length as the headers announce it, or None."""
        length = self._response.headers.get("content-length", "")
        return int(length) if length.isascii() and length.isdigit() else None

    async def chunks(self) -> AsyncIterator[bytes]:
        """Return the body as it comes.

        Raises:
            ExchangeFailed: it breaks off, stands still for too long, or is compressed.
        """
        try:
            async for chunk in _raw_body(self._response):
                _refuse_compressed(self._response, chunk)
                yield chunk
        except httpx.HTTPError as error:
            raise failure(error) from None


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
        *,
        is_local: bool = False,
    ) -> None:
        """Make ready; nothing is connected yet.

        One that asks plain http on this machine alone (`is_local`) trusts no certificate, and so
        does without their roots: 25 ms to read, and 1.4 MiB.

        Raises:
            ConfigInvalid: `SSL_CERT_FILE` has no certificates.
        """
        self._transport = transport
        self._exchange_seconds = exchange_seconds
        self._timeout = httpx.Timeout(exchange_seconds, connect=CONNECT_SECONDS)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_local else tls_context()
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
                response = await self._send(method, url, headers or {}, form, body, observe)
                try:
                    answer = await _read_answer(response)
                    require_scheme(url, answer.status, answer.body)
                    return answer
                finally:
                    await response.aclose()
        except TimeoutError:
            words = f"no answer within {self._exchange_seconds:.0f} s"
            raise ExchangeFailed("timeout", words) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # `from None`: httpx's exception holds the request, and so its secrets.
            raise await self._told(url, error) from None
        finally:
            _is_ours.reset(ours)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | AsyncIterable[bytes] = b"",
        *,
        idle_seconds: float = IDLE_SECONDS,
    ) -> AsyncIterator[StreamedAnswer]:
        """Send one request of any length; the answer's body, of any length, comes in the block.

        A body in parts is sent in chunks, unless `headers` say its length.

        Raises:
            ExchangeFailed: no answer came; `obstacle` says what stood in the way.
        """
        ours = _is_ours.set(True)
        patience = httpx.Timeout(idle_seconds, connect=CONNECT_SECONDS)
        try:
            try:
                response = await self._send(method, url, headers, None, body, None, patience)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise await self._told(url, error) from None
            received = tuple(
                (name.lower(), value) for name, value in response.headers.multi_items()
            )
            try:
                yield StreamedAnswer(
                    response.status_code, response.reason_phrase, received, response
                )
            finally:
                await response.aclose()
        finally:
            _is_ours.reset(ours)

    async def aclose(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.aclose()

    async def _told(self, url: str, error: Exception) -> ExchangeFailed:
        failed = failure(error)
        return await with_scheme_told(url, failed) if self._transport is None else failed

    async def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None,
        body: bytes | AsyncIterable[bytes],
        observe: Observer | None,
        patience: httpx.Timeout | None = None,
    ) -> httpx.Response:
        """Ask each address that `url` means, in turn, until one answers."""
        address = split_web_address(url)
        client = self._client(is_direct=address.is_loopback)
        failed: httpx.ConnectError | None = None

        async def trace(event: str, details: Mapping[str, object]) -> None:
            if observe is not None:
                observe(event)
            if patience is not None:
                read_ahead(event, details)
            if address.is_local:
                await refuse_other_users(event, details)

        for host in address.hosts if self._transport is None else (address.host,):
            target = httpx.URL(url)
            request = client.build_request(
                method,
                target.copy_with(host=host),
                headers={"Host": target.netloc.decode("ascii"), **headers},
                data=form,
                content=body or None,
                timeout=patience or self._timeout,
                extensions={"trace": trace},
            )
            try:
                return await client.send(request, stream=True)
            except httpx.ConnectError as error:
                failed = failed or error
        raise failed or httpx.ConnectError("")

    def _client(self, *, is_direct: bool) -> httpx.AsyncClient:
        if is_direct in self._clients:
            return self._clients[is_direct]
        try:
            made = self._clients[is_direct] = httpx.AsyncClient(
                verify=self._tls,
                transport=self._transport,
                # Loopback never goes through a proxy, whatever the environment says.
                trust_env=not is_direct,
                follow_redirects=False,
                headers=HEADERS,
            )
        except (ImportError, ValueError):  # SOCKS, or no scheme at all
            words = "it is none of http:// or https://, and others are not understood"
            raise ExchangeFailed("proxy", words) from None
        return made


async def _read_answer(response: httpx.Response) -> Answer:
    body = bytearray()
    async for chunk in _raw_body(response):
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            break
    _refuse_compressed(response, bytes(body))
    return Answer(
        response.status_code,
        response.reason_phrase,
        dict(response.headers),
        bytes(body[:LARGEST_BODY_BYTES]),
        len(body) > LARGEST_BODY_BYTES,
    )


def _raw_body(response: httpx.Response) -> AsyncIterable[bytes]:
    """Return the body as it comes: nothing unpacks it on the way."""
    assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - AsyncClient's always is
    return response.stream


def _refuse_compressed(response: httpx.Response, body: bytes) -> None:
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if body and coding not in ("", "identity"):
        raise ExchangeFailed("encoded", "its answer is compressed, which nobody asked for")
