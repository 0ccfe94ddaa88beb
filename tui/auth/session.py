"""A session, and what the service tells of it: frozen data, with the secrets out of `repr`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from tui.auth.dpop.session_key import SessionKey
from tui.auth.validity import is_good_for
from tui.json_value import Claims

ENDED_ELSEWHERE: Final = (
    "The session has ended in another window: somebody signed out there, or the tenant ended it."
)
"""Said where what is kept has gone: why, is known there alone."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Who is signed in, as ID token and userinfo say. Nothing in it is safe to print as it is."""

    claims: Claims

    @property
    def subject(self) -> str:
        """The tenant's identifier of the person (`sub`)."""
        return self._text("sub")

    @property
    def name(self) -> str:
        """What to call the person: `name`, else the next best claim, else the subject."""
        found = (self._text(claim) for claim in ("name", "preferred_username", "nickname", "email"))
        return next((text for text in found if text), self.subject)

    @property
    def email(self) -> str:
        """The `email` claim, or an empty string."""
        return self._text("email")

    def _text(self, claim: str) -> str:
        value = self.claims.get(claim)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class TokenSet:
    """One token response with absolute, aware expiries."""

    access_token: str = field(repr=False)
    access_token_expiry: datetime
    id_token: str = field(repr=False)
    token_expiry: datetime
    """When the ID token expires."""
    refresh_token: str | None = field(repr=False)
    scope: str
    """The scopes granted, separated by spaces; empty where the tenant does not say."""
    obtained_at: datetime
    """When the tenant's answer came in; with the expiry it gives the lifetime."""

    def is_good_for(self, min_validity: timedelta | None, now: datetime) -> bool:
        """Return whether the access token has `min_validity` left; see `validity.is_good_for`."""
        expiry = self.access_token_expiry
        return is_good_for(min_validity, obtained_at=self.obtained_at, expiry=expiry, now=now)

    def id_token_is_good_for(self, min_validity: timedelta | None, now: datetime) -> bool:
        """Return the same of the ID token."""
        expiry = self.token_expiry
        return is_good_for(min_validity, obtained_at=self.obtained_at, expiry=expiry, now=now)


@dataclass(frozen=True, slots=True)
class Session:
    """What the app remembers of one signed-in user."""

    token_set: TokenSet
    profile: Profile = field(repr=False)
    signed_in_at: datetime
    renewed_at: tuple[datetime, ...] = ()
    """When the token set was renewed, oldest first; the last few only."""
    clock_skew_seconds: float = 0.0
    """How far this machine's clock is ahead of the tenant's; 0 where they agree well enough."""
    key: SessionKey | None = None
    """What the tokens are bound to (RFC 9449); None where they are bearer tokens."""
    signed_in_elsewhere: bool = False
    """Whether the person used another browser than the one that was opened here."""

    @property
    def renewable(self) -> bool:
        """Whether it outlives its access token."""
        return self.token_set.refresh_token is not None

    def has_expired(self, now: datetime) -> bool:
        """Return whether only a new sign-in helps: the access token has expired for good."""
        return not self.renewable and now >= self.token_set.access_token_expiry


@dataclass(frozen=True, slots=True)
class LoginEvent:
    """What the app is told whenever it changes who is signed in, or with which token set."""

    logged_in: bool
    profile: Profile | None = field(repr=False)
    state: Mapping[str, str] | None
    """What was handed to `login`, such as the screen to go to; None for a renewal or a log out."""
    reason: str = ""
    """Why nobody is signed in any more, for people; empty where they asked for it."""
    remarks: tuple[str, ...] = ()
    """What came of a sign-in otherwise than asked for, for people."""


@dataclass(frozen=True, slots=True)
class DevicePrompt:
    """What a person needs to let this device in from another one (RFC 8628 3.3)."""

    user_code: str = field(repr=False)
    verification_uri: str
    verification_uri_complete: str = field(repr=False)
    """With the code in it, for a QR code; empty where the tenant gives none."""
    deadline: datetime


@dataclass(frozen=True, slots=True)
class SignInProgress:
    """Where a sign-in stands, for whoever shows it."""

    phase: Literal["preparing", "waiting", "completing"]
    url: str = field(default="", repr=False)
    """The authorization URL, once it is known."""
    redirect_uri: str = ""
    """Where the listener waits for the browser."""
    deadline: datetime | None = None
    """When the sign-in gives up."""
    browser: Literal["off", "opening", "opened", "failed"] = "off"
    device_offered: bool = False
    """Whether the tenant gives codes for other devices."""
    device: DevicePrompt | None = None
    """The code, once it was asked for."""
    device_trouble: str = ""
    """Why there is no code after all; the other ways stay open."""


@dataclass(frozen=True, slots=True)
class LogOutStep:
    """What came of one step of a log out."""

    name: Literal["local", "revocation", "tenant"]
    outcome: Literal["done", "skipped", "failed", "waiting"]
    """`waiting` is not its end: another one of the same name follows."""
    message: str
    """One sentence for people."""
