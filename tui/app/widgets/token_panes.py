"""The three tabs of Profile: ID token, access token, session."""

from datetime import datetime, timedelta
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.widgets import Input, Static

from tui.api.jwt_view import OF_HEADER, JwtView, read_jwt, token_in
from tui.app.keys.caps import key_cap
from tui.app.widgets.claims_table import ClaimsPanel, ClaimsTable
from tui.app.widgets.columns import FactRow
from tui.app.widgets.jwt_field import JwtField
from tui.app.widgets.lifetime_bar import LifetimeBar
from tui.auth.keeper import renewal_time
from tui.auth.session import Session
from tui.json_value import Claims
from tui.moments import Clock, clock_time, duration, full_time, local_now, relative_time
from tui.text import printable

MOST_RENEWALS: Final = 6
"""Renewals that are listed; the rest is counted."""

LONGEST_KEY_ID: Final = 100
"""Characters; where the line is too short for them, its end is cut."""

OPAQUE: Final = (
    "This access token is opaque: only the tenant and the API can read it. What is known of it "
    "is what the tenant said when it gave it."
)

PASTE: Final = "Paste any JWT: what it says stands here then. It is kept nowhere and sent nowhere."

NOT_OURS: Final = "for the API to check"

SESSION_FACTS: Final = (
    "Signed in", "ID token", "Refresh", "Next", "Renewals", "Clock", "Bound", "Stored",
)  # fmt: skip


class IdTokenPane(Vertical):
    """Who the tenant says that one is."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(id="id-token-pane")
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Yield the signature and the claims."""
        with Vertical(classes="facts"):
            yield FactRow("Signature", id="id-signature")
        yield ClaimsPanel(self._clock, "What your ID token says")

    def show(self, session: Session) -> None:
        """Show the claims; userinfo may have added to them."""
        view = read_jwt(session.token_set.id_token)
        words = f"checked when it came{_key(view)}" if view else "checked when it came"
        self.query_one("#id-signature", FactRow).say(f"✓ {words}")
        self.query_one(ClaimsPanel).show(session.profile.claims)


class AccessTokenPane(Vertical):
    """What the access token is good for, and for how long."""

    now: var[datetime] = var(local_now)
    """The present; to be bound to what tells it."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Yield the facts, and the claims where they can be read."""
        with Vertical(classes="facts"):
            yield LifetimeBar("Lifetime").data_bind(AccessTokenPane.now)
            yield FactRow("Audience", id="access-audience")
            yield FactRow("Scopes", id="access-scopes")
            yield FactRow("Signature", id="access-signature")
        yield Static(OPAQUE, markup=False, id="opaque")
        yield ClaimsPanel(self._clock, "What your access token says")

    def show(self, session: Session) -> None:
        """Show the token, read but not checked."""
        tokens = session.token_set
        view = read_jwt(tokens.access_token)
        self.query_one(LifetimeBar).life = tokens.obtained_at, tokens.access_token_expiry
        audiences = ", ".join(view.audiences) if view else ""
        self.query_one("#access-audience", FactRow).say(audiences or "not readable")
        scopes = (view.scopes if view else ()) or tuple(tokens.scope.split())
        self.query_one("#access-scopes", FactRow).say(" ".join(scopes) or "not said")
        self.query_one("#access-signature", FactRow).say(f"· {NOT_OURS}{_key(view)}")
        self.query_one("#opaque").display = view is None
        panel = self.query_one(ClaimsPanel)
        panel.display = view is not None
        panel.show(_header_and_claims(view))


