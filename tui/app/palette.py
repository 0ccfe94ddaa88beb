"""What the command palette offers, everything that a key does here in words; and one's own keys."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App, SystemCommand
from textual.screen import Screen

from tui.app.messages import PLACES, ConfigEditRequested
from tui.config.paths import shown

if TYPE_CHECKING:
    from tui.app.keys.keymap import CheckedKeymap


def system_commands(app: App[None], screen: Screen[object]) -> Iterator[SystemCommand]:
    """Yield the commands that make sense on this screen, for who is signed in now."""
    titles = {f"go({place!r})": f"Go to {label}" for place, label in PLACES.items()}
    offered: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        # Moving about, which has no tooltip, is left to the keys; so is what a widget has.
        is_ours = binding.id and active.tooltip and active.node in (screen, app)
        if is_ours and binding.action not in offered:
            offered.add(binding.action)
            title = titles.get(binding.action, binding.description)
            title = f"{title} ({app.get_key_display(binding)})"
            run = partial(app.run_action, binding.action, active.node)
            yield SystemCommand(title, active.tooltip, run)
    yield SystemCommand(
        "Edit the config",
        "In your own editor; it takes effect at once",
        lambda: app.post_message(ConfigEditRequested()) and None,
    )
    yield SystemCommand("Theme", "Change the colours", app.action_change_theme)


def take_keymap(app: App[None], keymap: "CheckedKeymap", path: Path) -> Mapping[str, str]:
    """Let the person's own keys apply, tell what is wrong with those at `path`, and return them."""
    if keymap.keys:
        app.set_keymap(keymap.keys)
    title = shown(path)
    for trouble in keymap.troubles:
        app.notify(trouble, title=title, severity="warning", markup=False, timeout=15)
    return keymap.keys
