"""The keys that work everywhere, and which key to name in a hint."""

from typing import Final

from textual.binding import Binding, BindingType
from textual.dom import DOMNode

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
"""Each by the name under which a keymap can change it."""


def key_cap(node: DOMNode, name: str) -> str:
    """Give the first key of the binding with the id `name`, as the footer writes keys.

    It is looked for at `node`, then outwards up to the app. Whether the binding can be used now
    makes no difference: a hint stays while its letters go into a field. After a change of the
    keymap `screen.bindings_updated_signal` is sent, and hints want drawing anew.

    Raises:
        LookupError: there is no such binding.
    """
    for each in node.ancestors_with_self:
        bindings = each._bindings.copy()
        bindings.apply_keymap(node.app._keymap)
        for _, binding in bindings:
            if binding.id == name:
                return node.app.get_key_display(binding)
    raise LookupError(f'No binding here has the id "{name}".')
