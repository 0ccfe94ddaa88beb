"""What a token says where it is a JWT: read for people to look at, and to decide nothing.

An access token is the API's to check; this client neither verifies it nor acts on what it says
(RFC 9068 6).
"""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from typing import Final, cast

from tui.json_value import Claims, Json

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
        value = self.claims.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if abs(value) < 253402300800 else None  # the year 10000


def read_jwt(token: str) -> JwtView | None:
    """Read a token; None where it is opaque: no JWT, or an encrypted one."""
    parts = token.split(".") if len(token) <= LONGEST_TOKEN else []
    if len(parts) != 3:
        return None
    header, claims = _object(parts[0]), _object(parts[1])
    return JwtView(header, claims) if header is not None and claims is not None else None


def _object(part: str) -> dict[str, Json] | None:
    try:
        value = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Json]", value) if isinstance(value, dict) else None


def _texts(value: Json) -> tuple[str, ...]:
    several = value if isinstance(value, list) else [value]
    return tuple(each for each in several if isinstance(each, str))
