"""The demo people who can sign in."""

import sqlite3
from dataclasses import dataclass, field
from typing import Final

from api_server.local_tenant.records.password import hash_password, is_right
from api_server.local_tenant.settings import Randomness

EMAIL_DOMAIN: Final = "example.com"
"""Reserved for examples (RFC 2606 3): no mail can go astray."""

DEMO_PEOPLE: Final = (
    ("alice", "Alice", "Archer", "en-GB", "Europe/London"),
    ("bob", "Bob", "Baker", "de-DE", "Europe/Berlin"),
    # a name beyond ASCII, so that nobody forgets that there are such
    ("carol", "Carol", "Núñez", "es-ES", "Europe/Madrid"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    name: str
    given_name: str
    family_name: str
    locale: str
    zoneinfo: str
    password_hash: str = field(repr=False)
    updated_at: int

    @property
    def full_name(self) -> str:
        """Both names, as for display."""
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        """Where mail would go."""
        return f"{self.name}@{EMAIL_DOMAIN}"

    @property
    def subject(self) -> str:
        """The `sub` claim: never changes, at most 255 ASCII characters (OIDC Core 2)."""
        return subject_of(self.name)


def subject_of(name: str) -> str:
    """Give the `sub` claim of somebody by their name."""
    return f"local|{name}"


def demo_password(name: str) -> str:
    """Give the password that the login page tells everybody."""
    return f"{name}-password"


def add_demo_people(db: sqlite3.Connection, randomness: Randomness, now: int) -> None:
    """Put them in, where they are not yet."""
    known = {row["name"] for row in db.execute("SELECT name FROM people")}
    for name, *rest in DEMO_PEOPLE:
        if name not in known:
            kept = hash_password(demo_password(name), randomness)
            db.execute("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)", (name, *rest, kept, now))


def plain_name(typed: str) -> str:
    """Reduce what may be typed for the same person to one spelling."""
    return typed.strip().lower().removesuffix(f"@{EMAIL_DOMAIN}")


def find_person(db: sqlite3.Connection, name: str) -> Person | None:
    """Look somebody up by name or email, in any case."""
    row = db.execute("SELECT * FROM people WHERE name = ?", (plain_name(name),)).fetchone()
    return None if row is None else Person(**row)


def authenticate(db: sqlite3.Connection, name: str, password: str) -> Person | None:
    """Find somebody by name and password.

    Somebody unknown costs the same time as a wrong password: the answer's delay names nobody.
    """
    person = find_person(db, name)
    kept = person.password_hash if person else _anybody(db).password_hash
    right = is_right(password, kept)
    return person if right else None


def _anybody(db: sqlite3.Connection) -> Person:
    return Person(**db.execute("SELECT * FROM people LIMIT 1").fetchone())
