"""Calls of the API with an access token, to no origin but its own, and how long each took."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from tui.api.answer import NoAnswer, PingResult
from tui.api.body import described, text_of
from tui.api.challenge import ResourceMetadata, metadata_path, parse_resource_metadata
from tui.api.request import PING, ApiRequest
from tui.api.upload import Upload
from tui.auth.dpop.authorization import Authorization
from tui.errors import START_API, ExchangeFailed
from tui.http.exchange import Answer, HttpClient, StreamedAnswer
from tui.http.other_scheme import write_so
from tui.web_address import split_web_address

if TYPE_CHECKING:
    import httpx

NOTHING: Final = Authorization("")

CALL_SECONDS: Final = 30.0
"""For one call as a whole; a person watches it."""

PARTS: Final[Mapping[str, str]] = {
    "connect_tcp": "connect",
    "start_tls": "TLS",
    "send_request_headers": "first byte",
    "send_request_body": "first byte",
    "receive_response_headers": "first byte",
    "receive_response_body": "body",
}
"""The steps of an exchange, as httpcore's trace extension names them, and the part each is in."""


class ApiClient:
    """The API at one origin, given without a slash at its end."""

    def __init__(
        self,
        origin: str,
        *,
        transport: "httpx.AsyncBaseTransport | None" = None,
        clock: Callable[[], float] = time.perf_counter,
        is_ours: bool = False,
    ) -> None:
        """Make ready; `is_ours`: the commands that start the bundled API start the one there."""
        self._origin = origin
        self._is_ours = is_ours
        self._transport = transport
        self._clock = clock
        self._http: HttpClient | None = None

    async def aclose(self) -> None:
        """Close the connection, which stays open between calls."""
        if self._http is not None:
            await self._http.aclose()

    async def call(self, authorization: Authorization, request: ApiRequest = PING) -> PingResult:
        """Make one call and return what the API answered, whatever the status.

        Raises:
            NoAnswer: no whole answer came; says why and what to do.
        """
        headers = {**_headers(request), **authorization.headers}
        return await self._send(request, headers, authorization)

    @asynccontextmanager
    async def stream(
        self, authorization: Authorization, request: ApiRequest, upload: Upload | None = None
    ) -> AsyncIterator[StreamedAnswer]:
        """Make one call of any length; the answer comes in the block, whatever the status.

        Raises:
            NoAnswer: no whole answer came; also where the block finds that out.
        """
        headers = _headers(request)
        if upload is not None:
            headers |= upload.headers(headers)
        headers |= authorization.headers
        body = upload.chunks() if upload is not None else request.body
        url = self._origin + request.path
        try:
            async with self._exchanges().stream(request.method, url, headers, body) as answer:
                yield answer
        except ExchangeFailed as failed:
            raise no_answer(self._origin, failed, is_ours=self._is_ours) from None

    async def metadata(self, address: str) -> ResourceMetadata | None:
        """Return what the API says about itself (RFC 9728), asked for without a token, or None.

        `address` is the one that its challenge names; one of another origin is not asked.
        """
        path = metadata_path(self._origin, address)
        try:
            result = await self._send(ApiRequest("GET", path), {}, NOTHING)
            return parse_resource_metadata(result.body)
        except NoAnswer:
            return None

    async def _send(
        self, request: ApiRequest, headers: Mapping[str, str], sent: Authorization
    ) -> PingResult:
        url = self._origin + request.path
        exchanges = self._exchanges()
        stopwatch = Stopwatch(self._clock)
        try:
            answer = await exchanges.exchange(
                request.method, url, headers, body=request.body_sent, observe=stopwatch.observe
            )
        except ExchangeFailed as failed:
            raise no_answer(self._origin, failed, is_ours=self._is_ours) from None
        elapsed = stopwatch.elapsed()
        received = {**answer.headers}
        text = text_of(answer.body, received.get("content-type", ""))
        if text is None:
            content = sent.redact_bytes(answer.body)
            body = described(content, _size(answer))
        else:
            content = b""
            body = sent.redact_beginning(text)[0] if answer.is_cut else sent.redact(text)
        return PingResult(
            url=url,
            status=answer.status,
            reason=sent.redact(answer.reason),
            headers={sent.redact(name): sent.redact(received[name]) for name in received},
            body=body,
            elapsed_seconds=elapsed,
            method=request.method,
            parts=stopwatch.parts,
            content=content,
            size_bytes=len(answer.body),
            is_cut=answer.is_cut,
        )

    def _exchanges(self) -> HttpClient:
        if self._http is None:
            is_local = split_web_address(self._origin).is_local
            self._http = HttpClient(self._transport, CALL_SECONDS, is_local=is_local)
        return self._http


class Stopwatch:
    """Times one exchange. Without steps to follow, it times all between start and end."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._since: dict[str, float] = {}
        self._parts: dict[str, float] = {}

    def observe(self, event: str) -> None:
        """Take note of an event, such as `http11.receive_response_headers.complete`."""
        now = self._clock()
        step, _, phase = event.partition(".")[2].partition(".")
        part = PARTS.get(step)
        if part is not None and phase == "started":
            self._since.setdefault(part, now)
        elif part is not None and phase == "complete":
            self._parts[part] = now - self._since.get(part, now)

    @property
    def parts(self) -> Mapping[str, float]:
        """What the exchange consisted of, in seconds; a connection that was there has no part."""
        return self._parts

    def elapsed(self) -> float:
        """Return the seconds on the wire: what lies between the steps is this program's own."""
        return sum(self._parts.values()) or self._clock() - self._began


def _headers(request: ApiRequest) -> dict[str, str]:
    """Return what is sent; whoever does not say what is accepted takes anything, as with curl."""
    sent = request.headers_sent
    is_said = any(name.lower() == "accept" for name in sent)
    return sent if is_said else {"Accept": "*/*", **sent}


def _size(answer: Answer) -> str:
    return f"{'more than ' if answer.is_cut else ''}{len(answer.body):,} bytes"


def no_answer(origin: str, failed: ExchangeFailed, *, is_ours: bool = False) -> NoAnswer:
    """Return what to say of an API that has given no whole answer."""
    api = f"The API at {origin}"
    if failed.obstacle == "untrusted":
        message = (
            f"{api} has a TLS certificate that is not trusted here: {failed}. "
            "Name your own authority's file in SSL_CERT_FILE."
        )
    elif failed.obstacle == "scheme":
        message = f"{api} {failed}. " + write_so("apiUrl", split_web_address(origin))
    elif failed.obstacle == "tls":
        message = (
            f"{api} cannot be talked to over TLS ({failed}). Check apiUrl in the config, and its "
            "port: https is expected there."
        )
    elif failed.obstacle in ("nobody", "name", "proxy", "foreign"):
        message = f"{api} cannot be reached ({failed}).{_advice(origin, failed, is_ours=is_ours)}"
    else:
        message = f"{api} gave no whole answer ({failed}). Try again later."
    return NoAnswer(message, failed.obstacle)


def _advice(origin: str, failed: ExchangeFailed, *, is_ours: bool) -> str:
    if failed.obstacle == "name":
        return " Check apiUrl in the config, and your network."
    if failed.obstacle == "proxy":
        return " Check HTTPS_PROXY and NO_PROXY."
    if failed.obstacle == "foreign":
        return " Your token was not sent. Take another port, or ask them to free it."
    return f" {START_API}" if is_ours and split_web_address(origin).is_local else ""
