"""Why the API refused: its challenge laid beside the token, and the way out.

Only to be read by people: nothing here decides who may do what.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from tui.api.challenge import Challenge, ResourceMetadata
from tui.api.jwt_view import JwtView, read_jwt
from tui.api.vendor_tokens import known_trouble
from tui.auth.scopes import joined_scopes
from tui.auth.session import Session
from tui.config.load import Config
from tui.moments import duration, full_time

Cause = Literal[
    "missing", "forbidden", "expired", "early", "audience", "issuer", "scope", "step-up", "proof",
    "unbound", "bound", "other",
]  # fmt: skip

Fit = Literal["fits", "differs", "unknown"]

FIT_SYMBOLS: Final[dict[Fit, str]] = {"fits": "✓", "differs": "✗", "unknown": "·"}

Remedy = Literal["renew", "scope", "config", "sign-in", "clock", "step-up", "ask", "again"]

BY_API: Final = "the API wants"

BY_CONFIG: Final = "the config expects"

BY_NOBODY: Final = "expected"

STEP_UP: Final = "insufficient_user_authentication"
"""RFC 9470 3: the token is good, but its person's sign-in is too weak or too long ago."""

PROOF_ERRORS: Final = frozenset({"invalid_dpop_proof", "use_dpop_nonce"})
"""RFC 9449 7.1, 9."""

LEEWAY: Final = timedelta(seconds=5)
"""How far APIs usually let clocks differ."""

