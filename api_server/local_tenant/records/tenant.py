"""What every endpoint is given: one issuer with its settings, database, keys and counters."""

import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from api_server.bearer.dpop import ProofVerifier
from api_server.bearer.dpop_memory import Nonces
from api_server.local_tenant.records.database import Database, draw_secret, open_database
from api_server.local_tenant.records.people import add_demo_people
from api_server.local_tenant.records.signing_keys import SigningKeys, load_keys
from api_server.local_tenant.settings import Clock, Randomness, Settings

NONCE_SECRET_BYTES: Final = 32
PASSWORD_TRIES: Final = 10
USER_CODE_TRIES: Final = 20
WINDOW_SECONDS: Final = 300
"""The window that the tries are counted in."""

MAX_KEYS: Final = 1000
"""Names are chosen by whoever tries: the memory for them is bounded."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failures per key in a sliding window; in memory, so a restart forgives."""

    limit: int
    window_seconds: int
    _failures: dict[str, deque[int]] = field(default_factory=dict)

    def is_exhausted(self, key: str, now: int) -> bool:
        """Return whether a key has failed too often of late."""
        failures = self._failures.get(key)
        if failures is None:
            return False
        while failures and failures[0] <= now - self.window_seconds:
            failures.popleft()
        return len(failures) >= self.limit

    def add_failure(self, key: str, now: int) -> None:
        """Count a failure; where there are too many keys, the oldest is dropped."""
        if key not in self._failures and len(self._failures) >= MAX_KEYS:
            del self._failures[next(iter(self._failures))]
        self._failures.setdefault(key, deque(maxlen=self.limit)).append(now)

    def forget(self, key: str) -> None:
        """Forget the failures of a key, after a success."""
        self._failures.pop(key, None)


@dataclass(frozen=True, slots=True)
class Tenant:
    """One issuer: its settings, database and keys, with the clock and randomness it goes by."""

    settings: Settings
    database: Database = field(repr=False)
    keys: SigningKeys
    clock: Clock
    randomness: Randomness
    wrong_passwords: Attempts
    wrong_user_codes: Attempts
    proofs: ProofVerifier

    def now(self) -> int:
        """Return the time in whole seconds since the epoch."""
        return int(self.clock())

    def draw_secret(self) -> str:
        """Draw a new opaque secret."""
        return draw_secret(self.randomness)

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_tenant(
    settings: Settings, clock: Clock = time.time, randomness: Randomness = secrets.token_bytes
) -> Tenant:
    """Open the issuer's database, with keys and people in it; raise DatabaseUnusable."""
    database = open_database(settings)
    with database.transaction() as db:
        keys = load_keys(db, int(clock()))
        add_demo_people(db, randomness, int(clock()))
    nonces = Nonces(randomness(NONCE_SECRET_BYTES), clock) if settings.dpop_nonce else None
    return Tenant(
        settings,
        database,
        keys,
        clock,
        randomness,
        wrong_passwords=Attempts(PASSWORD_TRIES, WINDOW_SECONDS),
        wrong_user_codes=Attempts(USER_CODE_TRIES, WINDOW_SECONDS),
        proofs=ProofVerifier(clock, nonces=nonces),
    )
