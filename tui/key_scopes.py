"""Which bindings are active together; importing this loads every screen."""

from tui.app_bindings import APP_BINDINGS
from tui.keymap import Scopes
from tui.screens.external_api import ExternalApiScreen
from tui.screens.help import HelpScreen
from tui.screens.home import HomeScreen
from tui.screens.log_out import LogOutScreen
from tui.screens.place import PlaceScreen
from tui.screens.profile import ProfileScreen
from tui.screens.sign_in import SignInScreen
from tui.widgets.answer_panel import AnswerPanel
from tui.widgets.calls_panel import CallsTable
from tui.widgets.claims_table import ClaimsTable


def key_scopes() -> Scopes:
    """Give the bindings of the app and of each place in it."""
    return {
        "everywhere": APP_BINDINGS,
        "places": PlaceScreen.BINDINGS,
        "home": HomeScreen.BINDINGS,
        "profile": ProfileScreen.BINDINGS,
        "external-api": ExternalApiScreen.BINDINGS,
        "sign-in": SignInScreen.BINDINGS,
        "log-out": LogOutScreen.BINDINGS,
        "help": HelpScreen.BINDINGS,
        "claims": ClaimsTable.BINDINGS,
        "answer": AnswerPanel.BINDINGS,
        "calls": CallsTable.BINDINGS,
    }
