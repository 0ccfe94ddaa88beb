"""ID tokens (OIDC Core 2)."""

from hashlib import sha256
from typing import Final

from api_server.local_tenant.claims import claims_about
from api_server.local_tenant.records.grants import Grant
from api_server.local_tenant.records.opaque import base64url
from api_server.local_tenant.records.people import Person, subject_of
from api_server.local_tenant.records.signing_keys import TokenInvalidError
from api_server.local_tenant.tenant import Tenant

TYPE: Final = "JWT"
ACR: Final = "1"
"""Lowest level of assurance of ISO/IEC 29115: a password, and a public one at that."""

AMR: Final = ("pwd",)
"""RFC 8176 2."""


def make_id_token(
    tenant: Tenant,
    grant: Grant,
    person: Person,
    access_token: str,
    scope: tuple[str, ...],
    nonce: str | None,
) -> str:
    """Sign who the person is and how they showed it."""
    now, settings = tenant.now(), tenant.settings
    claims: dict[str, object] = {
        **claims_about(person, scope, settings),
        "iss": settings.issuer,
        "aud": grant.client_id,
        "azp": grant.client_id,
        "iat": now,
        "exp": now + settings.id_token_lifetime_seconds,
        "auth_time": grant.auth_time,
        "acr": ACR,
        "amr": list(AMR),
        "sid": grant.sid,
        "at_hash": at_hash(access_token),
    }
    if nonce is not None:
        claims["nonce"] = nonce
    return tenant.keys.sign(claims, TYPE)


def at_hash(access_token: str) -> str:
    """Give the left half of the access token's SHA-256 (OIDC Core 3.1.3.6)."""
    return base64url(sha256(access_token.encode("ascii")).digest()[:16])


def read_hint(hint: str, tenant: Tenant) -> tuple[str, str] | None:
    """Give (sub, sid) of an `id_token_hint`, which may have expired; None if not one of ours."""
    try:
        claims = tenant.keys.verify(hint, TYPE)
    except TokenInvalidError:
        return None
    ours = (tenant.settings.issuer, tenant.settings.client_id)
    if (claims.get("iss"), claims.get("aud")) != ours:
        return None
    return str(claims.get("sub")), str(claims.get("sid"))


def is_about(hint: tuple[str, str], person: str | None) -> bool:
    """Tell whether a hint speaks of this person."""
    return person is not None and hint[0] == subject_of(person)
