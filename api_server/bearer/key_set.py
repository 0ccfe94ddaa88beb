"""The issuer's keys: fetched by discovery, once for all who wait, and renewed ahead of time."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from logging import getLogger
from typing import Final

import httpcore
import httpx

from api_server.bearer.claims import shown
from api_server.bearer.json_web_key import JsonWebKey, usable_keys
from api_server.bearer.refusal import IssuerUnavailable
from api_server.bearer.strict_encoding import JsonObject, parse_object
from api_server.tcp_sockets import is_answered_by_stranger
from api_server.web_origin import discovery_url, is_on_loopback, is_safe_url

FETCH_SECONDS: Final = 5.0
"""For discovery and keys together; the reference's time limit."""

MAX_BODY_BYTES: Final = 1024 * 1024
"""A key set of a hundred keys has 200 KiB."""

FRESH_SECONDS: Final = 600.0
"""The reference's key cache; issuers publish a new key long before they sign with it."""

REFRESH_SECONDS: Final = 480.0
"""From this age on the next request renews the keys in the background, and waits for nothing."""

UNKNOWN_KID_SECONDS: Final = 30.0
"""Tokens with invented key ids must not become requests to the issuer."""

RETRY_SECONDS: Final = 30.0
"""After a failure, while known keys go on serving, and after an answer without keys."""

STALE_SECONDS: Final = 2 * RETRY_SECONDS
"""How long after a failure stale keys serve without waiting: until after the next try."""

RETRY_WITHOUT_KEYS_SECONDS: Final = 1.0
"""After a failure with no key known: every caller is waiting for it, as when both just start."""

logger = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one fetch."""

    all: tuple[JsonWebKey, ...]
    thumbprints: frozenset[str]

    @classmethod
    def of(cls, keys: tuple[JsonWebKey, ...]) -> "Keys":
        """Return these keys with their thumbprints."""
        return cls(keys, frozenset(key.thumbprint for key in keys))

    def candidates(self, kid: str | None, algorithm: str) -> list[JsonWebKey]:
        """Return the keys that may have signed: those named `kid`; without a name, all."""
        return [key for key in self.all if algorithm in key.algorithms and kid in (None, key.kid)]


class KeySet:
    """The keys of one issuer, in one event loop."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[tuple[JsonWebKey, ...]]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: Keys | None = None
        self._refresh_at = self._stale_at = self._try_at = self._unknown_kid_at = float("-inf")
        self._flight: asyncio.Task[None] | None = None
        self.failure: str | None = None
        """Why the last fetch gave no keys, or None where it did."""

    def at_hand(self) -> Keys | None:
        """Return keys that can be used without waiting, if there are any.

        Fresh keys can; stale ones only while the issuer has just failed to give newer ones.
        """
        now = self._clock()
        if now < self._refresh_at:
            return self._keys
        if self._keys is None:
            return None
        self.refresh_soon()
        return self._keys if now < self._stale_at else None

    async def get(self) -> Keys:
        """Return keys, waiting for a fetch if need be; raise IssuerUnavailable."""
        keys = self.at_hand()
        if keys is None:
            self.refresh_soon()
            await self._wait()
            keys = self._keys
        if keys is None:
            raise IssuerUnavailable(
                f"The issuer's keys are not known: {self.failure or 'not fetched yet'}",
                retry_after_seconds=self._try_at - self._clock(),
            )
        return keys

    async def fetch_for_unknown_kid(self) -> Keys | None:
        """Return keys fetched because a token names one we do not know; None under the cooldown."""
        now = self._clock()
        if now >= self._unknown_kid_at:
            self._unknown_kid_at = now + UNKNOWN_KID_SECONDS
            self._start()
        elif self._flight is None:
            return None
        await self._wait()
        return self._keys

    def refresh_soon(self) -> None:
        """Start a fetch, unless one is under way or the last one has just failed."""
        if self._clock() >= self._try_at:
            self._start()

    async def aclose(self) -> None:
        """Cancel a fetch that is under way."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.wait([self._flight])

    def _start(self) -> None:
        if self._flight is None:
            self._flight = asyncio.get_running_loop().create_task(self._refresh())

    async def _wait(self) -> None:
        if self._flight is not None:
            # one caller who goes away must not end the fetch for all
            await asyncio.shield(self._flight)

    async def _refresh(self) -> None:
        try:
            keys = await self._fetch()
        except KeyFetchFailed as error:
            self._note_failure(str(error))
        else:
            self._take_keys(Keys.of(keys))
        finally:
            self._flight = None

    def _take_keys(self, keys: Keys) -> None:
        now = self._clock()
        if self._keys is None or keys.thumbprints != self._keys.thumbprints:
            logger.info("usable keys of the issuer: %d", len(keys.all))
        self._keys = keys
        self._refresh_at, self._stale_at = now + REFRESH_SECONDS, now + FRESH_SECONDS
        self._try_at, self.failure = now, None
        if not keys.all:
            # an answer all the same: the keys of before have been withdrawn
            self._try_at = now + RETRY_SECONDS
            self.failure = "the issuer publishes no key that can be used here"

    def _note_failure(self, reason: str) -> None:
        self.failure = reason
        wait = RETRY_SECONDS if self._keys else RETRY_WITHOUT_KEYS_SECONDS
        now = self._clock()
        self._try_at, self._stale_at = now + wait, max(self._stale_at, now + STALE_SECONDS)
        logger.warning("no keys from the issuer, next try in %.0f s: %s", wait, reason)


class KeyFetchFailed(Exception):
    """The issuer's keys could not be fetched; the message says what was asked and what came."""


