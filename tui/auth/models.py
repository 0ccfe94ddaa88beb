"""What the service tells of: events and steps, beside the session that they are about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tui.auth.session import USUAL_VALIDITY, Claims, Json, Profile, Session, TokenSet

__all__ = [
    "USUAL_VALIDITY", "Claims", "DevicePrompt", "Json", "LogOutStep", "LoginEvent", "Profile",
    "Session", "SignInProgress", "TokenSet",
]  # fmt: skip


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
    outcome: Literal["done", "skipped", "failed"]
    message: str
    """One sentence for people."""
