"""What a token says where it is a JWT: read for people to look at, and to decide nothing.

An access token is the API's to check; this client neither verifies it nor acts on what it says
(RFC 9068 6).
"""

import re
from dataclasses import dataclass, field
from typing import Final

from tui.base64url import decode_base64url
from tui.json_value import Claims, Json, json_object, seconds_in

LONGEST_TOKEN: Final = 64 * 1024
"""Characters; a longer one does not fit into a request either."""

WRAPPING: Final = "\"'`, \t\r\n"
"""What stands around a token in a config, a log or a mail."""

SCHEME: Final = re.compile(r"(authorization\s*:\s*)?(bearer|dpop)\s+", re.IGNORECASE)

MEANINGS: Final = {
    "iss": "who issued it: the tenant",
    "sub": "the tenant's identifier for the person",
    "aud": "whom it is meant for",
    "azp": "the client it was issued to",
    "exp": "when it expires",
    "iat": "when it was issued",
    "nbf": "not valid before",
    "jti": "its own identifier",
    "nonce": "ties it to this sign-in",
    "auth_time": "when you last signed in at the tenant itself",
    "at_hash": "ties it to the access token",
    "c_hash": "ties it to the code",
    "s_hash": "ties it to the state",
    "acr": "how strongly you signed in",
    "amr": "by which means you signed in",
    "sid": "your session at the tenant",
    "client_id": "the client it was issued to",
    "scope": "what it allows",
    "cnf": "the key that it is bound to",
    "htm": "the method of the one request that it is for",
    "htu": "the address of the one request that it is for",
    "ath": "ties it to the access token",
    "name": "your full name",
    "given_name": "your first name",
    "family_name": "your last name",
    "middle_name": "your middle name",
    "nickname": "what friends call you",
    "preferred_username": "how you like to be named",
    "profile": "your page",
    "picture": "the address of your picture",
    "website": "your website",
    "email": "your e-mail address",
    "email_verified": "whether the tenant checked it",
    "gender": "your gender",
    "birthdate": "your day of birth",
    "zoneinfo": "your time zone",
    "locale": "your language and region",
    "phone_number": "your phone number",
    "phone_number_verified": "whether the tenant checked it",
    "address": "your postal address",
    "updated_at": "when your profile last changed",
    "org_id": "your organization",
    "org_name": "your organization's name",
    "roles": "your roles",
    "groups": "your groups",
    "permissions": "what you may do",
}
"""What the registered claims mean (OpenID Connect Core 2 and 5.1, RFC 7519, 9068 and 9449)."""

HEADER_MEANINGS: Final = {
    "alg": "the algorithm it is signed with",
    "typ": "what kind of token it is",
    "cty": "what kind of content it carries",
    "kid": "which key it is signed with",
    "jwk": "the public key it is signed with",
    "jku": "where the issuer's keys are",
    "x5u": "where its key's certificate is",
    "x5c": "the certificates of its key",
    "x5t": "the SHA-1 of its key's certificate",
    "x5t#S256": "the SHA-256 of its certificate",
    "crit": "extensions to be understood",
}
"""What the header's parameters mean (RFC 7515 4.1)."""

OF_HEADER: Final = " (header)"
"""Behind the name of a header's parameter, where it is listed with the claims."""

TIMES: Final = frozenset({"exp", "iat", "nbf", "auth_time", "updated_at"})
"""The claims that are NumericDates: seconds since 1970 (RFC 7519 2)."""


@dataclass(frozen=True, slots=True)
class JwtView:
    """The two readable parts of a JWT, not verified."""

    header: Claims
    claims: Claims = field(repr=False)

    @property
    def audiences(self) -> tuple[str, ...]:
        """Whom it is meant for."""
        return _texts(self.claims.get("aud"))

    @property
    def issuer(self) -> str:
        """Who says to have issued it."""
        issuer = self.claims.get("iss")
        return issuer if isinstance(issuer, str) else ""

    @property
    def scopes(self) -> tuple[str, ...]:
        """What it allows: `scope`, else `scp` as Entra and Okta say it."""
        granted = self.claims.get("scope", self.claims.get("scp"))
        return tuple(granted.split()) if isinstance(granted, str) else _texts(granted)

    def seconds(self, name: str) -> float | None:
        """Return a NumericDate (RFC 7519 2), or None where there is none that makes sense."""
        return seconds_in(self.claims.get(name))


def meaning_of(name: str) -> str:
    """Return what a registered claim or parameter of the header means, or an empty string."""
    if name.endswith(OF_HEADER):
        return HEADER_MEANINGS.get(name.removesuffix(OF_HEADER), "")
    return MEANINGS.get(name, "")


def token_in(text: str) -> str:
    """Return the token without what stands around it, and without breaks within it."""
    bare = text.lstrip("\ufeff").strip(WRAPPING)
    bare = bare[found.end() :] if (found := SCHEME.match(bare)) else bare
    return "".join(bare.strip(WRAPPING).split())


def read_jwt(token: str) -> JwtView | None:
    """Return what a token says, or None where it is opaque: no JWT, or an encrypted one."""
    parts = token.split(".") if len(token) <= LONGEST_TOKEN else []
    if len(parts) != 3:
        return None
    header, claims = object_in(parts[0]), object_in(parts[1])
    return JwtView(header, claims) if header is not None and claims is not None else None


def object_in(part: str) -> dict[str, Json] | None:
    """Return what a part of a token spells, or None where that is no object of JSON."""
    try:
        return json_object(decode_base64url(part))
    except ValueError:
        return None


def _texts(value: Json) -> tuple[str, ...]:
    several = value if isinstance(value, list) else [value]
    return tuple(each for each in several if isinstance(each, str))
