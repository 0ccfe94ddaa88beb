"""Where an issuer's keys come from: discovery, then its JWK set, over HTTP."""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Final

import httpx

from api_server.bearer.json_web_key import JsonWebKey, usable_keys
from api_server.bearer.strict_json import JsonObject, parse_object
from api_server.web_origin import is_on_loopback, is_safe_url

FETCH_SECONDS: Final = 5.0
"""For discovery and keys together; the reference's time limit."""

MAX_BODY_BYTES: Final = 1024 * 1024
"""A key set of a hundred keys has 200 KiB."""

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
"""OpenID Connect Discovery 4; appended to the issuer without its final slash."""


class KeyFetchError(Exception):
    """The issuer's keys could not be had; the message says what was asked and what came."""


class KeySource:
    """Fetches the keys of one issuer; call it to get them fresh."""

    def __init__(
        self,
        issuer: str,
        algorithms: Sequence[str] = ("RS256",),
        transport: httpx.AsyncBaseTransport | None = None,
        limit_seconds: float = FETCH_SECONDS,
    ) -> None:
        self.issuer = issuer
        self._limit_seconds = limit_seconds
        self._algorithms = algorithms
        self._transport = transport
        self._opened: httpx.AsyncClient | None = None

    async def __call__(self) -> tuple[JsonWebKey, ...]:
        """Return the issuer's usable keys, at least one; raises KeyFetchError."""
        try:
            async with asyncio.timeout(self._limit_seconds):
                keys = await self._fetch()
        except TimeoutError as error:
            raise KeyFetchError(
                f"{self.issuer} did not answer within {self._limit_seconds:.0f} s"
            ) from error
        if not keys:
            raise KeyFetchError(
                f"{self.issuer} publishes no usable key for {', '.join(self._algorithms)}"
            )
        return keys

    async def aclose(self) -> None:
        """Let go of the connections."""
        if self._opened is not None:
            await self._opened.aclose()
            self._opened = None

    async def _fetch(self) -> tuple[JsonWebKey, ...]:
        discovery = await self._get(self.issuer.rstrip("/") + DISCOVERY_PATH)
        # OpenID Connect Discovery 4.3: to the letter, or one tenant could speak for another
        if discovery.get("issuer") != self.issuer:
            raise KeyFetchError(
                f"discovery names issuer {discovery.get('issuer')!r}, expected {self.issuer!r}"
            )
        where = discovery.get("jwks_uri")
        if not isinstance(where, str) or not is_safe_url(where):
            raise KeyFetchError(f"discovery's jwks_uri {where!r} is no https URL")
        return usable_keys(await self._get(where), self._algorithms)

    async def _get(self, url: str) -> JsonObject:
        try:
            async with self._client().stream("GET", url) as answer:
                return await _read(url, answer)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, UnicodeError) as error:
            raise KeyFetchError(f"{url}: {type(error).__name__} {error}".rstrip()) from error

    def _client(self) -> httpx.AsyncClient:
        """Open the client at its first use: loading the certificates takes a while."""
        if self._opened is None:
            self._opened = httpx.AsyncClient(
                transport=self._transport,
                # an answer is read as it comes: nothing to unpack, so nothing that can swell
                headers={"accept": "application/json", "accept-encoding": "identity"},
                follow_redirects=False,
                timeout=self._limit_seconds,
                trust_env=not is_on_loopback(self.issuer),
            )
        return self._opened


async def _read(url: str, answer: httpx.Response) -> JsonObject:
    if answer.status_code != httpx.codes.OK:
        raise KeyFetchError(f"{url} answered {answer.status_code}, expected 200")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise KeyFetchError(f"{url} answered compressed, which it was not asked for")
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise KeyFetchError(f"{url} answered more than {MAX_BODY_BYTES} bytes")
    try:
        return parse_object(bytes(body))
    except ValueError as error:
        raise KeyFetchError(f"{url} answered what is no JSON object: {error}") from error
