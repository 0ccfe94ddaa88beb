"""The tokens of a grant: access tokens, refresh tokens, ID tokens.

Access tokens are signed JWTs (RFC 9068), of which the tenant remembers which it took back.
Refresh tokens rotate: each is good for one use (RFC 9700 4.14.2).
"""

import sqlite3
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from api_server.bearer.strict_encoding import encode_base64url
from api_server.local_tenant.errors import RequestRefused, TokenInvalid
from api_server.local_tenant.records.database import digest
from api_server.local_tenant.records.grants import Grant, find_grant, revoke_grant
from api_server.local_tenant.records.people import ACR, Person, subject_of
from api_server.local_tenant.records.tenant import Tenant

ACCESS_TYP: Final = "at+jwt"
"""RFC 9068 2.1."""

ID_TYP: Final = "JWT"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A valid access token, with its grant and its scopes."""

    jti: str
    grant: Grant
    scope: tuple[str, ...]
    jkt: str | None
    """The thumbprint of the key that it is bound to."""


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token that may be used now."""

    secret: str = field(repr=False)
    grant: Grant


def add_access_token(
    db: sqlite3.Connection, tenant: Tenant, grant: Grant, scope: tuple[str, ...]
) -> str:
    """Sign a new access token; it is for userinfo where no API was asked for."""
    now, settings = tenant.now(), tenant.settings
    expires_at = now + settings.access_token_lifetime_seconds
    jti = tenant.draw_secret()
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
        "acr": grant.acr,
        "jti": jti,
    }
    if grant.jkt is not None:
        claims["cnf"] = {"jkt": grant.jkt}
    return tenant.keys.sign(claims, ACCESS_TYP)


def find_access_token(db: sqlite3.Connection, token: str, tenant: Tenant) -> AccessToken | None:
    """Return an access token that is alive, as a resource of the tenant checks it; else None."""
    try:
        claims = tenant.keys.verify(token, ACCESS_TYP)
    except TokenInvalid:
        return None
    row = db.execute(
        "SELECT * FROM access_tokens WHERE jti = ? AND expires_at > ?",
        (str(claims.get("jti")), tenant.now()),
    ).fetchone()
    grant = None if row is None else find_grant(db, row["grant_id"])
    if grant is None:
        return None
    bound = claims.get("cnf")
    jkt = str(bound.get("jkt")) if isinstance(bound, dict) else None
    return AccessToken(row["jti"], grant, tuple(str(claims.get("scope")).split()), jkt)


def revoke_access_token(db: sqlite3.Connection, token: AccessToken) -> None:
    """Revoke an access token: userinfo refuses it at once, an API once it has expired."""
    db.execute("DELETE FROM access_tokens WHERE jti = ?", (token.jti,))


def add_refresh_token(db: sqlite3.Connection, grant_id: str, tenant: Tenant) -> str:
    """Add the next token of a grant."""
    secret = tenant.draw_secret()
    expires_at = tenant.now() + tenant.settings.refresh_token_lifetime_seconds
    db.execute(
        "INSERT INTO refresh_tokens VALUES (?, ?, 0, ?)", (digest(secret), grant_id, expires_at)
    )
    return secret


def check_refresh_token(db: sqlite3.Connection, secret: str, now: int) -> RefreshToken:
    """Return a token that may be used; raise RequestRefused.

    One that was used before is in two hands, and nobody can tell whose are the right ones: the
    whole family ends.
    """
    row = _refresh_row(db, secret)
    if row is None:
        raise RequestRefused("invalid_grant", "The refresh token is unknown.")
    if row["used"]:
        revoke_grant(db, row["grant_id"])
        raise RequestRefused("invalid_grant", "The refresh token was used before; all are revoked.")
    grant = find_grant(db, row["grant_id"])
    if grant is None:
        raise RequestRefused("invalid_grant", "The refresh token was revoked.")
    if row["expires_at"] <= now:
        raise RequestRefused("invalid_grant", "The refresh token has expired.")
    return RefreshToken(secret, grant)


def use_refresh_token(db: sqlite3.Connection, token: RefreshToken) -> None:
    """Use up a refresh token, in the transaction that checked it."""
    db.execute("UPDATE refresh_tokens SET used = 1 WHERE digest = ?", (digest(token.secret),))


def find_family(db: sqlite3.Connection, secret: str) -> Grant | None:
    """Return the grant of a refresh token, used or not."""
    row = _refresh_row(db, secret)
    return None if row is None else find_grant(db, row["grant_id"])


def _refresh_row(db: sqlite3.Connection, secret: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM refresh_tokens WHERE digest = ?", (digest(secret),)
    ).fetchone()
    return row


def make_id_token(
    tenant: Tenant,
    grant: Grant,
    person: Person,
    access_token: str,
    scope: tuple[str, ...],
    nonce: str | None,
) -> str:
    """Sign who the person is and how they showed it (OIDC Core 2)."""
    now, settings = tenant.now(), tenant.settings
    claims: dict[str, object] = {
        **person.claims(scope, settings),
        "iss": settings.issuer,
        "aud": grant.client_id,
        "azp": grant.client_id,
        "iat": now,
        "exp": now + settings.id_token_lifetime_seconds,
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "amr": list(ACR[grant.acr]),
        "sid": grant.sid,
        "at_hash": at_hash(access_token),
    }
    if nonce is not None:
        claims["nonce"] = nonce
    return tenant.keys.sign(claims, ID_TYP)


def at_hash(access_token: str) -> str:
    """Return the left half of the access token's SHA-256 (OIDC Core 3.1.3.6)."""
    return encode_base64url(sha256(access_token.encode("ascii")).digest()[:16])


def read_id_token_hint(hint: str | None, tenant: Tenant) -> str | None:
    """Return the `sub` of an `id_token_hint`, which may have expired; None if it is not ours."""
    try:
        claims = tenant.keys.verify(hint or "", ID_TYP)
    except TokenInvalid:
        return None
    ours = (tenant.settings.issuer, tenant.settings.client_id)
    if (claims.get("iss"), claims.get("aud")) != ours:
        return None
    return str(claims.get("sub"))
