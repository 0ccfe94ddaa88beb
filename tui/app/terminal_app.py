"""What every app of ours is in a terminal: a person's keys and colours, until another follows."""

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import App
from textual.binding import Binding
from textual.driver import Driver
from textual.filter import LineFilter
from textual.worker import Worker

from tui.app.keys.caps import with_key, written
from tui.app.messages import BackgroundTold, Opening, OpeningRequested
from tui.app.screens.place import tell_of_failed_work
from tui.app.themes import Themes
from tui.config.memory import AppMemory
from tui.terminal.signals import end_on_signals


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

    def on_mount(self) -> None:
        """Have signals end it as a key would."""
        end_on_signals(lambda code: self.exit(return_code=code))

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
