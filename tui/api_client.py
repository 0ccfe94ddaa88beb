"""One call of the API with an access token."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from tui.auth.errors import ApiUnreachable
from tui.auth.http import cause_of
from tui.auth.web_address import is_loopback

PING_PATH: Final = "/api/external"

LARGEST_BODY_BYTES: Final = 1024 * 1024

CALL_SECONDS: Final = 30.0
"""For one call as a whole; a person watches it."""

CONNECT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class PingResult:
    """What the API answered. Nothing in it is safe to print as it is."""

    url: str
    status: int
    reason: str
    """The reason phrase, such as "Unauthorized"."""
    headers: Mapping[str, str] = field(repr=False)
    body: str = field(repr=False)
    elapsed_seconds: float

    @property
    def ok(self) -> bool:
        """Tell whether the API took the token."""
        return 200 <= self.status < 300

    @property
    def message(self) -> str:
        """The result in one sentence: the answer's `msg`, or what the server responded with."""
        if not self.ok:
            return f"Error: the server responded with '{self.status}: {self.reason}'"
        try:
            answer = json.loads(self.body)
        except (ValueError, RecursionError):
            answer = None
        message = answer.get("msg") if isinstance(answer, dict) else None
        return message if isinstance(message, str) else f"{self.status} {self.reason}"

    @property
    def challenge(self) -> str:
        """The `WWW-Authenticate` value of a refusal, or an empty string."""
        return self.headers.get("www-authenticate", "")


async def ping(
    api_url: str,
    access_token: str,
    *,
    path: str = PING_PATH,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> PingResult:
    """Call the API with GET and give what it answered, whatever the status.

    Raises:
        ApiUnreachable: no whole answer came; says why and what to do.
    """
    url = api_url + path
    started = clock()
    try:
        async with asyncio.timeout(CALL_SECONDS), _client(api_url, transport) as client:
            headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
            async with client.stream("GET", url, headers=headers) as response:
                body = await _body(response)
    except TimeoutError:
        raise ApiUnreachable(
            f"The API at {api_url} did not answer within {CALL_SECONDS:.0f} s. Try again later."
        ) from None
    except httpx.HTTPError as error:
        # `from None`: httpx's exception holds the request, and so the token.
        raise ApiUnreachable(_unreachable(api_url, error)) from None
    return PingResult(
        url, response.status_code, response.reason_phrase, response.headers, body, clock() - started
    )


def _client(api_url: str, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    host = httpx.URL(api_url).host
    return httpx.AsyncClient(
        transport=transport,
        # No redirects: the token goes to this origin and no other.
        follow_redirects=False,
        # Loopback never goes through a proxy, whatever the environment says.
        trust_env=not is_loopback(host),
        timeout=httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS),
        headers={"User-Agent": "doorkey"},
    )


async def _body(response: httpx.Response) -> str:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            break
    return bytes(body[:LARGEST_BODY_BYTES]).decode("utf-8", "replace")


def _unreachable(api_url: str, error: httpx.HTTPError) -> str:
    cause = cause_of(error)
    if "CERTIFICATE_VERIFY_FAILED" in cause:
        return f"The API at {api_url} has a TLS certificate that is not trusted here: {cause}."
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        start = (
            " Start it: doorkey dev, or doorkey api." if is_loopback(error.request.url.host) else ""
        )
        return f"The API at {api_url} cannot be reached ({cause}).{start}"
    return f"The API at {api_url} broke off its answer ({cause}). Try again later."
