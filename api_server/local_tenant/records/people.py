"""The demo people: how they show who they are, and what the tenant tells about them."""

import hashlib
import hmac
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from api_server.local_tenant.settings import Randomness, Settings

EMAIL_DOMAIN: Final = "example.com"
"""Reserved for examples (RFC 2606 3): no mail can go astray."""

DEMO_PEOPLE: Final = (
    ("alice", "Alice", "Archer", "en-GB", "Europe/London"),
    ("bob", "Bob", "Baker", "de-DE", "Europe/Berlin"),
    # a name beyond ASCII, so that nobody forgets that there are such
    ("carol", "Carol", "Núñez", "es-ES", "Europe/Madrid"),
)

ONE_FACTOR: Final = "1"
TWO_FACTORS: Final = "2"
ACR: Final = {ONE_FACTOR: ("pwd",), TWO_FACTORS: ("pwd", "otp", "mfa")}
"""How strongly somebody can sign in, weakest first: each `acr` with its `amr` (RFC 8176 2)."""

DEMO_CODE: Final = "123456"
"""Everybody's one-time code; in life an app on a telephone shows a new one each time."""

SCRYPT_COST: Final = 2**11
"""2 MiB and some 5 ms (RFC 7914). Low on purpose: these passwords are on the login page."""

SALT_BYTES: Final = 16
MAX_PASSWORD_LENGTH: Final = 256
"""In characters; a longer one is wrong without being hashed."""


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
        """The email address."""
        return f"{self.name}@{EMAIL_DOMAIN}"

    def claims(self, scope: Collection[str], settings: Settings) -> dict[str, object]:
        """Return `sub` and what the scopes allow beyond it (OIDC Core 5.4)."""
        claims: dict[str, object] = {"sub": subject_of(self.name)}
        if "profile" in scope:
            claims |= self._profile(settings)
        if "email" in scope:
            claims |= {"email": self.email, "email_verified": True}
        return claims

    def _profile(self, settings: Settings) -> dict[str, object]:
        return {
            "name": self.full_name,
            "given_name": self.given_name,
            "family_name": self.family_name,
            "nickname": self.name,
            "preferred_username": self.name,
            "picture": settings.url(f"people/{self.name}.svg"),
            "locale": self.locale,
            "zoneinfo": self.zoneinfo,
            "updated_at": self.updated_at,
        }


def subject_of(name: str) -> str:
    """Return the `sub` claim: never changes, at most 255 ASCII characters (OIDC Core 2)."""
    return f"local|{name}"


def demo_password(name: str) -> str:
    """Return the password that the login page tells everybody."""
    return f"{name}-password"


def add_demo_people(db: sqlite3.Connection, randomness: Randomness, now: int) -> None:
    """Add the demo people who are missing."""
    known = {row["name"] for row in db.execute("SELECT name FROM people")}
    for name, *rest in DEMO_PEOPLE:
        if name not in known:
            kept = hash_password(demo_password(name), randomness(SALT_BYTES))
            db.execute("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)", (name, *rest, kept, now))


def normalize_name(typed: str) -> str:
    """Return the one spelling of what may be typed for the same person."""
    return typed.strip().lower().removesuffix(f"@{EMAIL_DOMAIN}")


def find_person(db: sqlite3.Connection, name: str | None) -> Person | None:
    """Return a person by name or email, in upper or lower case; None if there is none."""
    row = db.execute(
        "SELECT * FROM people WHERE name = ?", (normalize_name(name or ""),)
    ).fetchone()
    return None if row is None else Person(**row)


def authenticate(db: sqlite3.Connection, name: str, password: str) -> Person | None:
    """Return who has this name and password, or None.

    Somebody unknown costs the same time as a wrong password: the answer's delay names nobody.
    """
    person = find_person(db, name)
    kept = person.password_hash if person else _any_password_hash(db)
    return person if is_password_right(password, kept) else None


def is_code_right(code: str) -> bool:
    """Return whether a one-time code is the one that the login page tells everybody."""
    return hmac.compare_digest(code.strip().encode(), DEMO_CODE.encode())


def hash_password(password: str, salt: bytes) -> str:
    """Return `SALT$HASH`, in hexadecimal."""
    return f"{salt.hex()}${_scrypt(password, salt).hex()}"


def is_password_right(password: str, kept: str) -> bool:
    """Compare in a time that tells nothing about how much was right."""
    salt, _, expected = kept.partition("$")
    if len(password) > MAX_PASSWORD_LENGTH:
        return False
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), bytes.fromhex(expected))


def _any_password_hash(db: sqlite3.Connection) -> str:
    return str(db.execute("SELECT password_hash FROM people LIMIT 1").fetchone()[0])


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=SCRYPT_COST, r=8, p=1, dklen=32)
