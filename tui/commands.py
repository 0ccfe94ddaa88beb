"""What the command palette offers: everything that a key does, in words."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from tui.messages import PLACES

if TYPE_CHECKING:
    from tui.app import DoorkeyApp


def system_commands(app: "DoorkeyApp") -> Iterator[SystemCommand]:
    """Yield the commands that make sense for who is signed in now."""
    for place, label in PLACES.items():
        yield SystemCommand(f"Go to {label}", f"Show {label}", partial(app.go_to, place))
    if app.account.signed_in:
        yield SystemCommand(
            "Log out", "End the session, here and at the tenant", app.action_log_out
        )
    else:
        yield SystemCommand("Login", "Sign in with your browser", app.action_sign_in)
    yield SystemCommand("Help", "Show or hide what one can do here", app.action_toggle_help)
    yield SystemCommand("Theme", "Change the colours", app.action_change_theme)
    yield SystemCommand("Quit", "Leave; your session is kept", app.action_quit)
