"""The token endpoint's answer (RFC 6749 5), checked before anything of it is used."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tui.auth.clock_skew import clock_skew, date_in
from tui.auth.dpop.authorization import NONCE_WANTED
from tui.base64url import decode_base64url
from tui.errors import GrantRefused, TenantMisbehaved
from tui.http.exchange import Answer
from tui.json_value import Json, duration_in, json_object, moment_in
from tui.text import in_brackets, printable

UNKNOWN_LIFETIME: Final = timedelta(minutes=5)
"""For an opaque access token whose lifetime the tenant does not say."""

LONGEST_LIFETIME_SECONDS: Final = 10 * 366 * 24 * 3600
"""Ten years. Beyond it a number is a mistake (milliseconds, or a date), not a lifetime."""


@dataclass(frozen=True, slots=True)
class TokenResponse:
    """One successful answer; what the tenant left out is None."""

    access_token: str = field(repr=False)
    access_token_expiry: datetime
    id_token: str | None = field(repr=False)
    refresh_token: str | None = field(repr=False)
    scope: str | None
    clock_skew: timedelta = timedelta()
    """How far this machine's clock is ahead of the tenant's; zero up to 30 s, or where unknown."""


def parse_token_response(answer: Answer, now: datetime, *, is_bound: bool = False) -> TokenResponse:
    """Check a token response; `expires_in` becomes an absolute expiry.

    `is_bound` where a proof was sent, for a token that is bound to its key (RFC 9449 5).

    Raises:
        GrantRefused: a definite no, with the tenant's `error`.
        TenantMisbehaved: anything that is neither success nor an error as RFC 6749 has them; its
            `refresh_token` is what came all the same.
    """
    members = answer.members()
    try:
        return _checked(answer, members, now, is_bound=is_bound)
    except TenantMisbehaved as wrong:
        rotated = (members or {}).get("refresh_token")
        if answer.status == 200 and isinstance(rotated, str):
            wrong.refresh_token = rotated
        raise


def wants_nonce(answer: Answer) -> bool:
    """Return whether the tenant refuses a proof for its nonce alone, and gives one (RFC 9449 8)."""
    said = (answer.members() or {}).get("error")
    return answer.status == 400 and said == NONCE_WANTED and "dpop-nonce" in answer.headers


def _checked(
    answer: Answer, members: dict[str, Json] | None, now: datetime, *, is_bound: bool
) -> TokenResponse:
    if answer.status >= 400 or (members is not None and "error" in members):
        raise _refusal(answer, members)
    if members is None:
        raise TenantMisbehaved(
            f"The token endpoint answered with {answer.status} and no JSON object; "
            "a token response is expected. Check `domain` in the config."
        )
    _require_type(members.get("token_type"), is_bound=is_bound)
    access_token = _token(members, "access_token")
    if access_token is None:
        raise TenantMisbehaved("The tenant's token response has no access_token.")
    return TokenResponse(
        access_token=access_token,
        access_token_expiry=_expiry(members.get("expires_in"), access_token, now),
        id_token=_token(members, "id_token"),
        refresh_token=_token(members, "refresh_token"),
        scope=_text(members, "scope"),
        clock_skew=clock_skew(date_in(answer.headers), now),
    )


def _require_type(token_type: Json, *, is_bound: bool) -> None:
    expected = "DPoP" if is_bound else "Bearer"
    if isinstance(token_type, str) and token_type.lower() == expected.lower():
        return
    if is_bound:
        raise TenantMisbehaved(
            "The tenant did not bind the token to the session's key: it issued one of type "
            f'"{_shown(token_type)}", and DPoP is expected (RFC 9449 5). Turn DPoP on for this '
            "client and this API at the tenant, or take `dpop` out of the config."
        )
    raise TenantMisbehaved(
        f'The tenant issued a token of type "{_shown(token_type)}"; Bearer is expected.'
    )


def _refusal(answer: Answer, members: dict[str, Json] | None) -> GrantRefused | TenantMisbehaved:
    told = members or {}
    error = told.get("error")
    if isinstance(error, str) and error:
        described = in_brackets(_shown(told.get("error_description") or ""))
        return GrantRefused(f"The tenant refused: {_shown(error)}{described}.", error)
    if answer.status == 400:
        # Some tenants answer a spent refresh token with an empty body (providers.md).
        return GrantRefused("The tenant refused with an empty answer (400).", "")
    return TenantMisbehaved(
        f"The token endpoint answered with {answer.status} and no `error`; "
        "a token response is expected. Check `clientId` and `domain` in the config."
    )


def _expiry(expires_in: Json, access_token: str, now: datetime) -> datetime:
    if expires_in is None:
        return _expiry_claim(access_token) or now + UNKNOWN_LIFETIME
    seconds = duration_in(expires_in)
    if seconds is None or not 0 < seconds <= LONGEST_LIFETIME_SECONDS:
        raise TenantMisbehaved(
            f'The tenant says that the access token lives for "{_shown(expires_in)}" seconds; '
            "a number above 0 and below ten years is expected."
        )
    return now + timedelta(seconds=seconds)


def _expiry_claim(token: str) -> datetime | None:
    """Read `exp` of a JWT, unverified: a hint on when to renew, nothing else rests on it."""
    try:
        claims = json_object(decode_base64url(token.split(".")[1])) or {}
    except (ValueError, LookupError):
        return None
    return moment_in(claims.get("exp"))


def _token(members: dict[str, Json], name: str) -> str | None:
    token = _text(members, name)
    if token and " " in token:
        # RFC 6749 A.12 has blanks in it; a header has not (RFC 9110 5.5), and b64token neither.
        raise TenantMisbehaved(f"The {name} in the tenant's token response has a blank in it.")
    return token


def _text(members: dict[str, Json], name: str) -> str | None:
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise TenantMisbehaved(f"The {name} in the tenant's token response is not a text.")
    # VSCHAR (RFC 6749 A.12, A.17): anything else could break a header, or steer a terminal.
    if value and not (value.isascii() and value.isprintable()):
        raise TenantMisbehaved(
            f"The {name} in the tenant's token response has a character that no token may have."
        )
    return value or None


def _shown(value: Json) -> str:
    return printable(value, 300)
