"""The issuer's keys, kept: fetched once for all who wait, renewed ahead of time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from logging import getLogger
from typing import Final

from api_server.bearer.json_web_key import JsonWebKey
from api_server.bearer.key_source import KeyFetchError
from api_server.bearer.refusal import IssuerUnavailableError

FRESH_SECONDS: Final = 600.0
"""The reference's key cache; issuers publish a new key long before they sign with it."""

REFRESH_SECONDS: Final = 480.0
"""From this age on the next request renews the keys in the background, and waits for nothing."""

UNKNOWN_KID_SECONDS: Final = 30.0
"""Tokens with invented key ids must not become requests to the issuer."""

RETRY_SECONDS: Final = 30.0
"""After a failure, while known keys go on serving."""

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
    def of(cls, keys: Iterable[JsonWebKey]) -> "Keys":
        """Hold these keys."""
        held = tuple(keys)
        return cls(held, frozenset(key.thumbprint for key in held))

    def candidates(self, kid: str | None, algorithm: str) -> list[JsonWebKey]:
        """Return the keys that may have signed: those named `kid`; without a name, all."""
        return [key for key in self.all if key.algorithm == algorithm and kid in (None, key.kid)]


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
        """Why the last fetch gave no keys, if it did not."""

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

    async def current(self) -> Keys:
        """Return keys, waiting for a fetch if need be; raises IssuerUnavailableError."""
        keys = self.at_hand()
        if keys is None:
            self.refresh_soon()
            await self._land()
            keys = self._keys
        if keys is None:
            raise IssuerUnavailableError(
                f"The issuer's keys are not known: {self.failure or 'not fetched yet'}",
                retry_after_seconds=self._try_at - self._clock(),
            )
        return keys

    async def after_unknown_kid(self) -> Keys | None:
        """Return keys fetched because a token names one we do not know; None under the cooldown."""
        now = self._clock()
        if now >= self._unknown_kid_at:
            self._unknown_kid_at = now + UNKNOWN_KID_SECONDS
            self._take_off()
        elif self._flight is None:
            return None
        await self._land()
        return self._keys

    def refresh_soon(self) -> None:
        """Start a fetch, unless one is on its way or the last one failed just now."""
        if self._clock() >= self._try_at:
            self._take_off()

    async def aclose(self) -> None:
        """End a fetch that is on its way."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.wait([self._flight])

    def _take_off(self) -> None:
        if self._flight is None:
            self._flight = asyncio.get_running_loop().create_task(self._refresh())

    async def _land(self) -> None:
        if self._flight is not None:
            # one caller who goes away must not end the fetch for all
            await asyncio.shield(self._flight)

    async def _refresh(self) -> None:
        try:
            keys = await self._fetch()
        except KeyFetchError as error:
            self._failed(str(error))
        else:
            self._arrived(Keys.of(keys))
        finally:
            self._flight = None

    def _arrived(self, keys: Keys) -> None:
        now = self._clock()
        if self._keys is None or keys.thumbprints != self._keys.thumbprints:
            logger.info("usable keys of the issuer: %d", len(keys.all))
        self._keys = keys
        self._refresh_at, self._stale_at = now + REFRESH_SECONDS, now + FRESH_SECONDS
        self._try_at, self.failure = now, None

    def _failed(self, reason: str) -> None:
        self.failure = reason
        wait = RETRY_SECONDS if self._keys else RETRY_WITHOUT_KEYS_SECONDS
        now = self._clock()
        self._try_at, self._stale_at = now + wait, max(self._stale_at, now + STALE_SECONDS)
        logger.warning("no keys from the issuer, next try in %.0f s: %s", wait, reason)