HINTS: Final[tuple[tuple[str, Cause], ...]] = (
    ("expired", "expired"),
    ("audience", "audience"),
    ("issuer", "issuer"),
    ("in the future", "early"),
)
"""Words by which an API's description tells what it minds; it knows better than we do."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that was wanted, and what the token has."""

    name: str
    wanted: str
    held: str
    fit: Fit
    missing: tuple[str, ...] = ()
    """Which of the words that are wanted the token lacks."""
    both: str = ""
    """What was held against what, for where there is one line for it and it fits."""
    by: str = BY_API
    """Who says what is wanted."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why, in a sentence; the comparison; what to do. Nothing in it is safe to print as it is."""

    cause: Cause
    why: str
    said: str
    """The API's own words."""
    rows: tuple[Comparison, ...]
    remedy: Remedy
    scope: str = ""
    """What to sign in with, where that is the remedy."""
    acr_values: str = ""
    max_age_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """All that is known about one refusal."""

    status: int
    challenge: Challenge
    session: Session = field(repr=False)
    config: Config
    now: datetime
    metadata: ResourceMetadata | None = None
    told: str = ""
    """The reason in the answer's body, where the API gave one there."""

    @property
    def token(self) -> JwtView | None:
        """The access token, where it can be read."""
        return read_jwt(self.session.token_set.access_token)

    @property
    def expiry(self) -> datetime:
        """When the token ends: as it says itself, else as the tenant said."""
        seconds = self.token.seconds("exp") if self.token else None
        if seconds is None:
            return self.session.token_set.access_token_expiry
        return datetime.fromtimestamp(seconds, UTC)

    @property
    def tenant_now(self) -> datetime:
        """The present by the tenant's clock."""
        return self.now - timedelta(seconds=self.session.clock_skew_seconds)

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the token allows: as it says itself, else as the tenant said."""
        said = self.token.scopes if self.token else ()
        return said or tuple(self.session.token_set.scope.split())

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        """What the API wants and the token lacks; none where nobody says what it allows."""
        if not self.scopes:
            return ()
        return tuple(each for each in self.challenge.scopes if each not in self.scopes)


def explain(refused: Refused) -> Explanation:
    """Return why a call was refused and what helps."""
    cause = _cause(refused)
    why, remedy = WHYS[cause]
    if cause in ("audience", "issuer", "missing", "forbidden", "other"):
        trouble = known_trouble(refused.token, refused.config)
        why, remedy = (trouble, "config") if trouble else (why, remedy)
    said, rows = refused.challenge, tuple(_rows(refused, cause))
    explanation = Explanation(cause, why, said.description or refused.told, rows, remedy)
    if remedy not in ("scope", "step-up"):
        return explanation
    # What the session has stays with it: a sign-in for one thing must not lose another.
    held = refused.session.token_set.scope.split()
    scope = joined_scopes(refused.config.scope, (*held, *said.scopes))
    if remedy == "scope":
        return replace(explanation, scope=scope)
    acr, max_age = said.acr_values, said.max_age_seconds
    return replace(explanation, scope=scope, acr_values=acr, max_age_seconds=max_age)


WHYS: Final[dict[Cause, tuple[str, Remedy]]] = {
    "missing": ("The API does not say why: it may have seen no token.", "ask"),
    "forbidden": ("The API does not say why: you may lack a right to this.", "ask"),
    "expired": ("The token has expired, by the API's clock.", "renew"),
    "early": ("The token begins in the future, by the API's clock: a clock is off.", "clock"),
    "audience": ("The token is meant for another API.", "config"),
    "issuer": ("The token comes from a tenant that this API does not trust.", "config"),
    "scope": ("The token is fine, but does not allow this.", "scope"),
    "step-up": ("The token is fine, but the API wants another sign-in behind it.", "step-up"),
    "proof": ("The API did not accept the proof that you hold the token's key.", "sign-in"),
    "unbound": (
        "The API takes only tokens that are bound to a key: set `dpop` to true, and sign in again.",
        "config",
    ),
    "bound": (
        "The API takes bearer tokens only, and yours is bound to a key: take `dpop` out of the "
        "config, and sign in again.",
        "config",
    ),
    "other": ("The API does not accept this token.", "sign-in"),
}


def _cause(refused: Refused) -> Cause:
    if refused.challenge.error == STEP_UP:
        return "step-up"
    if refused.challenge.error in PROOF_ERRORS:
        return "proof"
    if refused.challenge.error == "insufficient_scope" or refused.missing_scopes:
        return "scope"
    if refused.status == 403:
        if refused.challenge.scopes:
            return "scope"
        return "other" if refused.challenge.error or refused.told else "forbidden"
    description = refused.challenge.description.lower()
    for words, cause in HINTS:
        if words in description:
            return cause
    return _cause_by_token(refused)


def _cause_by_token(refused: Refused) -> Cause:
    if refused.expiry <= refused.tenant_now:
        return "expired"
    token = refused.token
    if token is not None and token.audiences and not _audience_fits(refused, token):
        return "audience"
    if token is not None and token.issuer and token.issuer not in _issuers(refused):
        return "issuer"
    if not (refused.challenge.error or refused.told):
        return _cause_by_scheme(refused)
    return "audience" if _audience(refused, "other").fit == "unknown" and token else "other"


def _cause_by_scheme(refused: Refused) -> Cause:
    """Return why an API sees no token: it looks for one that is sent in another way."""
    is_bound, scheme = refused.session.key is not None, refused.challenge.scheme.lower()
    if scheme == "dpop" and not is_bound:
        return "unbound"
    return "bound" if scheme == "bearer" and is_bound else "missing"


def _rows(refused: Refused, cause: Cause) -> Iterator[Comparison]:
    yield _audience(refused, cause)
    yield _issuer(refused, cause)
    yield _expiry(refused, cause)
    if refused.challenge.scopes:
        wanted, held = " ".join(refused.challenge.scopes), " ".join(refused.scopes)
        missing = refused.missing_scopes
        fit: Fit = "differs" if missing else "fits" if held else "unknown"
        yield Comparison("Scope", wanted, held or "not said", fit, missing)
    if cause == "step-up":
        yield from _sign_in(refused)
    skew = refused.session.clock_skew_seconds
    if skew or cause == "early":
        off = f"{duration(round(abs(skew)))} {'ahead' if skew > 0 else 'behind'}"
        held = off if skew else "unknown"
        fit = "differs" if skew else "unknown"
        yield Comparison("Clock", "the tenant's time", held, fit, by=BY_NOBODY)


def _sign_in(refused: Refused) -> Iterator[Comparison]:
    """Compare how, and how long ago, the person signed in (RFC 9470 3)."""
    said, token = refused.challenge, refused.token
    at = token.seconds("auth_time") if token else None
    if said.max_age_seconds is not None:
        ago = None if at is None else refused.tenant_now.timestamp() - at
        held = "not said" if ago is None else f"{ago:.0f} s ago"
        late = ago is not None and ago > said.max_age_seconds
        wanted = f"at most {said.max_age_seconds} s ago"
        yield Comparison("Sign-in", wanted, held, "differs" if late else "unknown")
    if said.acr_values:
        acr = token.claims.get("acr") if token else None
        fits = isinstance(acr, str) and acr in said.acr_values.split()
        held = acr if isinstance(acr, str) else "not said"
        yield Comparison("Class", said.acr_values, held, "fits" if fits else "differs")


def _audience(refused: Refused, cause: Cause) -> Comparison:
    wanted = refused.metadata.resource if refused.metadata else refused.config.audience
    by = BY_API if refused.metadata else BY_CONFIG
    if refused.token is None:
        fit: Fit = "differs" if cause == "audience" else "unknown"
        return Comparison("Audience", wanted, "not readable: the token is opaque", fit, by=by)
    held = ", ".join(refused.token.audiences) or "none"
    if wanted in refused.token.audiences and cause != "audience":
        return Comparison("Audience", wanted, held, "fits", by=by)
    if wanted in refused.token.audiences:
        return Comparison("Audience", "another one, see what it says", held, "differs")
    # An API may be known to its tenant by another name than the one it goes by (RFC 9728 2).
    asked = refused.config.audience in refused.token.audiences and cause != "audience"
    return Comparison("Audience", wanted, held, "unknown" if asked else "differs", by=by)


def _audience_fits(refused: Refused, token: JwtView) -> bool:
    wanted = {refused.config.audience} | (
        {refused.metadata.resource} if refused.metadata is not None else set()
    )
    return any(audience in wanted for audience in token.audiences)


def _issuers(refused: Refused) -> tuple[str, ...]:
    named = refused.metadata.authorization_servers if refused.metadata else ()
    return named or (refused.config.issuer,)


def _issuer(refused: Refused, cause: Cause) -> Comparison:
    issuers = _issuers(refused)
    wanted = ", ".join(issuers)
    by = BY_API if refused.metadata and refused.metadata.authorization_servers else BY_CONFIG
    if refused.token is None:
        return Comparison("Issuer", wanted, refused.config.issuer, "unknown", by=by)
    held = refused.token.issuer
    fits = cause != "issuer" and held in issuers
    return Comparison("Issuer", wanted, held or "none", "fits" if fits else "differs", by=by)


def _expiry(refused: Refused, cause: Cause) -> Comparison:
    late = cause == "expired" or refused.tenant_now - refused.expiry >= LEEWAY
    held = full_time(refused.expiry, refused.now)
    now = f"now, {refused.tenant_now.astimezone(refused.now.tzinfo):%H:%M:%S}"
    fit: Fit = "differs" if late else "fits"
    wanted = f"later than {now}"
    return Comparison("Expiry", wanted, held, fit, both=f"{held}, {wanted}", by=BY_NOBODY)
