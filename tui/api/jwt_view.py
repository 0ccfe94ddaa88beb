"""What a token says where it is a JWT: read for people to look at, and to decide nothing.

An access token is the API's to check; this client neither verifies it nor acts on what it says
(RFC 9068 6).
"""

from dataclasses import dataclass, field
from typing import Final

from tui.base64url import decode_base64url
from tui.json_value import Claims, Json, json_object, seconds_in

LONGEST_TOKEN: Final = 64 * 1024
"""Characters; a longer one does not fit into a request either."""


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
        """Give a NumericDate (RFC 7519 2), or None where there is none that makes sense."""
        return seconds_in(self.claims.get(name))


def read_jwt(token: str) -> JwtView | None:
    """Read a token; None where it is opaque: no JWT, or an encrypted one."""
    parts = token.split(".") if len(token) <= LONGEST_TOKEN else []
    if len(parts) != 3:
        return None
    header, claims = _object(parts[0]), _object(parts[1])
    return JwtView(header, claims) if header is not None and claims is not None else None


def _object(part: str) -> dict[str, Json] | None:
    try:
        return json_object(decode_base64url(part))
    except ValueError:
        return None


def _texts(value: Json) -> tuple[str, ...]:
    several = value if isinstance(value, list) else [value]
    return tuple(each for each in several if isinstance(each, str))
