"""Grants: what was asked for, and what a person allowed. Every token belongs to one."""

import sqlite3
from dataclasses import asdict, dataclass
from typing import Final

from api_server.local_tenant.errors import RequestRefused
from api_server.local_tenant.records.browsers import Browser
from api_server.local_tenant.records.people import ONE_FACTOR
from api_server.local_tenant.records.tenant import Tenant

SCOPES: Final = {
    "openid": "Know that it is you",
    "profile": "See your name, picture, language and time zone",
    "email": "See your email address",
    "offline_access": "Keep you signed in while you are away",
    "read:messages": "Read your messages at the API",
    "write:messages": "Write messages at the API",
}
"""Every scope that can be granted, with what the consent page says of it."""


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Who wants what, and how the person is to be asked (OIDC Core 3.1.2.1)."""

    client_id: str
    scope: tuple[str, ...]
    audience: str | None
    prompt: frozenset[str]
    max_age_seconds: int | None
    login_hint: str | None
    acr: str
    """How strongly the person must have signed in, at least (RFC 9470 5)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Who allowed whom what; `audience` is None where no API was asked for."""

    id: str
    person: str
    client_id: str
    scope: tuple[str, ...]
    audience: str | None
    nonce: str | None
    sid: str
    auth_time: int
    jkt: str | None = None
    """The thumbprint of the key that its tokens are bound to (RFC 9449 6.1)."""
    acr: str = ONE_FACTOR
    """How strongly the person signed in."""


def add_grant(
    db: sqlite3.Connection,
    tenant: Tenant,
    asked: AccessRequest,
    browser: Browser,
    nonce: str | None = None,
) -> Grant:
    """Grant what was asked for, as who is signed in; raise RequestRefused if nobody is."""
    if browser.person is None or browser.auth_time is None:
        raise RequestRefused("login_required", "Nobody is signed in.")
    grant = Grant(
        id=tenant.draw_secret(),
        person=browser.person,
        client_id=asked.client_id,
        scope=asked.scope,
        audience=asked.audience,
        nonce=nonce,
        sid=browser.sid,
        auth_time=browser.auth_time,
        acr=browser.acr,
    )
    # and drop those of which nothing can be alive any more
    db.execute("DELETE FROM grants WHERE expires_at <= ?", (tenant.now(),))
    db.execute(
        "INSERT INTO grants VALUES"
        " (:id, :person, :client_id, :scope, :audience, :nonce, :sid, :auth_time, 0, :end,"
        " :jkt, :acr)",
        {**asdict(grant), "scope": " ".join(grant.scope), "end": _end(tenant)},
    )
    return grant


def find_grant(db: sqlite3.Connection, grant_id: str) -> Grant | None:
    """Return a grant that has not been revoked, or None."""
    query = "SELECT * FROM grants WHERE id = ? AND NOT revoked"
    row = db.execute(query, (grant_id,)).fetchone()
    if row is None:
        return None
    members = {name: row[name] for name in Grant.__slots__}
    return Grant(**{**members, "scope": tuple(row["scope"].split())})


def renew_grant(db: sqlite3.Connection, grant: Grant, tenant: Tenant) -> None:
    """Keep a grant as long as the tokens made of it just now, bound to the key that they are."""
    query = "UPDATE grants SET expires_at = ?, jkt = ? WHERE id = ?"
    db.execute(query, (_end(tenant), grant.jkt, grant.id))


def revoke_grant(db: sqlite3.Connection, grant_id: str) -> None:
    """End everything that came of a grant, and keep the row to recognise a replay."""
    db.execute("UPDATE grants SET revoked = 1 WHERE id = ?", (grant_id,))


def has_consented(db: sqlite3.Connection, asked: AccessRequest, browser: Browser) -> bool:
    """Return whether who is signed in has allowed each of these scopes before."""
    rows = db.execute(
        "SELECT scope FROM consents WHERE person = ? AND client_id = ?",
        (browser.person, asked.client_id),
    )
    return set(asked.scope) <= {row["scope"] for row in rows}


def remember_consent(db: sqlite3.Connection, asked: AccessRequest, browser: Browser) -> None:
    """Keep what was allowed, scope by scope."""
    rows = [(browser.person, asked.client_id, scope) for scope in asked.scope]
    db.executemany("INSERT OR IGNORE INTO consents VALUES (?, ?, ?)", rows)


def _end(tenant: Tenant) -> int:
    settings = tenant.settings
    return tenant.now() + max(
        settings.code_lifetime_seconds,
        settings.device_code_lifetime_seconds,
        settings.access_token_lifetime_seconds,
        settings.refresh_token_lifetime_seconds,
    )
