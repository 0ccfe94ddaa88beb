"""The app that comes first where there is no config; another follows it in the same terminal."""

from typing import Final

from textual.binding import Binding
from textual.driver import Driver

from tui.app.doors import KEYMAP_NAME, load_keymap
from tui.app.keys.caps import APP_BINDINGS
from tui.app.screens.help import HelpScreen
from tui.app.screens.set_up.choice import ChoiceScreen
from tui.app.screens.set_up.form import FormScreen
from tui.app.screens.set_up.registration import Outside
from tui.app.terminal_app import TerminalApp
from tui.app.textual_internals import report_crashes
from tui.config.memory import AppMemory, memory_path
from tui.config.paths import logs_dir, shown, user_config_dir
from tui.moments import local_now
from tui.terminal.crash import report_crash

OF_APP: Final = ("help", "quit")
"""Keys that work wherever one is."""


class SetUpApp(TerminalApp):
    """Ends with the config to open the app with, or with none."""

    # A first screen's own file would not be read: Textual reads those of screens that are pushed.
    CSS_PATH = ["app.tcss", "screens/set_up/set_up.tcss"]  # noqa: RUF012 # Textual's list
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [  # noqa: RUF012 # Textual wants a list
        each for each in APP_BINDINGS if isinstance(each, Binding) and each.id in OF_APP
    ]

    def __init__(self, outside: Outside, driver_class: type[Driver] | None = None) -> None:
        super().__init__(AppMemory(memory_path()), driver_class)
        self._outside = outside
        report_crashes(self, _report)

    def get_default_screen(self) -> ChoiceScreen:
        """Begin with the choice."""
        return ChoiceScreen(lambda: FormScreen(self._outside))

    def on_mount(self) -> None:
        """Take the person's own keys."""
        path = user_config_dir() / KEYMAP_NAME
        self.take_keymap(load_keymap(path), path)

    async def action_help(self) -> None:
        """Show what one can do here."""
        await self.push_screen(HelpScreen(self.screen))


def _report(error: BaseException) -> str:
    return report_crash(error, "nobody was signed in.", logs_dir(), local_now(), shown)
