"""Access tokens: signed JWTs (RFC 9068), of which the tenant remembers which it took back."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from api_server.local_tenant.records.grants import Grant, find_grant
from api_server.local_tenant.records.people import subject_of
from api_server.local_tenant.records.signing_keys import TokenInvalidError
from api_server.local_tenant.tenant import Tenant

TYPE: Final = "at+jwt"
"""RFC 9068 2.1."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """One that is alive, with the grant that it came of and the scopes that it carries."""

    jti: str
    grant: Grant
    scope: tuple[str, ...]


def make_access_token(
    db: sqlite3.Connection, tenant: Tenant, grant: Grant, scope: tuple[str, ...]
) -> str:
    """Sign a new one; for the tenant's own userinfo where no API was asked for."""
    now, settings = tenant.now(), tenant.settings
    expires_at = now + settings.access_token_lifetime_seconds
    jti = tenant.secret()
    db.execute("DELETE FROM access_tokens WHERE expires_at <= ?", (now,))
    db.execute("INSERT INTO access_tokens VALUES (?, ?, ?)", (jti, grant.id, expires_at))
    claims: dict[str, object] = {
        "iss": settings.issuer,
        "sub": subject_of(grant.person),
        "aud": grant.audience or settings.url("userinfo"),
        "client_id": grant.client_id,
        "scope": " ".join(scope),
        "iat": now,
        "exp": expires_at,
        "auth_time": grant.auth_time,
        "jti": jti,
    }
    return tenant.keys.sign(claims, TYPE)


def find_access_token(db: sqlite3.Connection, token: str, tenant: Tenant) -> AccessToken | None:
    """Check one as a resource of the tenant does; None if it is not alive."""
    try:
        claims = tenant.keys.verify(token, TYPE)
    except TokenInvalidError:
        return None
    row = db.execute(
        "SELECT * FROM access_tokens WHERE jti = ? AND expires_at > ?",
        (str(claims.get("jti")), tenant.now()),
    ).fetchone()
    grant = None if row is None else find_grant(db, row["grant_id"])
    if grant is None:
        return None
    return AccessToken(row["jti"], grant, tuple(str(claims.get("scope")).split()))


def revoke_access_token(db: sqlite3.Connection, token: AccessToken) -> None:
    """Forget one: userinfo refuses it from now on. An API cannot know before it expires."""
    db.execute("DELETE FROM access_tokens WHERE jti = ?", (token.jti,))
