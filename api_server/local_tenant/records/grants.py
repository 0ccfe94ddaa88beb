"""Grants: what a person allowed once. Code, refresh tokens and access tokens hang on one."""

import sqlite3
from dataclasses import dataclass

from api_server.local_tenant.access_request import AccessRequest
from api_server.local_tenant.endpoints.oauth_error import OAuthError
from api_server.local_tenant.records.browsers import Browser
from api_server.local_tenant.tenant import Tenant


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


def make_grant(
    db: sqlite3.Connection,
    tenant: Tenant,
    asked: AccessRequest,
    browser: Browser,
    nonce: str | None = None,
) -> Grant:
    """Grant who is signed in what was asked for; raises OAuthError if nobody is."""
    if browser.person is None or browser.auth_time is None:
        raise OAuthError("login_required", "Nobody is signed in.")
    grant = Grant(
        id=tenant.secret(),
        person=browser.person,
        client_id=asked.client_id,
        scope=asked.scope,
        audience=asked.audience,
        nonce=nonce,
        sid=browser.sid,
        auth_time=browser.auth_time,
    )
    _add(db, grant, tenant)
    return grant


def _add(db: sqlite3.Connection, grant: Grant, tenant: Tenant) -> None:
    # and drop those of which nothing can be alive any more
    db.execute("DELETE FROM grants WHERE expires_at <= ?", (tenant.now(),))
    values = (
        grant.id,
        grant.person,
        grant.client_id,
        " ".join(grant.scope),
        grant.audience,
        grant.nonce,
        grant.sid,
        grant.auth_time,
    )
    db.execute("INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)", (*values, _end(tenant)))


def find_grant(db: sqlite3.Connection, grant_id: str) -> Grant | None:
    """Look one up that has not been revoked."""
    row = db.execute(
        "SELECT id, person, client_id, scope, audience, nonce, sid, auth_time"
        " FROM grants WHERE id = ? AND NOT revoked",
        (grant_id,),
    ).fetchone()
    return None if row is None else Grant(**{**row, "scope": tuple(row["scope"].split())})


def prolong_grant(db: sqlite3.Connection, grant_id: str, tenant: Tenant) -> None:
    """Keep a grant as long as the tokens that were made of it just now."""
    db.execute("UPDATE grants SET expires_at = ? WHERE id = ?", (_end(tenant), grant_id))


def revoke_grant(db: sqlite3.Connection, grant_id: str) -> None:
    """End everything that came of a grant, and keep the row to know a replay for one."""
    db.execute("UPDATE grants SET revoked = 1 WHERE id = ?", (grant_id,))


def _end(tenant: Tenant) -> int:
    settings = tenant.settings
    return tenant.now() + max(
        settings.code_lifetime_seconds,
        settings.device_code_lifetime_seconds,
        settings.access_token_lifetime_seconds,
        settings.refresh_token_lifetime_seconds,
    )
