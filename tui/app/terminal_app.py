"""What every app of ours is in a terminal: a person's keys, colours and palette."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker

from tui.app.keys.caps import key_cap, with_key, written
from tui.app.keys.in_turn import KeysInTurn
from tui.app.messages import (
    PLACES,
    BackgroundTold,
    ConfigEditRequested,
    Opening,
    OpeningRequested,
)
from tui.app.screens.place import tell_of_failed_work
from tui.app.themes import Themes
from tui.config.memory import AppMemory
from tui.config.paths import shown
from tui.terminal.signals import end_on_signals

if TYPE_CHECKING:
    from tui.app.keys.keymap import CheckedKeymap


class TerminalApp(App[None]):
    """An app that another one may follow in the same terminal."""

    TITLE = "Doorkey"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (72, "-normal"), (118, "-wide"), (160, "-vast")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-medium"), (34, "-tall")]  # noqa: RUF012

    def __init__(self, memory: AppMemory, driver_class: type[Driver] | None) -> None:
        """Begin in the colours that the memory knows."""
        super().__init__(driver_class=driver_class)
        self.following: Opening | None = None
        """What to open next; None where nobody wants anything."""
        self.own_keys: Mapping[str, str] = {}
        """Those that the person's keymap gives, by the names of what they do."""
        self.themes = Themes(self, memory)
        self._keys = KeysInTurn(self, super().on_event)

    async def on_event(self, event: events.Event) -> None:
        """Take what is typed one after another, however fast it comes."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self._keys.take(event)
        else:
            await super().on_event(event)

    def action_help_quit(self) -> None:
        """Say how to leave, to whoever presses Ctrl-C for that."""
        words = f"{key_cap(self, 'quit')} quits, and ctrl+q while you type. Your session is kept."
        self.notify(words, title="Leave Doorkey?", markup=False)

    def on_mount(self) -> None:
        """Have signals end it as a key would."""
        end_on_signals(lambda code: self.exit(return_code=code))

    def take_keymap(self, keymap: "CheckedKeymap", path: Path) -> None:
        """Let the person's own keys apply, and tell what is wrong with those at `path`."""
        if keymap.keys:
            self.set_keymap(keymap.keys)
        self.own_keys = keymap.keys
        title = shown(path)
        for trouble in keymap.troubles:
            self.notify(trouble, title=title, severity="warning", markup=False, timeout=15)

    def get_system_commands(self, screen: Screen[object]) -> Iterator[SystemCommand]:
        """Yield what the palette offers: all that a key does on this screen, in words, and more."""
        titles = {f"go({place!r})": f"Go to {label}" for place, label in PLACES.items()}
        offered: set[str] = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            # Moving about, which has no tooltip, is left to the keys; so is what a widget has.
            is_ours = binding.id and active.tooltip and active.node in (screen, self)
            if is_ours and binding.action not in offered:
                offered.add(binding.action)
                title = titles.get(binding.action, binding.description)
                title = f"{title} ({self.get_key_display(binding)})"
                run = partial(self.run_action, binding.action, active.node)
                yield SystemCommand(title, active.tooltip, run)
        yield SystemCommand(
            "Edit the config",
            "In your own editor; it takes effect at once",
            lambda: self.post_message(ConfigEditRequested()) and None,
        )
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Have all words in colours that can be read."""
        return [*super().get_line_filters(), self.themes.readable_words]

    def get_key_display(self, binding: Binding) -> str:
        """Return how a key is written on screen: the one that the keymap gave, if it has one."""
        return written(super().get_key_display(with_key(binding, self.own_keys)))

    @on(BackgroundTold)
    def _follow_background(self, message: BackgroundTold) -> None:
        self.themes.follow(dark=message.is_dark)

    @on(OpeningRequested)
    def _make_room(self, message: OpeningRequested) -> None:
        self.following = message.opening
        self.exit()

    @on(Worker.StateChanged)
    def _tell_failed_work(self, message: Worker.StateChanged) -> None:
        tell_of_failed_work(self, message)
