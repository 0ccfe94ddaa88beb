"""Two questions before a call: by which method, and whether one that changes things is meant."""

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from tui.api.request import METHODS, ApiRequest
from tui.text import printable, shortened

MEANT_FOR: Final = {
    "GET": "reads",
    "HEAD": "reads the headers alone",
    "OPTIONS": "asks what is allowed",
    "POST": "sends, and may change something",
    "PUT": "puts or replaces",
    "PATCH": "changes in part",
    "DELETE": "deletes",
}

METHOD_CELLS: Final = 10

LONGEST_URL: Final = 300


class MethodScreen(ModalScreen[str | None]):
    """The methods, to choose one; None where the one before stays."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="leave-methods", tooltip="Leave it as it was"),
        Binding("j", "move('down')", "Down", show=False, id="method-down"),
        Binding("k", "move('up')", "Up", show=False, id="method-up"),
    ]

    def __init__(self, method: str) -> None:
        super().__init__()
        self._method = method

    def compose(self) -> ComposeResult:
        """Yield one line for each."""
        lines = (
            Content.assemble((f"{name:{METHOD_CELLS}}", "bold"), (MEANT_FOR[name], "dim"))
            for name in METHODS
        )
        with Vertical(classes="panel dialog") as dialog:
            dialog.border_title = "Method"
            yield OptionList(*(Option(line) for line in lines))

    def on_mount(self) -> None:
        """Begin at the one that is chosen now."""
        self.query_one(OptionList).highlighted = METHODS.index(self._method)

    def action_move(self, direction: str) -> None:
        """Go to the next one, or to the one before."""
        methods = self.query_one(OptionList)
        if direction == "down":
            methods.action_cursor_down()
        else:
            methods.action_cursor_up()

    @on(OptionList.OptionSelected)
    def _choose(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(METHODS[message.option_index])


class ChangeScreen(ModalScreen[bool]):
    """Asks before a call that may change something; answers whether it is meant."""

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "#leave"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Call it", id="call-it", tooltip="Make this call"),
        Binding("escape", "answer(False)", "Leave it", id="leave-it", tooltip="Do not call"),
    ]

    def __init__(self, origin: str, request: ApiRequest) -> None:
        super().__init__()
        self._what = f"{request.method} {origin}{request.path}"

    def compose(self) -> ComposeResult:
        """Yield the question and two answers."""
        with Vertical(classes="panel dialog") as dialog:
            dialog.border_title = "This call may change something"
            yield Static(Content(shortened(printable(self._what), LONGEST_URL)), classes="what")
            yield Static("It is asked once for each of them while the app runs.", classes="note")
            with Horizontal(classes="actions"):
                yield Button("Leave it", id="leave")
                yield Button("Call it (y)", variant="primary", id="call")

    @on(Button.Pressed)
    def _answer(self, message: Button.Pressed) -> None:
        self.action_answer(message.button.id == "call")

    def action_answer(self, meant: bool) -> None:
        """Go back with the answer."""
        self.dismiss(meant)
