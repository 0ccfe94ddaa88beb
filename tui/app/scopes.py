"""Which bindings are active together; importing this loads every screen."""

from tui.app.keys.caps import APP_BINDINGS
from tui.app.keys.keymap import Scopes
from tui.app.screens.doctor import DoctorScreen
from tui.app.screens.external_api.dialogs import MethodScreen, QuestionScreen
from tui.app.screens.external_api.kept import KeptScreen
from tui.app.screens.external_api.screen import ExternalApiScreen
from tui.app.screens.help import HelpScreen
from tui.app.screens.home import HomeScreen
from tui.app.screens.log_out import LogOutQuestion, LogOutScreen
from tui.app.screens.place import PlaceScreen
from tui.app.screens.profile import ProfileScreen
from tui.app.screens.set_up.choice import ChoiceScreen
from tui.app.screens.set_up.form import FormScreen
from tui.app.screens.set_up.registration import RegistrationScreen
from tui.app.screens.sign_in import SignInScreen
from tui.app.screens.tenants import TenantsScreen
from tui.app.screens.theme import ThemeScreen
from tui.app.widgets.calls.answer_panel import AnswerLines, AnswerPanel
from tui.app.widgets.calls.calls_panel import CallsTable
from tui.app.widgets.calls.request_line import PathField
from tui.app.widgets.calls.text_field import LinesArea
from tui.app.widgets.claims_table import ClaimsTable
from tui.app.widgets.jwt_field import JwtField
from tui.app.widgets.row_list import RowList


def key_scopes() -> Scopes:
    """Return the bindings of the app and of each place in it."""
    return {
        "everywhere": APP_BINDINGS,
        "places": PlaceScreen.BINDINGS,
        "home": HomeScreen.BINDINGS,
        "profile": ProfileScreen.BINDINGS,
        "external-api": ExternalApiScreen.BINDINGS,
        "sign-in": SignInScreen.BINDINGS,
        "log-out-question": LogOutQuestion.BINDINGS,
        "log-out": LogOutScreen.BINDINGS,
        "doctor": [*RowList.BINDINGS, *DoctorScreen.BINDINGS],
        "help": HelpScreen.BINDINGS,
        "claims": [*RowList.BINDINGS, *ClaimsTable.BINDINGS],
        "answer": [*RowList.BINDINGS, *AnswerLines.BINDINGS, *AnswerPanel.BINDINGS],
        "calls": [*RowList.BINDINGS, *CallsTable.BINDINGS],
        "jwt": JwtField.BINDINGS,
        "path": PathField.BINDINGS,
        "lines": LinesArea.BINDINGS,
        "requests": [*RowList.BINDINGS, *KeptScreen.BINDINGS],
        "methods": MethodScreen.BINDINGS,
        "change": QuestionScreen.BINDINGS,
        "tenants": [*RowList.BINDINGS, *TenantsScreen.BINDINGS],
        "set-up-choice": ChoiceScreen.BINDINGS,
        "set-up": FormScreen.BINDINGS,
        "registration": RegistrationScreen.BINDINGS,
        "themes": ThemeScreen.BINDINGS,
    }
