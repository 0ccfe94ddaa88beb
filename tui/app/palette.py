"""What the command palette offers: everything that a key does here, in words."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from tui.app.messages import PLACES

if TYPE_CHECKING:
    from tui.app.app import DoorkeyApp


def system_commands(app: "DoorkeyApp", screen: Screen[object]) -> Iterator[SystemCommand]:
    """Yield the commands that make sense on this screen, for who is signed in now."""
    yield from _commands_of(screen)
    for place, label in PLACES.items():
        yield SystemCommand(f"Go to {label}", f"Show {label}", partial(app.go_to, place))
    if app.account.signed_in:
        yield SystemCommand("Renew", "Get new tokens now", app.action_renew)
        yield SystemCommand("Switch account", "Sign in as somebody else", app.action_switch_account)
        yield SystemCommand(
            "Log out", "End the session, here and at the tenant", app.action_log_out
        )
    else:
        yield SystemCommand("Login", "Sign in with your browser", app.action_sign_in)
    yield SystemCommand("Help", "What one can do here", app.action_help)
    yield SystemCommand("Theme", "Change the colours", app.action_change_theme)
    yield SystemCommand("Quit", "Leave; your session is kept", app.action_quit)


def _commands_of(screen: Screen[object]) -> Iterator[SystemCommand]:
    """Yield what the screen's own keys do; moving about is left to the keys."""
    for _key, binding in screen._bindings:
        offered = binding.tooltip and screen.check_action(binding.action.partition("(")[0], ())
        if offered:
            run = partial(screen.run_action, binding.action)
            yield SystemCommand(binding.description, binding.tooltip, run)
