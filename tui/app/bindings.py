"""The keys that work everywhere in the app; each by the name under which a keymap can change it."""

from typing import Final

from textual.binding import Binding, BindingType

APP_BINDINGS: Final[list[BindingType]] = [
    Binding("1", "go('home')", "Home", show=False, id="home", tooltip="What to do next"),
    Binding("2", "go('profile')", "Profile", show=False, id="profile", tooltip="Who you are"),
    Binding(
        "3", "go('external-api')", "External API",
        show=False, id="external-api", tooltip="Call the API",
    ),
    Binding("l", "sign_in", "Login", show=False, id="login", tooltip="Sign in with your browser"),
    Binding(
        "s", "switch_account", "Switch account",
        show=False, id="switch-account", tooltip="Sign in as somebody else",
    ),
    Binding("r", "renew", "Renew", show=False, id="renew", tooltip="Get new tokens now"),
    Binding("o", "log_out", "Log out", show=False, id="log-out", tooltip="End your session"),
    Binding(
        "f1", "help", "Help", key_display="F1", id="help", tooltip="What one can do here"
    ),
    Binding("q", "quit", "Quit", id="quit", tooltip="Leave; your session is kept"),
]  # fmt: skip
