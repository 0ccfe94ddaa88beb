"""A JWT that somebody pastes: taken apart, judged claim by claim, and its signature checked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tui.api.jwt_view import LONGEST_TOKEN, TIMES, JwtView, object_in, read_jwt
from tui.auth.tenant.id_token import LEEWAY_SECONDS, is_issuer
from tui.auth.tenant.key_set import ALGORITHMS, KeySet, signed_claims
from tui.errors import IdTokenRejected
from tui.json_value import Claims, Json, seconds_in
from tui.moments import duration
from tui.text import printable

MOST_LEVELS: Final = 100
"""Of objects and lists in one another; whatever writes JSON anew stops at some depth."""

BEYOND_DATES: Final = "is no time: seconds since 1970 are expected (RFC 7519 2)"


class NotAJwt(Exception):
    """The text is no JWT; the message says why, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a token must say beside its signature and its times; None for whatever it says."""

    issuer: str | None = None
    audience: str | None = None


def take_apart(token: str) -> JwtView:
    """Return what a token says.

    Raises:
        NotAJwt: it is too long, encrypted, nested too deep, or something else.
    """
    if len(token) > LONGEST_TOKEN:
        raise NotAJwt(f"it is longer than {LONGEST_TOKEN // 1024} KiB; no request takes such a one")
    parts = token.split(".")
    if len(parts) == 5:
        raise NotAJwt("it is an encrypted JWT (RFC 7516), which only its audience can read")
    if len(parts) != 3:
        raise NotAJwt(f"a JWT has three parts with dots between; this has {len(parts)}")
    view = read_jwt(token)
    if view is None:
        name = "header" if object_in(parts[0]) is None else "claims part"
        raise NotAJwt(f"its {name} is not a JSON object in base64url, or is nested too deep")
    if any(_is_deep(part) for part in (view.header, view.claims)):
        raise NotAJwt(f"it is nested too deep: over {MOST_LEVELS} levels")
    return view


def not_verified(trouble: str) -> str:
    """Return the verdict on a token that fails a check."""
    return f"NOT verified: {trouble}"


def troubles(view: JwtView, demand: Demand, now: datetime) -> tuple[str, ...]:
    """Return what is wrong with what a token says, the signature left aside; best known first."""
    return (*_of_header(view), *_of_times(view, now.timestamp()), *_of_parties(view, demand))


def signature_trouble(token: str, view: JwtView, keys: KeySet) -> str:
    """Return why none of the keys has signed the token, or nothing where one has."""
    algorithm, kid = view.header.get("alg"), view.header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        return "it is not signed in a way that a published key can check"
    named = kid if isinstance(kid, str) else None
    if not keys.candidates(named, algorithm):
        return f"its key ({key_name(view)}) is not among those published"
    try:
        signed_claims(token, keys)
    except IdTokenRejected:
        return "its signature is not by the published key: it was changed, or made by somebody else"
    return ""


def key_name(view: JwtView) -> str:
    """Return what names the key that a token says to be signed with."""
    kid, algorithm = view.header.get("kid"), view.header.get("alg")
    name = printable(kid, 100) if isinstance(kid, str) else "a key without kid"
    return f"{name}, {printable(algorithm, 20)}"


def _is_deep(members: Claims) -> bool:
    level: list[Json] = [dict(members)]
    for _ in range(MOST_LEVELS):
        level = [inner for value in level for inner in _within(value)]
    return bool(level)


def _within(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _of_header(view: JwtView) -> list[str]:
    algorithm = view.header.get("alg")
    found = []
    if algorithm == "none":
        found.append("it is not signed (alg is none): anybody can have written it")
    elif isinstance(algorithm, str) and algorithm.startswith("HS"):
        found.append(f"{printable(algorithm)} needs a shared secret; no published key can check it")
    elif not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        shown = printable(algorithm, 40)
        found.append(f"alg is {shown}; RS256, PS256, ES256, EdDSA or one of their kind is expected")
    if "crit" in view.header or view.header.get("b64", True) is not True:
        found.append("it asks for an extension (crit) that is not understood (RFC 7515 4.1.11)")
    return found


def _of_times(view: JwtView, now_seconds: float) -> list[str]:
    found = [
        f"{name} {BEYOND_DATES}{_perhaps_milliseconds(view.claims[name])}"
        for name in sorted(TIMES & view.claims.keys())
        if view.seconds(name) is None
    ]
    expires, begins, issued = (view.seconds(name) for name in ("exp", "nbf", "iat"))
    if "exp" not in view.claims:
        found.append("it never expires: there is no exp")
    elif expires is not None and expires <= now_seconds:  # who asks wants to know at once
        found.append(f"it expired {duration(round(now_seconds - expires))} ago")
    if begins is not None and begins > now_seconds + LEEWAY_SECONDS:
        found.append(f"it is not valid before {duration(round(begins - now_seconds))} from now")
    if issued is not None and issued > now_seconds + LEEWAY_SECONDS:
        found.append(f"it was issued {duration(round(issued - now_seconds))} ahead of this clock")
    return found


def _of_parties(view: JwtView, demand: Demand) -> list[str]:
    found = []
    issuer = view.claims.get("iss")
    if demand.issuer is not None and not is_issuer(issuer, demand.issuer):
        found.append(f"iss is {_shown(issuer)}, not {_shown(demand.issuer)}")
    if demand.audience is not None and demand.audience not in view.audiences:
        said = ", ".join(view.audiences) or "not said"
        found.append(f"aud is {_shown(said)}, without {_shown(demand.audience)}")
    return found


def _perhaps_milliseconds(value: object) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and 1e11 < value < 1e15 and seconds_in(value / 1000) is not None:  # type: ignore[operator] # a number
        return "; these are milliseconds"
    return ""


def _shown(value: object) -> str:
    return printable("missing" if value is None else value, 200)
