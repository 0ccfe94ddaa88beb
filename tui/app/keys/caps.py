"""The keys that work everywhere, and which key to name in a hint."""

from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING, Final

from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.keys import REPLACED_KEYS, key_to_character

from tui.app.messages import PROTECTED
from tui.errors import START_API, START_TENANT

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.screen import Screen

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
        "ctrl+z", "suspend_process", "Suspend",
        show=False, id="suspend", tooltip="Back to the shell; its fg brings you back",
    ),
    Binding(
        "f1", "help", "Help", id="help", tooltip="What one can do here"
    ),
    Binding("q", "quit", "Quit", id="quit", tooltip="Leave; your session is kept"),
]  # fmt: skip
"""The bindings that work everywhere; a keymap changes each by its id."""

START_SERVERS: Final = Binding(
    "w",
    "start_servers",
    "Start it",
    id="start-servers",
    tooltip="Start the bundled server that is not there; it ends with the app",
)
"""Home's; other screens send there who has to start something."""

STARTS: Final = "starts it, for as long as the app is open"
STARTS_AND_TRIES: Final = f"{STARTS}, and tries again."


def key_cap(node: DOMNode, name: str) -> str:
    """Return the first key of the binding with the id `name`, as the footer writes keys.

    It is looked for at `node`, then outwards up to the app. Whether the binding can be used now
    makes no difference: a hint stays while its letters go into a field. After a change of the
    keymap `screen.bindings_updated_signal` is sent, and hints want drawing anew.

    Raises:
        LookupError: there is no such binding.
    """
    for each in node.ancestors_with_self:
        for binding in bindings_of(type(each)):
            if binding.id == name:
                return node.app.get_key_display(with_key(binding, {}))
    raise LookupError(f'No binding here has the id "{name}".')


def is_typed(screen: "Screen[object]", active: "ActiveBinding") -> bool:
    """Return whether the key would go into the field that is being edited."""
    field, key = screen.focused, active.binding.key
    if field is None or active.node is field or active.binding.priority:
        return False
    return field.check_consume_key(key, key_to_character(REPLACED_KEYS.get(key, key)))


def told(active: "ActiveBinding", usable: Set[str]) -> str:
    """Return what a key does; `usable` has the ids of all that can be used now."""
    signs_in = active.binding.id in PROTECTED and "log-out" not in usable
    return f"{active.tooltip}; signs in first" if signs_in else active.tooltip


def with_start_key(words: str, app: App[None] | App[object], *, here: DOMNode | None = None) -> str:
    """Name in `words` the key that starts a bundled server instead of the commands that do.

    `here` is a dialog whose key does so, and then tries once more what failed.
    """
    key = app.get_key_display(with_key(START_SERVERS, {}))
    instead = f"{key} on Home {STARTS}."
    if here is not None:
        instead = f"{key_cap(here, 'try-again')} {STARTS_AND_TRIES}"
    return words.replace(START_TENANT, instead).replace(START_API, instead)


def with_key(binding: Binding, keymap: Mapping[str, str]) -> Binding:
    """Return `binding` with one key: the first that `keymap` or else its author gave to it.

    One that has a single key of the keymap already stays as it is.
    """
    keys = keymap.get(binding.id or "", binding.key).split(",")
    return binding if binding.key in keys else binding.with_key(keys[0])


def written(key: str) -> str:
    """Return a key as people write it: F5, as it stands on the keyboard."""
    return key.upper() if key.startswith("f") and key[1:].isdigit() else key


def bindings_of(owner: type[object]) -> Iterator[Binding]:
    """Yield the bindings of a class of nodes, its own before those that it inherits."""
    for each in owner.__mro__:
        for binding in vars(each).get("BINDINGS", ()):
            if isinstance(binding, Binding):
                yield binding
