"""What an access token must claim to be let in here (RFC 7519 4.1, RFC 9068 4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from api_server.bearer.refusal import InvalidToken
from api_server.bearer.strict_encoding import JsonObject

LEEWAY_SECONDS: Final = 5
"""How far the issuer's clock and ours may be apart; the reference's clock tolerance."""

LATEST_SECONDS: Final = 253_402_300_800
"""The end of the year 9999: later times are mistakes, or milliseconds."""

ACCESS_TOKEN_TYPES: Final = frozenset({None, "jwt", "at+jwt"})
"""`typ` of access tokens in the field. An ID token or logout token that says so is none."""

SHOWN_CHARACTERS: Final = 80
"""Of one claim; an identifier longer than this is recognised by its beginning."""

AudienceClaim = Literal["aud", "client_id"]
"""Where a token says whom it is for; Cognito's have `client_id` and no `aud`."""

PROFILE_CLAIMS: Final = ("sub", "client_id", "iat", "jti")
"""Required by RFC 9068 2.2 beyond what is always required here."""


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """Which issuer, audience and claims a token must have."""

    issuer: str
    audience: str
    strict: bool = False
    audience_claim: AudienceClaim = "aud"

    def check(self, claims: JsonObject, media_type: str | None, now: float) -> float:
        """Return when the token expires (epoch seconds); raise InvalidToken if it is bad."""
        self._check_type(media_type)
        self._check_issuer(claims)
        if self.audience_claim == "client_id":
            self._check_client(claims)
        else:
            self._check_audience(claims)
        expires_at = _time(claims, "exp")
        if expires_at is None:
            raise InvalidToken("The token has no exp; this API takes none without an end")
        require_unexpired(expires_at, now)
        _check_begun(claims, now)
        if self.strict:
            _check_profile(claims)
        return expires_at

    def _check_type(self, media_type: str | None) -> None:
        if self.strict and media_type != "at+jwt":
            raise InvalidToken(
                f"Expected typ at+jwt (RFC 9068), the token says {media_type or 'nothing'}"
            )
        if media_type not in ACCESS_TOKEN_TYPES:
            raise InvalidToken(f"Expected an access token, the token's typ is {media_type}")

    def _check_issuer(self, claims: JsonObject) -> None:
        if claims.get("iss") != self.issuer:
            raise InvalidToken(
                f"Expected issuer {self.issuer}, the token has {shown(claims.get('iss'))}"
            )

    def _check_audience(self, claims: JsonObject) -> None:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if not all(isinstance(one, str) for one in audiences) or self.audience not in audiences:
            raise InvalidToken(
                f"Expected audience {self.audience}, the token has {shown(audience)}"
            )

    def _check_client(self, claims: JsonObject) -> None:
        """Check the claims that Cognito writes instead of `aud`."""
        if claims.get("client_id") != self.audience:
            raise InvalidToken(
                f"Expected client_id {self.audience}, the token has "
                f"{shown(claims.get('client_id'))}"
            )
        if claims.get("token_use") != "access":
            raise InvalidToken(
                f"Expected token_use access, the token has {shown(claims.get('token_use'))}"
            )


def require_unexpired(expires_at: float, now: float) -> None:
    """Raise InvalidToken once the token has expired; the message says how long ago."""
    late = now - expires_at
    if late >= LEEWAY_SECONDS:
        raise InvalidToken(f"The token expired {late:.0f} s ago, at {expires_at:.0f}")


def scopes_of(claims: JsonObject) -> frozenset[str]:
    """Return what was granted: `scope` (RFC 9068 2.2.3), else `scp` (Entra, Okta)."""
    granted = claims.get("scope", claims.get("scp", ""))
    if isinstance(granted, str):
        return frozenset(granted.split())
    if isinstance(granted, list):
        return frozenset(_texts(granted))
    raise InvalidToken("The token's scope must be a string with spaces between scopes")


def bound_key_of(claims: JsonObject) -> str | None:
    """Return the thumbprint of the key that the token is bound to (`cnf.jkt`, RFC 9449 6.1).

    Raise InvalidToken for any other `cnf`: nobody here could check it (RFC 7800 3.1).
    """
    if "cnf" not in claims:
        return None
    match claims["cnf"]:
        case {"jkt": str(thumbprint), **others} if not others:
            return thumbprint
    raise InvalidToken("The token is bound to a key (cnf) in a way that this API cannot check")


def seconds_since_sign_in(claims: Mapping[str, object], now: float) -> float | None:
    """Return how long ago the user signed in (`auth_time`, RFC 9470 6.1), or None if unknown."""
    try:
        moment = _time(claims, "auth_time")
    except InvalidToken:
        return None
    return None if moment is None or moment - now > LEEWAY_SECONDS else now - moment


def shown(claim: object) -> str:
    """Return a claim as a description shows it, at a length that a person reads."""
    if claim is None:
        return "none"
    if isinstance(claim, list):
        return ", ".join(shown(one) for one in claim[:3]) + (", ..." if len(claim) > 3 else "")
    text = claim if isinstance(claim, str) else f"a {type(claim).__name__}"
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."


def _check_begun(claims: JsonObject, now: float) -> None:
    for name, event in (("nbf", "becomes valid"), ("iat", "was issued")):
        moment = _time(claims, name)
        if moment is not None and moment - now > LEEWAY_SECONDS:
            raise InvalidToken(
                f"The token {event} {moment - now:.0f} s in the future ({name} {moment:.0f}): "
                "this machine's clock or the issuer's is off"
            )


def _check_profile(claims: JsonObject) -> None:
    missing = [name for name in PROFILE_CLAIMS if not _is_present(claims, name)]
    if missing:
        raise InvalidToken(f"The token lacks {', '.join(missing)} (RFC 9068 2.2)")


def _is_present(claims: JsonObject, name: str) -> bool:
    return (name == "iat" and name in claims) or isinstance(claims.get(name), str)


def _time(claims: Mapping[str, object], name: str) -> float | None:
    """Return a NumericDate (RFC 7519 2), or None where there is none."""
    if name not in claims:
        return None
    moment = claims[name]
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        raise InvalidToken(f"The token's {name} must be a number of seconds since 1970")
    if not 0 <= moment < LATEST_SECONDS:
        raise InvalidToken(f"The token's {name} is no time between 1970 and 9999")
    return moment


def _texts(members: list[object]) -> Iterator[str]:
    for member in members:
        if not isinstance(member, str):
            raise InvalidToken("The token's scope must be made of strings")
        yield member