class SessionPane(VerticalScroll):
    """How the session is kept, renewed and when it ends."""

    now: var[datetime] = var(local_now)
    """The present; to be bound to what tells it."""

    def __init__(self, clock: Clock, storage: str) -> None:
        super().__init__(can_focus=True)
        self._clock = clock
        self._storage = storage

    def compose(self) -> ComposeResult:
        """Yield the facts."""
        with Vertical(classes="facts"):
            yield LifetimeBar("Access").data_bind(SessionPane.now)
            for name in SESSION_FACTS:
                yield FactRow(name, id=f"session-{name.lower().replace(' ', '-')}")

    def show(self, session: Session) -> None:
        """Show the session."""
        tokens = session.token_set
        self.query_one(LifetimeBar).life = tokens.obtained_at, tokens.access_token_expiry
        for name, words in self._words(session).items():
            self.query_one(f"#session-{name}", FactRow).say(words)

    def _words(self, session: Session) -> dict[str, str]:
        tokens, now = session.token_set, self._clock()
        signed_in = session.signed_in_at
        return {
            "signed-in": f"{full_time(signed_in, now)}, {relative_time(signed_in, now)}",
            "id-token": f"expires {relative_time(tokens.token_expiry, now)}"
            if tokens.token_expiry > now
            else f"▲ expired {relative_time(tokens.token_expiry, now)}",
            "refresh": _renewable(session),
            "next": self._next_renewal(session),
            "renewals": self._renewals(session),
            "clock": _skew(session.clock_skew_seconds),
            "bound": _binding(session),
            "stored": self._storage,
        }

    def _next_renewal(self, session: Session) -> str:
        if not session.renewable:
            return "none; sign in again when the access token has expired"
        now = self._clock()
        at = renewal_time(session.token_set, 0.5)
        if at <= now:
            return "due now"
        by_itself = f"by itself at about {clock_time(at, now)}, {relative_time(at, now)}"
        return f"{by_itself}; {key_cap(self, 'renew')} renews now"

    def _renewals(self, session: Session) -> str:
        if not session.renewed_at:
            return "none so far"
        now = self._clock()
        times = [clock_time(at, now) for at in session.renewed_at[-MOST_RENEWALS:]]
        return f"{len(session.renewed_at)} so far: {', '.join(reversed(times))}"


class AnyJwtPane(Vertical):
    """Any JWT that is pasted, taken apart."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Yield the field and what the token says."""
        yield JwtField()
        yield Static(Content(PASTE), id="jwt-words")
        yield ClaimsPanel(self._clock, "What this token says")

    def on_mount(self) -> None:
        """Begin with nothing."""
        self.query_one(ClaimsPanel).display = False

    def show(self, _session: Session) -> None:
        """Show nothing of the session."""

    @property
    def empty_field(self) -> JwtField | None:
        """The field, while nothing is in it."""
        field = self.query_one(JwtField)
        return None if field.value else field

    def take(self, token: str) -> None:
        """Take a token apart, and go to what it says."""
        self.screen.set_focus(None)
        self.query_one(JwtField).value = token.strip()
        self._go_on()

    @on(Input.Changed, "#jwt-field")
    def _take_apart(self, message: Input.Changed) -> None:
        message.stop()
        token = token_in(message.value)
        view = read_jwt(token)
        trouble = _trouble(token, self._clock()) if token else ""
        words = self.query_one("#jwt-words", Static)
        words.update(
            Content(trouble or (f"· read, and not checked{_key(view)}" if view else PASTE))
        )
        words.set_class(bool(view and not trouble), "-read")
        words.set_class(bool(trouble), "-wrong")
        panel = self.query_one(ClaimsPanel)
        panel.display = view is not None
        panel.show(_header_and_claims(view))
        if not self.query_one("#jwt-field").has_focus:
            self._go_on()

    @on(Input.Submitted, "#jwt-field")
    def _go_on(self) -> None:
        """Go from the field to what the token says."""
        if self.query_one(ClaimsPanel).display:
            self.query_one(ClaimsTable).focus()


def _trouble(token: str, now: datetime) -> str:
    """Return what `doorkey jwt` would say that is wrong with a token, its signature left aside."""
    from tui.api.jwt_check import Demand, NotAJwt, not_verified, take_apart, troubles

    try:
        found = troubles(take_apart(token), Demand(), now)
    except NotAJwt as error:
        found = (str(error),)
    also = f"\n  also wrong with it: {'; '.join(found[1:])}" if found[1:] else ""
    return f"✗ {not_verified(found[0])}{also}" if found else ""


def _key(view: JwtView | None) -> str:
    if view is None:
        return ""
    algorithm, kid = (view.header.get(name) for name in ("alg", "kid"))
    key = f", key {printable(kid, LONGEST_KEY_ID)}" if isinstance(kid, str) else ""
    return f" ({printable(algorithm)}{key})"


def _header_and_claims(view: JwtView | None) -> Claims:
    if view is None:
        return {}
    header = {f"{name}{OF_HEADER}": value for name, value in view.header.items()}
    return {**view.claims, **header}


def _binding(session: Session) -> str:
    if session.key is None:
        return "no: whoever has the tokens can use them"
    return f"to the DPoP key {session.key.thumbprint}"


def _renewable(session: Session) -> str:
    if session.renewable:
        return "a refresh token is kept; it outlives the access token"
    return "none; the tenant gave no refresh token (is offline_access in `scope`?)"


def _skew(seconds: float) -> str:
    if not seconds:
        return "agrees with the tenant's"
    length = duration(round(timedelta(seconds=abs(seconds)).total_seconds()))
    return f"▲ your clock is {length} {'ahead of' if seconds > 0 else 'behind'} the tenant's"
