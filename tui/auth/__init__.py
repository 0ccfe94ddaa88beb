"""Sign-in and session, for the app, the commands and anybody's asyncio program.

Imports `tui.config` and what is below it; nothing of Textual, and no screen.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tui.auth.httpx_auth import DoorkeyAuth
    from tui.auth.keeper import SessionKeeper
    from tui.auth.service import AuthService
    from tui.auth.session import LoginEvent, Profile, Session, TokenSet
    from tui.errors import DoorkeyError

__all__ = [
    "AuthService",
    "DoorkeyAuth",
    "DoorkeyError",
    "LoginEvent",
    "Profile",
    "Session",
    "SessionKeeper",
    "TokenSet",
]

HOMES: Final = {
    "AuthService": "tui.auth.service",
    "DoorkeyAuth": "tui.auth.httpx_auth",
    "DoorkeyError": "tui.errors",
    "LoginEvent": "tui.auth.session",
    "Profile": "tui.auth.session",
    "Session": "tui.auth.session",
    "SessionKeeper": "tui.auth.keeper",
    "TokenSet": "tui.auth.session",
}


def __getattr__(name: str) -> object:
    """Import on first use (PEP 562): `doorkey token` must not pay for what it does not need."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)
