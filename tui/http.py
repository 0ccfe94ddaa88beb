"""One HTTP exchange with the tenant: no redirects, a bounded body, a bounded time, plain errors."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx

from tui.errors import TenantMisbehaved, TenantUnreachable
from tui.json_value import Json, json_object
from tui.text import printable
from tui.tls import tls_context
from tui.web_address import is_loopback

LARGEST_BODY_BYTES: Final = 1024 * 1024
"""Decoded; a discovery document or a token response has a few KiB."""

EXCHANGE_SECONDS: Final = 15.0
"""For one exchange as a whole: a tenant that drips its answer holds nobody for longer."""

CONNECT_SECONDS: Final = 5.0

DIRECT_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")
"""Loopback never goes through a proxy, whatever the environment says."""

FAILURES: Final[dict[type[httpx.HTTPError], str]] = {
    httpx.ConnectError: "nobody answers there",
    httpx.ConnectTimeout: "no connection in time",
    httpx.ReadTimeout: "no answer in time",
    httpx.ReadError: "the connection broke",
}
"""For exceptions whose own words say nothing to a person."""

ERROR_NUMBER: Final = re.compile(r"^\[Errno -?\d+\] ")

WAIT_AND_TRY_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tenant answered."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def members(self) -> dict[str, Json] | None:
        """Return the body as a JSON object, or None where it is something else."""
        return json_object(self.body)

    @property
    def date(self) -> datetime | None:
        """The tenant's clock when it answered, to the second (RFC 9110 6.6.1)."""
        try:
            date = parsedate_to_datetime(self.headers.get("date", ""))
        except (ValueError, OverflowError):
            return None
        return date if date.tzinfo else None


class TenantHttp:
    """The one way to the tenant's endpoints. Call `aclose` when done."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        exchange_seconds: float = EXCHANGE_SECONDS,
    ) -> None:
        self._exchange_seconds = exchange_seconds
        direct = None if transport else {f"all://{host}": None for host in DIRECT_HOSTS}
        self._client = httpx.AsyncClient(
            verify=tls_context(),
            transport=transport,
            mounts=direct,
            timeout=httpx.Timeout(exchange_seconds, connect=CONNECT_SECONDS),
            follow_redirects=False,
            headers={"Accept": "application/json", "User-Agent": "doorkey"},
        )

    async def get(self, url: str, bearer: str | None = None) -> Answer:
        """Fetch `url`.

        Raises:
            TenantUnreachable: no answer, or one that asks to come back later.
            TenantMisbehaved: a redirect, or a body over 1 MiB.
        """
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return await self._exchange(self._client.build_request("GET", url, headers=headers))

    async def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """Send `form` to `url`; raises as `get` does."""
        return await self._exchange(self._client.build_request("POST", url, data=dict(form)))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _exchange(self, request: httpx.Request) -> Answer:
        host = printable(request.url.netloc.decode("ascii", "replace"))
        try:
            async with asyncio.timeout(self._exchange_seconds):
                answer = await self._answer(request)
        except TimeoutError:
            raise TenantUnreachable(
                f"{host} did not answer within {self._exchange_seconds:.0f} s. Try again later."
            ) from None
        except httpx.HTTPError as error:
            # `from None`: the request in httpx's exception holds the form, and so the secrets.
            raise TenantUnreachable(_unreachable(host, error)) from None
        if 300 <= answer.status < 400:
            raise TenantMisbehaved(
                f"{host} answered {request.url.path} with a redirect ({answer.status}); "
                "a direct answer is expected there. Check `domain` in the config."
            )
        if answer.status in WAIT_AND_TRY_AGAIN:
            raise TenantUnreachable(
                f"{host} answered with {answer.status}, which asks to come back later.",
                _retry_after(answer.headers.get("retry-after", "")),
            )
        return answer

    async def _answer(self, request: httpx.Request) -> Answer:
        response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LARGEST_BODY_BYTES:
                    raise TenantMisbehaved(
                        f"{printable(request.url.host)} sent more than 1 MiB where "
                        "a short answer is expected. Check `domain` in the config."
                    )
            return Answer(response.status_code, response.headers, bytes(body))
        finally:
            await response.aclose()


def _retry_after(value: str) -> float | None:
    """Seconds of a `Retry-After`; its date form is not worth a clock that may be off."""
    return float(value) if value.isascii() and value.isdigit() and len(value) < 6 else None


def cause_of(error: httpx.HTTPError) -> str:
    """Say in words why an exchange failed."""
    words = ERROR_NUMBER.sub("", printable(error))
    if not words or words == "All connection attempts failed":
        return FAILURES.get(type(error), type(error).__name__)
    return words


def _unreachable(host: str, error: httpx.HTTPError) -> str:
    cause = cause_of(error)
    if isinstance(error, httpx.ProxyError):
        return f"The proxy on the way to {host} refused: {cause}. Check HTTPS_PROXY and NO_PROXY."
    if "CERTIFICATE_VERIFY_FAILED" in cause:
        return (
            f"{host} has a TLS certificate that this machine does not trust: {cause}. "
            "Behind a company's proxy, SSL_CERT_FILE names the certificates to trust."
        )
    if "[SSL" in cause:
        return f"{host} does not speak TLS as expected: {cause}. Check `domain` in the config."
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return f"{host} cannot be reached ({cause}). {_what_to_do(host)}"
    return f"{host} broke off its answer ({cause}). Try again later."


def _what_to_do(host: str) -> str:
    if is_loopback(urlsplit(f"//{host}").hostname or ""):
        return "Start the local tenant: doorkey dev, or doorkey tenant."
    if getproxies().keys() & {"https", "http", "all"}:
        return "Check the proxy that HTTPS_PROXY names, the network, and `domain` in the config."
    return "Check the network, and `domain` in the config."
