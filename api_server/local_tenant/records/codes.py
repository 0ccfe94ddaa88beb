"""What is good once and for a minute: authorization codes, and pushed requests (RFC 9126)."""

import hmac
import re
import sqlite3
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from api_server.bearer.strict_encoding import encode_base64url
from api_server.local_tenant.errors import BrowserStopped, RequestRefused
from api_server.local_tenant.records.database import digest
from api_server.local_tenant.records.grants import revoke_grant
from api_server.local_tenant.records.tenant import Tenant

VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
"""RFC 7636 4.1."""

REQUEST_URI_PREFIX: Final = "urn:ietf:params:oauth:request_uri:"
"""RFC 9126 2.2, registered by RFC 9101 for it."""

PUSHED_LIFETIME_SECONDS: Final = 90
"""Time for a browser to start (RFC 9126 2.2: 5 to 600)."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a code is bound to."""

    grant_id: str
    redirect_uri: str
    code_challenge: str
    dpop_jkt: str | None
    expires_at: int


def add_code(
    db: sqlite3.Connection,
    tenant: Tenant,
    grant_id: str,
    *,
    redirect_uri: str,
    code_challenge: str,
    dpop_jkt: str | None,
) -> str:
    """Make a code for a grant."""
    secret = tenant.draw_secret()
    expires_at = tenant.now() + tenant.settings.code_lifetime_seconds
    db.execute(
        "INSERT INTO codes VALUES (?, ?, ?, ?, 0, ?, ?)",
        (digest(secret), grant_id, redirect_uri, code_challenge, expires_at, dpop_jkt),
    )
    return secret


def use_code(db: sqlite3.Connection, secret: str) -> Code:
    """Use up a code, even where the rest of the request is wrong; raise RequestRefused.

    A second use means that somebody else has it: all that came of it ends (RFC 9700 4.5.3).
    """
    row = db.execute("SELECT * FROM codes WHERE digest = ?", (digest(secret),)).fetchone()
    if row is None:
        raise RequestRefused("invalid_grant", "The code is unknown.")
    if row["used"]:
        revoke_grant(db, row["grant_id"])
        raise RequestRefused("invalid_grant", "The code was used before; its tokens are revoked.")
    db.execute("UPDATE codes SET used = 1 WHERE digest = ?", (digest(secret),))
    return Code(**{name: row[name] for name in Code.__slots__})


def check_code(
    code: Code, redirect_uri: str | None, verifier: str | None, jkt: str | None, now: int
) -> None:
    """Check what a code is bound to; raise RequestRefused.

    That is an address, a verifier and perhaps a key (RFC 6749 4.1.3, RFC 7636 4.6, RFC 9449 10).
    """
    if code.expires_at <= now:
        raise RequestRefused("invalid_grant", "The code has expired.")
    if redirect_uri != code.redirect_uri:
        raise RequestRefused("invalid_grant", "The redirect_uri is not the one of the request.")
    if verifier is None or not VERIFIER.fullmatch(verifier):
        raise RequestRefused("invalid_grant", "The code_verifier is missing or malformed.")
    if not hmac.compare_digest(challenge_of(verifier), code.code_challenge):
        raise RequestRefused("invalid_grant", "The code_verifier is wrong.")
    if code.dpop_jkt not in (None, jkt):
        raise RequestRefused("invalid_grant", "The proof is not of the key that dpop_jkt named.")


def challenge_of(verifier: str) -> str:
    """Return BASE64URL(SHA-256(verifier)) (RFC 7636 4.2)."""
    return encode_base64url(sha256(verifier.encode("ascii")).digest())


def add_pushed_request(db: sqlite3.Connection, query: str, tenant: Tenant) -> str:
    """Keep the query of a request; return its `request_uri`, which nobody can guess."""
    secret = tenant.draw_secret()
    db.execute("DELETE FROM pushed_requests WHERE expires_at <= ?", (tenant.now(),))
    row = (digest(secret), query, tenant.now() + PUSHED_LIFETIME_SECONDS)
    db.execute("INSERT INTO pushed_requests VALUES (?, ?, ?)", row)
    return REQUEST_URI_PREFIX + secret


def use_pushed_request(db: sqlite3.Connection, request_uri: str, tenant: Tenant) -> str:
    """Return the query of a request, once (RFC 9126 4, 7.3); raise BrowserStopped."""
    row = db.execute(
        "DELETE FROM pushed_requests WHERE digest = ? RETURNING query, expires_at",
        (digest(request_uri.removeprefix(REQUEST_URI_PREFIX)),),
    ).fetchone()
    if row is None or row["expires_at"] <= tenant.now():
        raise BrowserStopped(
            "This request is over",
            "It was opened before, or waited too long. Go back to the app and start again.",
        )
    return str(row["query"])
