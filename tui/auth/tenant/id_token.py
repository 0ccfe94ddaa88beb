"""The checks of an ID token (OpenID Connect Core 3.1.3.7, 3.1.3.8 and 12.2)."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tui.auth.tenant.key_set import ALGORITHMS, KeySet, signed_claims
from tui.base64url import encode_base64url
from tui.errors import IdTokenRejected
from tui.json_value import Claims, Json, seconds_in
from tui.moments import duration
from tui.text import printable

LEEWAY_SECONDS: Final = 60
"""For clocks that differ: this machine's and the tenant's."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must say to be the answer to what was asked."""

    issuer: str
    client_id: str
    nonce: str | None = field(default=None, repr=False)
    """None at a renewal, where the tenant may leave it out."""
    subject: str | None = None
    """At a renewal: who the session is for."""
    access_token: str | None = field(default=None, repr=False)
    """What `at_hash` is compared with."""
    max_age_seconds: int | None = None
    """What was asked for; makes `auth_time` required."""
    organization: str = ""
    """What was asked for, by its identifier or its name; makes `org_id` or `org_name` required."""


def verify_id_token(token: str, keys: KeySet, expected: Expected, now: datetime) -> Claims:
    """Verify signature and claims; return the claims.

    Raises:
        UnknownKey: no key fits; with fresh keys it may be tried once more.
        IdTokenRejected: names the claim, what was expected and what came.
    """
    claims, algorithm = signed_claims(token, keys)
    _check_parties(claims, expected)
    _check_times(claims, expected, now.timestamp())
    if expected.nonce is not None and not _same(claims.get("nonce"), expected.nonce):
        raise IdTokenRejected("The ID token's nonce is not this sign-in's. Sign in again.")
    if expected.access_token is not None and "at_hash" in claims:
        _check_at_hash(claims["at_hash"], expected.access_token, algorithm)
    return claims


def verify_userinfo(token: str, keys: KeySet, issuer: str, client_id: str) -> Claims:
    """Verify a signed userinfo response (Core 5.3.2); return the claims.

    Raises:
        UnknownKey: no key fits; with fresh keys it may be tried once more.
        IdTokenRejected: not signed by the tenant, or for somebody else.
    """
    claims, _algorithm = signed_claims(token, keys)
    # Both SHOULD be there; where they are not, the connection alone says who answered.
    if "iss" in claims and not is_issuer(claims["iss"], issuer):
        raise _unexpected("iss", issuer, claims["iss"])
    audience = claims.get("aud", client_id)
    if client_id not in (audience if isinstance(audience, list) else [audience]):
        raise _unexpected("aud", client_id, audience)
    return claims


def is_issuer(found: Json, expected: str) -> bool:
    """Return whether `iss` names the expected issuer: to the letter, but for Google."""
    # Google documents both spellings, and says to take either.
    google = ("https://accounts.google.com", "accounts.google.com")
    return found == expected or (expected, found) == google


def expiry(claims: Claims) -> datetime:
    """Return when a verified ID token expires."""
    return datetime.fromtimestamp(_seconds(claims, "exp"), UTC)


def _check_parties(claims: Claims, expected: Expected) -> None:
    if not is_issuer(claims.get("iss"), expected.issuer):
        raise _unexpected("iss", expected.issuer, claims.get("iss"))
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences:
        raise _unexpected("aud", expected.client_id, audience)
    authorized = claims.get("azp")
    if authorized != expected.client_id and (authorized is not None or len(audiences) > 1):
        raise _unexpected("azp", expected.client_id, authorized)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise _unexpected("sub", "a text", subject)
    if expected.organization:
        _check_organization(claims, expected.organization)
    if expected.subject is not None and subject != expected.subject:
        raise IdTokenRejected("The renewed ID token is for somebody else. Sign in again.")


def _check_organization(claims: Claims, asked: str) -> None:
    # Auth0's rule: an identifier to the letter, a name without regard to case.
    is_identifier = asked.startswith("org_")
    name = "org_id" if is_identifier else "org_name"
    found = claims.get(name)
    same = found == asked if is_identifier else str(found).lower() == asked.lower()
    if not isinstance(found, str) or not same:
        is_what = "is missing" if found is None else f'is "{_shown(found)}"'
        raise IdTokenRejected(
            f"The ID token's {name} {is_what}; the organization "
            f'"{printable(asked)}" was asked for. Sign in again, and choose that organization.'
        )


def _check_times(claims: Claims, expected: Expected, now_seconds: float) -> None:
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    if expires <= now_seconds - LEEWAY_SECONDS:
        raise IdTokenRejected(
            f"The ID token expired {duration(round(now_seconds - expires))} ago by this machine's "
            "clock. Check the clock, then sign in again."
        )
    if issued > now_seconds + LEEWAY_SECONDS:
        raise IdTokenRejected(
            f"The ID token was issued {duration(round(issued - now_seconds))} ahead of this "
            "machine's clock. Check the clock, then sign in again."
        )
    if "nbf" in claims and _seconds(claims, "nbf") > now_seconds + LEEWAY_SECONDS:
        raise IdTokenRejected("The ID token is not valid yet. Check this machine's clock.")
    if expected.max_age_seconds is not None:
        age = now_seconds - _seconds(claims, "auth_time")
        if age < -LEEWAY_SECONDS:
            raise IdTokenRejected(
                f"The ID token says that you signed in {duration(round(-age))} ahead of this "
                "machine's clock (auth_time). Check the clock, then sign in again."
            )
        if age > expected.max_age_seconds + LEEWAY_SECONDS:
            raise IdTokenRejected(
                f"The tenant last asked for the password {age:.0f} s ago; at most "
                f"{expected.max_age_seconds} s was asked for (max_age). Sign in again."
            )


def _check_at_hash(found: Json, access_token: str, algorithm: str) -> None:
    # The left half of the hash that the algorithm signs, base64url (Core 3.1.3.6).
    whole = hashlib.new(
        ALGORITHMS[algorithm].hash_name, access_token.encode("utf-8", "surrogatepass")
    ).digest()
    if not _same(found, encode_base64url(whole[: len(whole) // 2])):
        raise IdTokenRejected("The ID token's at_hash is not of the access token beside it.")


def _seconds(claims: Claims, name: str) -> float:
    seconds = seconds_in(claims.get(name))
    if seconds is None:
        raise _unexpected(name, "a number of seconds", claims.get(name))
    return seconds


def _same(found: Json, expected: str) -> bool:
    return isinstance(found, str) and hmac.compare_digest(
        found.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )


def _unexpected(name: str, expected: str, found: Json) -> IdTokenRejected:
    return IdTokenRejected(
        f'The ID token\'s {name} is "{_shown(found)}"; "{expected}" is expected. '
        "Check `domain` and `clientId` in the config."
    )


def _shown(value: Json) -> str:
    return printable(value, 200)
