"""Who is signed in, as the screens are told."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from tui.auth.scopes import joined_scopes
from tui.text import printable, shortened

if TYPE_CHECKING:
    from tui.auth.session import Session

LONGEST_NAME: Final = 28
"""Cells for a name where it shares its line with others."""


AccountState = Literal["restoring", "signed-out", "signed-in", "expired"]
"""Expired: the access token has, and without a refresh token only a new sign-in helps."""


@dataclass(frozen=True, slots=True)
class Account:
    """One state of the account; a new one comes with each change."""

    state: AccountState = "restoring"
    session: "Session | None" = field(default=None, repr=False)
    notice: str = ""
    """What went wrong last, for people; empty when nothing did."""

    @classmethod
    def of(cls, session: "Session | None", notice: str, now: datetime) -> "Account":
        """Make the account that comes with `session`, or without one."""
        if session is None:
            return cls("signed-out", None, notice)
        return cls("expired" if session.has_expired(now) else "signed-in", session, notice)

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in; what is known of them stays when that has expired."""
        return self.session is not None

    @property
    def lacks_refresh_token(self) -> bool:
        """Whether somebody is signed in whose session ends with its access token."""
        return self.session is not None and not self.session.renewable

    @property
    def name(self) -> str:
        """What to call the person, printable; empty when nobody is signed in."""
        return printable(self.session.profile.name) if self.session else ""

    @property
    def short_name(self) -> str:
        """The name, cut where it would push others off the line."""
        return shortened(self.name, LONGEST_NAME)

    @property
    def email(self) -> str:
        """The person's address, printable; may be empty."""
        return printable(self.session.profile.email) if self.session else ""

    def at(self, now: datetime) -> "Account":
        """Return what becomes of this account: the same, or an expired one."""
        if self.state != "signed-in" or self.session is None or not self.session.has_expired(now):
            return self
        return replace(self, state="expired")

    def scope_beyond(self, configured: str) -> str:
        """Return the scope that keeps what was granted beyond `configured`; empty for no more."""
        granted = self.session.token_set.scope.split() if self.session else []
        whole = joined_scopes(configured, granted)
        return "" if whole == joined_scopes(configured, ()) else whole

    def is_of(self, before: "Account") -> bool:
        """Return whether this is the person of `before`, or the first after nobody."""
        if self.session is None:
            return False
        held = before.session
        return held is None or held.profile.subject == self.session.profile.subject
