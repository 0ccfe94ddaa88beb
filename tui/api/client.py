"""Calls of the API with an access token; to its own origin, and to no other."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final

import httpx

from tui.api.answer import NoAnswer, NoAnswerKind, PingResult
from tui.api.challenge import ResourceMetadata, metadata_path, parse_resource_metadata
from tui.api.request import PING, ApiRequest
from tui.http import cause_of
from tui.tls import tls_context
from tui.web_address import is_loopback

LARGEST_BODY_BYTES: Final = 1024 * 1024

CALL_SECONDS: Final = 30.0
"""For one call as a whole; a person watches it."""

CONNECT_SECONDS: Final = 5.0

REDACTED: Final = "[your access token]"
"""Stands for the token where the API sends it back: tokens are shown when asked for only."""


class ApiClient:
    """The API at one origin, given without a slash at its end."""

    def __init__(
        self,
        origin: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._origin = origin
        self._transport = transport
        self._clock = clock

    async def call(self, access_token: str, request: ApiRequest = PING) -> PingResult:
        """Make one call and return what the API answered, whatever the status.

        Raises:
            NoAnswer: no whole answer came; says why and what to do.
        """
        return await self._send(request, {"Authorization": f"Bearer {access_token}"}, access_token)

    async def metadata(self, address: str) -> ResourceMetadata | None:
        """Return what the API says about itself (RFC 9728), asked for without a token, or None.

        `address` is where its challenge says that stands; another origin's is not asked.
        """
        path = metadata_path(self._origin, address)
        try:
            return parse_resource_metadata((await self._send(ApiRequest("GET", path), {}, "")).body)
        except NoAnswer:
            return None

    async def _send(
        self, request: ApiRequest, headers: Mapping[str, str], secret: str
    ) -> PingResult:
        url = self._origin + request.path
        started = self._clock()
        try:
            async with asyncio.timeout(CALL_SECONDS), self._client() as client:
                sent = {"Accept": "application/json", **headers}
                async with client.stream(request.method, url, headers=sent) as response:
                    body = await _body(response)
        except TimeoutError:
            raise NoAnswer(
                f"The API at {self._origin} did not answer within {CALL_SECONDS:.0f} s. "
                "Try again later.",
                "timeout",
            ) from None
        except httpx.HTTPError as error:
            # `from None`: httpx's exception holds the request, and so the token.
            raise _no_answer(self._origin, error) from None
        elapsed = self._clock() - started
        return PingResult(
            url=url,
            status=response.status_code,
            reason=response.reason_phrase,
            headers={name: _without(secret, value) for name, value in response.headers.items()},
            body=_without(secret, body),
            elapsed_seconds=elapsed,
            method=request.method,
        )

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=tls_context(),
            transport=self._transport,
            # No redirects: the token goes to this origin and no other.
            follow_redirects=False,
            # Loopback never goes through a proxy, whatever the environment says.
            trust_env=not is_loopback(httpx.URL(self._origin).host),
            timeout=httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS),
            headers={"User-Agent": "doorkey"},
        )


async def ping(
    api_url: str, access_token: str, *, transport: httpx.AsyncBaseTransport | None = None
) -> PingResult:
    """Call the API's first route with GET, as the quickstart does; raises as `call` does."""
    return await ApiClient(api_url, transport=transport).call(access_token)


async def _body(response: httpx.Response) -> str:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            break
    return bytes(body[:LARGEST_BODY_BYTES]).decode("utf-8", "replace")


def _without(secret: str, text: str) -> str:
    return text.replace(secret, REDACTED) if secret else text


def _no_answer(origin: str, error: httpx.HTTPError) -> NoAnswer:
    cause = cause_of(error)
    if "CERTIFICATE_VERIFY_FAILED" in cause:
        return NoAnswer(
            f"The API at {origin} has a TLS certificate that is not trusted here: {cause}. "
            "Name your own authority's file in SSL_CERT_FILE.",
            "tls",
        )
    if "SSL" in cause:
        return NoAnswer(
            f"The API at {origin} cannot be talked to over TLS ({cause}). Check that apiUrl in "
            "the config should start with https.",
            "tls",
        )
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return _not_reached(origin, error, cause)
    kind: NoAnswerKind = "timeout" if isinstance(error, httpx.TimeoutException) else "broken"
    return NoAnswer(f"The API at {origin} broke off its answer ({cause}). Try again later.", kind)


def _not_reached(origin: str, error: httpx.HTTPError, cause: str) -> NoAnswer:
    host = httpx.URL(origin).host
    unknown = any(words in cause for words in ("Name or service", "nodename", "getaddrinfo"))
    if unknown:
        advice = " Check apiUrl in the config, and your network."
    else:
        advice = " Start it: doorkey dev, or doorkey api." if is_loopback(host) else ""
    kind: NoAnswerKind = "name" if unknown else "nobody"
    if isinstance(error, httpx.ConnectTimeout):
        kind = "timeout"
    return NoAnswer(f"The API at {origin} cannot be reached ({cause}).{advice}", kind)
