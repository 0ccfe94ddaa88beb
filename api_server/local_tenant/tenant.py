"""What every endpoint works with."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from api_server.local_tenant.records.attempts import Attempts
from api_server.local_tenant.records.database import Database, open_database
from api_server.local_tenant.records.opaque import fresh
from api_server.local_tenant.records.people import add_demo_people
from api_server.local_tenant.records.signing_keys import SigningKeys, load_keys
from api_server.local_tenant.settings import Clock, Randomness, Settings

PASSWORD_TRIES: Final = 10
USER_CODE_TRIES: Final = 20
WINDOW_SECONDS: Final = 300
"""In which so many may be wrong."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """One issuer at work: its settings, its memory, its keys, and the world around it."""

    settings: Settings
    database: Database = field(repr=False)
    keys: SigningKeys
    clock: Clock
    randomness: Randomness
    wrong_passwords: Attempts
    wrong_user_codes: Attempts

    def now(self) -> int:
        """Give the time in whole seconds since the epoch."""
        return int(self.clock())

    def secret(self) -> str:
        """Draw a new opaque secret."""
        return fresh(self.randomness)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def open_tenant(
    settings: Settings,
    clock: Clock = time.time,
    randomness: Randomness = secrets.token_bytes,
) -> Tenant:
    """Open the issuer's database, with keys and people in it; raises DatabaseUnusableError."""
    database = open_database(settings)
    with database.transaction() as db:
        keys = load_keys(db, int(clock()))
        add_demo_people(db, randomness, int(clock()))
    return Tenant(
        settings,
        database,
        keys,
        clock,
        randomness,
        wrong_passwords=Attempts(PASSWORD_TRIES, WINDOW_SECONDS),
        wrong_user_codes=Attempts(USER_CODE_TRIES, WINDOW_SECONDS),
    )
