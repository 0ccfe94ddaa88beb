"""Keeps a session alive while a program runs: renews it ahead of time, sees what others change."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from tui.auth.service import AuthService
from tui.auth.session import TokenSet
from tui.errors import DoorkeyError, SignInNeeded, TenantUnreachable
from tui.moments import Sleep

TICK_SECONDS: Final = 1.0
"""Between two looks at the wall clock and at the store: a sleep of the machine is noticed within
it, and so is a sign-in in another window."""

LEAD: Final = timedelta(seconds=90)
"""How long before its expiry a token is renewed, so that nobody has to wait for it."""

JITTER: Final = timedelta(seconds=30)
"""On top of the lead, drawn anew each time: a fleet that was started together drifts apart."""

FIRST_RETRY_SECONDS: Final = 2.0
LONGEST_RETRY_SECONDS: Final = 60.0
LONGEST_RETRY_AFTER_SECONDS: Final = 600.0
"""A tenant's `Retry-After` is honoured up to ten minutes; beyond it a person may press a key."""


@dataclass(frozen=True, slots=True)
class Offline:
    """Why the last renewal did not work, and when the next is tried."""

    reason: str
    retry_at: datetime
    is_asked_to_wait: bool = False
    """Whether the tenant itself has named that time."""


class SessionKeeper:
    """Renews in the background and watches the store; `keep` runs until it is cancelled."""

    def __init__(
        self,
        service: AuthService,
        tell: Callable[[Offline | None], None] = lambda _offline: None,
        *,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._service = service
        self._tell = tell
        self._sleep = sleep
        self._chance = chance
        self._failures = 0
        self._offline: Offline | None = None
        self._due: tuple[TokenSet, datetime] | None = None
        self._failed_with: TokenSet | None = None

    async def keep(self) -> None:
        """Keep the session; ends only by being cancelled."""
        while True:
            await self._service.follow_store()
            if self._is_due(self._service.clock()):
                await self._renew()
            await self._sleep(TICK_SECONDS)

    def retry_now(self) -> None:
        """Try within a tick where a renewal has not worked, unless the tenant asked to wait."""
        if self._offline is not None and not self._offline.is_asked_to_wait:
            self._offline = replace(self._offline, retry_at=self._service.clock())

    def _is_due(self, now: datetime) -> bool:
        session = self._service.session
        if session is None or not session.renewable:
            self._note_success()
            return False
        if self._failed_with is not session.token_set:
            self._note_success()  # somebody else has renewed it, or signed in
        if self._offline is not None:
            return now >= self._offline.retry_at
        if self._due is None or self._due[0] is not session.token_set:
            self._due = session.token_set, renewal_time(session.token_set, self._chance())
        return now >= self._due[1]

    async def _renew(self) -> None:
        try:
            await self._service.renew_tokens()
        except SignInNeeded:
            self._note_success()  # the session has ended; whoever listens has been told
        except DoorkeyError as error:
            self._note_failure(error)
        else:
            self._note_success()

    def _note_failure(self, error: DoorkeyError) -> None:
        self._failures += 1
        session = self._service.session
        self._failed_with = session.token_set if session else None
        wait = min(FIRST_RETRY_SECONDS * 2 ** (self._failures - 1), LONGEST_RETRY_SECONDS)
        wait *= 0.5 + self._chance() / 2
        asked = error.retry_after_seconds if isinstance(error, TenantUnreachable) else None
        if asked is not None:
            wait = max(wait, min(asked, LONGEST_RETRY_AFTER_SECONDS))
        retry_at = self._service.clock() + timedelta(seconds=wait)
        self._offline = Offline(str(error), retry_at, is_asked_to_wait=asked is not None)
        self._tell(self._offline)

    def _note_success(self) -> None:
        self._failures = 0
        self._failed_with = None
        if self._offline is not None:
            self._offline = None
            self._tell(None)


def renewal_time(token_set: TokenSet, chance: float) -> datetime:
    """Return when to renew: shortly before expiry; after half to two thirds of a short life."""
    lifetime = token_set.access_token_expiry - token_set.obtained_at
    lead = min(LEAD, lifetime / 3)
    jitter = min(JITTER, lifetime / 6) * chance
    return token_set.access_token_expiry - lead - jitter
