"""What the parts of the app tell each other: requests go up, facts come down."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from textual.message import Message

if TYPE_CHECKING:
    from tui.auth.session import LoginEvent
    from tui.servers.processes import ServerStatus

Place = Literal["home", "profile", "external-api"]
"""The modes of the app, by name."""

PLACES: Mapping[Place, str] = {
    "home": "Home",
    "profile": "Profile",
    "external-api": "External API",
}
"""What each mode is called on screen, in the order of the nav."""

PROTECTED: frozenset[Place] = frozenset({"profile", "external-api"})
"""The modes that need somebody signed in."""


class GoRequested(Message):
    """Somebody wants to be at another place."""

    def __init__(self, place: Place) -> None:
        self.place = place
        super().__init__()


class SignInRequested(Message):
    """Somebody wants to sign in."""


class SwitchAccountRequested(Message):
    """Somebody wants to sign in as somebody else."""


class ScopeRequested(Message):
    """Somebody wants to sign in again, with this scope instead of the config's."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()


class ConfigEditRequested(Message):
    """Somebody wants to change the config."""


class CheckRequested(Message):
    """Somebody wants to know whether everything is in its place."""


class RenewRequested(Message):
    """Somebody wants a new token set now."""


class LogOutRequested(Message):
    """Somebody wants to log out."""


class SessionChanged(Message):
    """AuthService has told of a sign-in, a renewal, a restore, a log out or a session's end."""

    def __init__(self, event: "LoginEvent") -> None:
        self.event = event
        super().__init__()


class ServersChanged(Message):
    """A bundled server is in another state than before."""

    def __init__(self, statuses: "tuple[ServerStatus, ...]") -> None:
        self.statuses = statuses
        super().__init__()


class PingSucceeded(Message):
    """The API has accepted the access token."""