class KeySource:
    """Fetches the keys of one issuer; call it to get them fresh."""

    def __init__(
        self,
        issuer: str,
        algorithms: Collection[str] = ("RS256",),
        transport: httpx.AsyncBaseTransport | None = None,
        limit_seconds: float = FETCH_SECONDS,
    ) -> None:
        self.issuer = issuer
        self._limit_seconds = limit_seconds
        self._algorithms = algorithms
        self._transport = transport
        self._opened: httpx.AsyncClient | None = None

    async def __call__(self) -> tuple[JsonWebKey, ...]:
        """Return the issuer's usable keys, maybe none; raise KeyFetchFailed."""
        try:
            async with asyncio.timeout(self._limit_seconds):
                return await self._fetch()
        except TimeoutError as error:
            raise KeyFetchFailed(
                f"{self.issuer} did not answer within {self._limit_seconds:.0f} s"
            ) from error

    async def aclose(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened.aclose()
            self._opened = None

    async def _fetch(self) -> tuple[JsonWebKey, ...]:
        discovery = await self._get(discovery_url(self.issuer))
        # OpenID Connect Discovery 4.3: to the letter, or one tenant could speak for another
        if discovery.get("issuer") != self.issuer:
            raise KeyFetchFailed(
                f"discovery names issuer {shown(discovery.get('issuer'))}, expected {self.issuer}"
            )
        where = discovery.get("jwks_uri")
        if not isinstance(where, str) or not is_safe_url(where):
            raise KeyFetchFailed(f"discovery's jwks_uri {shown(where)} is no https URL")
        if is_on_loopback(where) and not is_on_loopback(self.issuer):
            # no issuer elsewhere chooses what is asked of the services of this machine
            raise KeyFetchFailed(f"discovery's jwks_uri {shown(where)} is on this machine")
        key_set = await self._get(where)
        if not isinstance(key_set.get("keys"), list):
            raise KeyFetchFailed(f"{shown(where)} answered a JSON object without a list of keys")
        return usable_keys(key_set, self._algorithms)

    async def _get(self, url: str) -> JsonObject:
        # On this machine: nothing but its user says whose it is.
        is_plain = url.lower().startswith("http:")
        extensions = {"trace": _refuse_stranger} if is_plain else {}
        try:
            async with self._client().stream("GET", url, extensions=extensions) as answer:
                return await _read(url, answer)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, UnicodeError) as error:
            # the system's words on a connection; other messages may hold what the issuer sent
            why = f" {error}" if isinstance(error, httpx.ConnectError) else ""
            raise KeyFetchFailed(f"{shown(url)}: {type(error).__name__}{why}") from error

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


async def _refuse_stranger(event: str, details: Mapping[str, object]) -> None:
    """Close a new connection to another user's process: its keys would let anybody in.

    For httpcore's trace.

    Raises:
        KeyFetchFailed: it was another user's, or has ended, so that nobody can tell.
    """
    stream = details.get("return_value")
    if event != "connection.connect_tcp.complete" or not isinstance(
        stream, httpcore.AsyncNetworkStream
    ):
        return
    ours, theirs = stream.get_extra_info("client_addr"), stream.get_extra_info("server_addr")
    if theirs is None:
        await stream.aclose()
        raise KeyFetchFailed("the issuer has closed the connection")
    if is_answered_by_stranger(theirs[:2], ours[:2]):
        await stream.aclose()
        raise KeyFetchFailed(
            f"port {theirs[1]} is held by another user of this machine, whose keys would let him "
            "in; run the issuer as this server's user, or as root"
        )


async def _read(url: str, answer: httpx.Response) -> JsonObject:
    if answer.status_code != httpx.codes.OK:
        raise KeyFetchFailed(f"{shown(url)} answered {answer.status_code}, expected 200")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise KeyFetchFailed(f"{shown(url)} answered compressed, which it was not asked for")
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise KeyFetchFailed(f"{shown(url)} answered more than {MAX_BODY_BYTES} bytes")
    try:
        return parse_object(bytes(body))
    except ValueError as error:
        raise KeyFetchFailed(f"{shown(url)} answered what is no JSON object: {error}") from error
