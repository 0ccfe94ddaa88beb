"""Refresh tokens, which rotate: each is good for one use (RFC 9700 4.14.2)."""

import sqlite3
from dataclasses import dataclass, field

from api_server.local_tenant.endpoints.oauth_error import OAuthError
from api_server.local_tenant.records.grants import Grant, find_grant, revoke_grant
from api_server.local_tenant.records.opaque import digest
from api_server.local_tenant.tenant import Tenant


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One that may be used now."""

    secret: str = field(repr=False)
    grant: Grant


def add_refresh_token(db: sqlite3.Connection, grant_id: str, tenant: Tenant) -> str:
    """Make the next token of a family."""
    secret = tenant.secret()
    expires_at = tenant.now() + tenant.settings.refresh_token_lifetime_seconds
    db.execute(
        "INSERT INTO refresh_tokens VALUES (?, ?, 0, ?)", (digest(secret), grant_id, expires_at)
    )
    return secret


def check_refresh_token(db: sqlite3.Connection, secret: str, now: int) -> RefreshToken:
    """Look up a token that may be used; raises OAuthError.

    One that was used before is in two hands, and nobody can tell whose are the right ones: the
    whole family ends.
    """
    row = _row(db, secret)
    if row is None:
        raise OAuthError("invalid_grant", "The refresh token is unknown.")
    if row["used"]:
        revoke_grant(db, row["grant_id"])
        raise OAuthError("invalid_grant", "The refresh token was used before; all are revoked.")
    grant = find_grant(db, row["grant_id"])
    if grant is None:
        raise OAuthError("invalid_grant", "The refresh token was revoked.")
    if row["expires_at"] <= now:
        raise OAuthError("invalid_grant", "The refresh token has expired.")
    return RefreshToken(secret, grant)


def use_refresh_token(db: sqlite3.Connection, token: RefreshToken) -> None:
    """Use one up, in the transaction that checked it."""
    db.execute("UPDATE refresh_tokens SET used = 1 WHERE digest = ?", (digest(token.secret),))


def find_family(db: sqlite3.Connection, secret: str) -> Grant | None:
    """Tell which grant a refresh token belongs to, used or not."""
    row = _row(db, secret)
    return None if row is None else find_grant(db, row["grant_id"])


def _row(db: sqlite3.Connection, secret: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM refresh_tokens WHERE digest = ?", (digest(secret),)
    ).fetchone()
    return row
