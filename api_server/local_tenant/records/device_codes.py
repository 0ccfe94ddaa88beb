"""Devices that wait until somebody allows them (RFC 8628), and the codes that people type."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from api_server.local_tenant.errors import RequestRefused
from api_server.local_tenant.records.browsers import Browser
from api_server.local_tenant.records.database import digest
from api_server.local_tenant.records.grants import (
    AccessRequest,
    Grant,
    add_grant,
    find_grant,
    revoke_grant,
)
from api_server.local_tenant.records.people import ONE_FACTOR
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.settings import Randomness

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:device_code"

SLOW_DOWN_SECONDS: Final = 5
"""What each `slow_down` adds to the interval, from then on (RFC 8628 3.5)."""

KEPT_SECONDS: Final = 3600
"""After its end a code is still known as expired, rather than unknown."""

ALWAYS_ASK: Final = frozenset({"consent"})
"""RFC 8628 5.4: the device may be somebody else's, so the person is asked each time."""

ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so no words; no digits, so nothing to mistake one for."""

USER_CODE_LENGTH: Final = 8
"""20^8 codes: against the tries that are allowed, next to no chance (RFC 8628 5.1)."""

FAIR_BYTES: Final = 256 - 256 % len(ALPHABET)
"""Bytes from here on are drawn again, or the first letters would come more often."""


@dataclass(frozen=True, slots=True)
class DeviceRequest(AccessRequest):
    """What a device asks for; `digest` is that of its code."""

    digest: str
    user_code: str


def add_device(
    db: sqlite3.Connection,
    tenant: Tenant,
    client_id: str,
    scope: tuple[str, ...],
    audience: str | None,
) -> tuple[str, str]:
    """Add a device that waits; return its device code and user code."""
    now, settings = tenant.now(), tenant.settings
    db.execute("DELETE FROM device_codes WHERE expires_at <= ?", (now - KEPT_SECONDS,))
    secret, user_code = tenant.draw_secret(), _unused_user_code(db, tenant)
    asked = (digest(secret), user_code, client_id, " ".join(scope), audience)
    waits = (settings.device_interval_seconds, now + settings.device_code_lifetime_seconds)
    db.execute(
        "INSERT INTO device_codes (digest, user_code, client_id, scope, audience,"
        " interval_seconds, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*asked, *waits),
    )
    return secret, user_code


def find_device_by_user_code(
    db: sqlite3.Connection, typed: str, tenant: Tenant
) -> DeviceRequest | None:
    """Return the device that waits with this code, or None."""
    row = db.execute(
        "SELECT digest FROM device_codes WHERE user_code = ?", (normalize_user_code(typed),)
    ).fetchone()
    return None if row is None else find_device(db, row["digest"], tenant.now())


def find_device(db: sqlite3.Connection, code_digest: str, now: int) -> DeviceRequest | None:
    """Return a device that still waits, or None."""
    row = db.execute(
        "SELECT * FROM device_codes WHERE digest = ? AND state = 'pending' AND expires_at > ?",
        (code_digest, now),
    ).fetchone()
    if row is None:
        return None
    return DeviceRequest(
        client_id=row["client_id"],
        scope=tuple(row["scope"].split()),
        audience=row["audience"],
        prompt=ALWAYS_ASK,
        max_age_seconds=None,
        login_hint=None,
        acr=ONE_FACTOR,
        digest=row["digest"],
        user_code=row["user_code"],
    )


def allow_device(
    db: sqlite3.Connection, tenant: Tenant, device: DeviceRequest, browser: Browser
) -> None:
    """Grant a device what it asked for, as who is signed in."""
    grant = add_grant(db, tenant, device, browser)
    db.execute(
        "UPDATE device_codes SET state = 'allowed', grant_id = ? WHERE digest = ?",
        (grant.id, device.digest),
    )


def deny_device(db: sqlite3.Connection, device: DeviceRequest) -> None:
    """Refuse a device."""
    db.execute("UPDATE device_codes SET state = 'denied' WHERE digest = ?", (device.digest,))


def use_device_code(db: sqlite3.Connection, secret: str, now: int) -> Grant | None:
    """Return what a device was granted, once; raise RequestRefused while there is nothing."""
    row = db.execute("SELECT * FROM device_codes WHERE digest = ?", (digest(secret),)).fetchone()
    if row is None:
        raise RequestRefused("invalid_grant", "The device code is unknown.")
    if row["state"] == "used":
        revoke_grant(db, row["grant_id"])
        raise RequestRefused("invalid_grant", "The device code was used before; all is revoked.")
    if row["expires_at"] <= now:
        raise RequestRefused("expired_token", "The device code has expired.")
    if row["state"] == "denied":
        raise RequestRefused("access_denied", "The person denied access.")
    if row["state"] == "pending":
        _count_poll(db, row, now)
        raise RequestRefused("authorization_pending", "The person has not decided yet.")
    db.execute("UPDATE device_codes SET state = 'used' WHERE digest = ?", (row["digest"],))
    return find_grant(db, row["grant_id"])


def _count_poll(db: sqlite3.Connection, row: sqlite3.Row, now: int) -> None:
    """Keep when a device asked; raise RequestRefused if that was too soon (RFC 8628 3.5)."""
    interval: int = row["interval_seconds"]
    too_soon = row["polled_at"] is not None and now < row["polled_at"] + interval
    interval += SLOW_DOWN_SECONDS if too_soon else 0
    db.execute(
        "UPDATE device_codes SET polled_at = ?, interval_seconds = ? WHERE digest = ?",
        (now, interval, row["digest"]),
    )
    if too_soon:
        raise RequestRefused("slow_down", f"Ask every {interval} seconds at most.")


def _unused_user_code(db: sqlite3.Connection, tenant: Tenant) -> str:
    while True:
        user_code = draw_user_code(tenant.randomness)
        query = "SELECT 1 FROM device_codes WHERE user_code = ?"
        if db.execute(query, (user_code,)).fetchone() is None:
            return user_code


def draw_user_code(randomness: Randomness) -> str:
    """Draw a code, without its dash."""
    letters = ""
    while len(letters) < USER_CODE_LENGTH:
        fair = [byte for byte in randomness(USER_CODE_LENGTH) if byte < FAIR_BYTES]
        letters += "".join(ALPHABET[byte % len(ALPHABET)] for byte in fair)
    return letters[:USER_CODE_LENGTH]


def format_user_code(user_code: str) -> str:
    """Return a code with the dash that makes it easy to read."""
    return f"{user_code[:4]}-{user_code[4:]}"


def normalize_user_code(text: str) -> str:
    """Return a typed code without what people add or leave out: case, spaces, dashes."""
    return "".join(letter for letter in text.upper() if letter in ALPHABET)
