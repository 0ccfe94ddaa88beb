"""Sign-ins that have begun: requests of apps and devices that wait for their person."""

import sqlite3
from dataclasses import dataclass, field
from typing import Final

from api_server.local_tenant.records.browsers import Browser, keep_browser
from api_server.local_tenant.records.opaque import digest
from api_server.local_tenant.tenant import Tenant

LIFETIME_SECONDS: Final = 900
"""Time enough to look for a password; the app itself waits five minutes."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One attempt; `signed_in` says that the person has shown who they are since it began."""

    secret: str = field(repr=False)
    query: str = ""
    device_code: str | None = None
    signed_in: bool = False


def add_sign_in(
    db: sqlite3.Connection,
    browser: Browser,
    tenant: Tenant,
    *,
    query: str = "",
    device_code: str | None = None,
) -> SignIn:
    """Remember what a browser asked for, and the browser for as long.

    That is the query of an authorization request, or the digest of a device code.
    """
    expires_at = tenant.now() + LIFETIME_SECONDS
    keep_browser(db, browser, expires_at)
    db.execute("DELETE FROM sign_ins WHERE expires_at <= ?", (tenant.now(),))
    sign_in = SignIn(tenant.secret(), query, device_code)
    db.execute(
        "INSERT INTO sign_ins VALUES (?, ?, ?, ?, 0, ?)",
        (digest(sign_in.secret), browser.digest, query, device_code, expires_at),
    )
    return sign_in


def find_sign_in(db: sqlite3.Connection, secret: str, browser: Browser, now: int) -> SignIn | None:
    """Look one up; only the browser that began it can go on with it."""
    row = db.execute(
        "SELECT * FROM sign_ins WHERE digest = ? AND browser = ? AND expires_at > ?",
        (digest(secret), browser.digest, now),
    ).fetchone()
    if row is None:
        return None
    return SignIn(secret, row["query"], row["device_code"], bool(row["signed_in"]))


def mark_signed_in(db: sqlite3.Connection, sign_in: SignIn) -> None:
    """Note that the person has shown who they are, as `prompt` or `max_age` may demand."""
    db.execute("UPDATE sign_ins SET signed_in = 1 WHERE digest = ?", (digest(sign_in.secret),))


def end_sign_in(db: sqlite3.Connection, sign_in: SignIn) -> None:
    """Forget one: it is answered once only."""
    db.execute("DELETE FROM sign_ins WHERE digest = ?", (digest(sign_in.secret),))
