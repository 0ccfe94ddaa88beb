"""The app that comes first where there is no config; another follows it in the same terminal."""

from collections.abc import Mapping, Sequence
from typing import Final

from textual import on
from textual.app import App
from textual.binding import Binding
from textual.driver import Driver
from textual.filter import LineFilter
from textual.worker import Worker

from tui.app.app import DoorkeyApp
from tui.app.doors import KEYMAP_NAME, load_keymap
from tui.app.keys.caps import APP_BINDINGS, with_key, written
from tui.app.messages import BackgroundTold, Opening, OpeningRequested
from tui.app.palette import take_keymap
from tui.app.screens.help import HelpScreen
from tui.app.screens.place import tell_of_failed_work
from tui.app.screens.set_up.choice import ChoiceScreen
from tui.app.screens.set_up.form import FormScreen
from tui.app.screens.set_up.registration import Outside
from tui.app.textual_internals import report_crashes
from tui.app.themes import Themes
from tui.config.memory import AppMemory, memory_path
from tui.config.paths import logs_dir, shown, user_config_dir
from tui.moments import local_now
from tui.terminal.crash import report_crash
from tui.terminal.signals import end_on_signals

OF_APP: Final = ("help", "quit")
"""Keys that work wherever one is."""


class SetUpApp(App[None]):
    """Ends with the config to open the app with, or with none."""

    TITLE = "Doorkey"
    # A first screen's own file would not be read: Textual reads those of screens that are pushed.
    CSS_PATH = ["app.tcss", "screens/set_up/set_up.tcss"]  # noqa: RUF012 # Textual's list
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = DoorkeyApp.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = DoorkeyApp.VERTICAL_BREAKPOINTS
    BINDINGS = [  # noqa: RUF012 # Textual wants a list
        each for each in APP_BINDINGS if isinstance(each, Binding) and each.id in OF_APP
    ]

    def __init__(self, outside: Outside, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        self._outside = outside
        self._themes = Themes(self, AppMemory(memory_path()))
        self._keys: Mapping[str, str] = {}
        self.following: Opening | None = None
        """What to open the app with; None where nobody wants anything."""
        report_crashes(self, _report)

    def get_default_screen(self) -> ChoiceScreen:
        """Begin with the choice."""
        return ChoiceScreen(lambda: FormScreen(self._outside))

    def on_mount(self) -> None:
        """Take signals and the person's own keys."""
        end_on_signals(lambda code: self.exit(return_code=code))
        path = user_config_dir() / KEYMAP_NAME
        self._keys = take_keymap(self, load_keymap(path), path)

    @on(OpeningRequested)
    def _make_room(self, message: OpeningRequested) -> None:
        self.following = message.opening
        self.exit()

    async def action_help(self) -> None:
        """Show what one can do here."""
        await self.push_screen(HelpScreen(self.screen))

    @on(BackgroundTold)
    def _follow_background(self, message: BackgroundTold) -> None:
        self._themes.follow(dark=message.is_dark)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Have all words in colours that can be read."""
        return [*super().get_line_filters(), self._themes.readable_words]

    def get_key_display(self, binding: Binding) -> str:
        """Return how a key is written on screen."""
        return written(super().get_key_display(with_key(binding, self._keys)))

    @on(Worker.StateChanged)
    def _tell_failed_work(self, message: Worker.StateChanged) -> None:
        tell_of_failed_work(self, message)


def _report(error: BaseException) -> str:
    return report_crash(error, "nobody was signed in.", logs_dir(), local_now(), shown)
