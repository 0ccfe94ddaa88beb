"""What the parts of the app tell each other: requests go up, facts come down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from textual.message import Message

if TYPE_CHECKING:
    from tui.auth.keeper import Offline
    from tui.config.load import Config
    from tui.servers.checks import Finding
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


CONFIG_TAKEN_OVER: Final = "The config has changed, and is in use now."
"""Told where the config in use has been opened anew."""

OF_A_SESSION: Final = {
    "issuer": "issuer", "client_id": "client ID", "audience": "audience", "scope": "scope",
    "api_url": "API",
}  # fmt: skip
"""What a session belongs to, as people call it; the profile of a file stays what it is."""


def told_taken_over(before: "Config", config: "Config") -> str:
    """Say that `config` is in use instead of `before`, and whether that means another session."""
    others = [
        name for key, name in OF_A_SESSION.items() if getattr(before, key) != getattr(config, key)
    ]
    told = [CONFIG_TAKEN_OVER]
    if others:
        told.append(f"It has another {', '.join(others)}, and with that a session of its own.")
    if before.session_storage == "memory":
        told.append("What was kept in memory has ended.")
    return " ".join(told)


@dataclass(frozen=True, slots=True)
class Opening:
    """One config to open the app with.

    An app is one config's for all its life: to open another config, it ends with the wish for it,
    and the launcher lets a new one begin. So nothing of the one before can linger: not its service,
    its tokens, its answers, its history, its clipboard, nor a message that was still under way. The
    launcher adds the secret of the environment, where the config is the one chosen at the start.
    """

    config: "Config"
    with_servers: bool = False
    """Whether the bundled servers that the config points to are started beside it."""
    place: Place = "home"
    """Where to begin, if somebody is signed in."""
    signs_in: bool = False
    """Whether to begin with a sign-in, if nobody is."""
    notice: str = ""
    """What to tell at the beginning, for people."""


class OpeningRequested(Message):
    """Somebody wants the app to be another config's, or the same config's as it is now."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        super().__init__()


class GoRequested(Message):
    """Somebody wants to be at another place."""

    def __init__(self, place: Place) -> None:
        self.place = place
        super().__init__()


class SignInRequested(Message):
    """Somebody wants to sign in; where something special is asked for, also again."""

    def __init__(
        self,
        *,
        scope: str = "",
        prompt: str = "",
        acr_values: str = "",
        max_age_seconds: int | None = None,
    ) -> None:
        """Ask for `scope` instead of the config's, or for OpenID Connect's own (Core 3.1.2.1)."""
        self.scope = scope
        self.prompt = prompt
        self.acr_values = acr_values
        self.max_age_seconds = max_age_seconds
        super().__init__()

    @property
    def is_special(self) -> bool:
        """Whether this sign-in is for somebody who is signed in already."""
        is_recent = self.max_age_seconds is not None
        return bool(self.scope or self.prompt or self.acr_values or is_recent)

    @property
    def keeps_person(self) -> bool:
        """Whether the same person signs in again, who keeps the scope that was granted."""
        return self.prompt != "login"


class ConfigEditRequested(Message):
    """Somebody wants to change the config."""


class CheckRequested(Message):
    """Somebody wants to know whether everything is in its place."""

    def __init__(self, *, start: bool = False) -> None:
        """With `start`, have the bundled servers started that are not there."""
        self.start = start
        super().__init__()


class RenewRequested(Message):
    """Somebody wants a new token set now."""


class LogOutRequested(Message):
    """Somebody wants to log out."""


class SessionChanged(Message):
    """Somebody has signed in or out, the session was renewed, restored or not, or has ended."""

    def __init__(self, notice: str = "") -> None:
        """Tell what went wrong, if anything did, in `notice`."""
        self.notice = notice
        super().__init__()


class SignInEnded(Message):
    """The screen of a sign-in has closed, with a session or without one."""


class ServersChanged(Message):
    """A bundled server is in another state than before."""

    def __init__(self, statuses: "tuple[ServerStatus, ...]") -> None:
        self.statuses = statuses
        super().__init__()


class OfflineChanged(Message):
    """The session cannot be renewed now, or can be again."""

    def __init__(self, offline: "Offline | None") -> None:
        self.offline = offline
        super().__init__()


class FindingsChanged(Message):
    """A look around has found how things are; empty while it looks."""

    def __init__(self, findings: "tuple[Finding, ...]") -> None:
        self.findings = findings
        super().__init__()


class BackgroundTold(Message):
    """The terminal has told whether its own background is dark."""

    def __init__(self, *, is_dark: bool) -> None:
        self.is_dark = is_dark
        super().__init__()


class PingSucceeded(Message):
    """The API has accepted the access token."""
