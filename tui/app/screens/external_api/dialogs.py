"""Two questions: by which method, and whether something that changes things is meant."""

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from tui.api.request import METHODS, ApiRequest, is_broken_json
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.row_list import RowList
from tui.text import printable

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


class MethodList(RowList):
    """One row for each method, and what it is for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Take", id="row-choose", tooltip="Call by this one"),
    ]

    def draw_row(self, index: int) -> Content:
        """Return its name, and what it is for."""
        name = METHODS[index]
        return Content.assemble(
            (f" {name:{METHOD_CELLS}}", "bold"), (MEANT_FOR[name], "$foreground-muted")
        )


class MethodScreen(ModalScreen[str | None]):
    """The methods, to choose one; None where the one before stays."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="leave-methods", tooltip="Leave it as it was"),
        Binding("f1", "app.help", "Help", id="help", tooltip="What this is"),
    ]
    HELP = """\
## Method

How the API is called from now on; **Enter** takes one, and sends nothing. Before the first call of
an address by one that may change something, you are asked.
"""

    def __init__(self, method: str) -> None:
        super().__init__()
        self._method = method

    def compose(self) -> ComposeResult:
        """Yield one line for each."""
        with Vertical(classes="panel dialog") as dialog:
            dialog.border_title = "Method"
            yield MethodList()
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin at the one that is chosen now."""
        self.query_one(MethodList).set_rows(len(METHODS), METHODS.index(self._method))

    @on(RowList.Chosen)
    def _choose(self, message: RowList.Chosen) -> None:
        self.dismiss(METHODS[message.index])


class QuestionScreen(ModalScreen[bool]):
    """Asks before something that cannot be taken back; answers whether it is meant."""

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "#leave"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Do it", id="call-it", tooltip="What the question is about"),
        Binding("escape", "answer(False)", "Leave it", id="leave-it", tooltip="Do nothing"),
        Binding("f1", "app.help", "Help", id="help", tooltip="What this is"),
    ]
    HELP = """\
## Question

Nothing happens unless you mean it: **y** does what the title asks about, and so does its button.
"""

    def __init__(self, title: str, what: str, note: str, yes: str) -> None:
        """Take the words: `what` may be of others, and `yes` says what is done."""
        super().__init__()
        self._title = title
        self._what = what
        self.note = note
        self._yes = yes

    def compose(self) -> ComposeResult:
        """Yield the question and two answers."""
        with Vertical(classes="panel dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield Static(Content(printable(self._what, LONGEST_URL)), classes="what")
            yield Static(Content(self.note), classes="note")
            with Horizontal(classes="actions"):
                yield Button("Leave it", id="leave")
                yield Button(Content(self._yes), variant="primary", id="call")
        yield KeyLine()

    def on_mount(self) -> None:
        """Name the key by what it does."""
        self.query_one(KeyLine).names = {"call-it": self._yes}

    @on(Button.Pressed)
    def _answer(self, message: Button.Pressed) -> None:
        self.action_answer(message.button.id == "call")

    def action_answer(self, meant: bool) -> None:
        """Go back with the answer."""
        self.dismiss(meant)


def change_question(origin: str, request: ApiRequest) -> QuestionScreen:
    """Ask before a call that may change something."""
    body = f", with {len(request.body):,} bytes" if request.body else ""
    note = "You are asked once for each method and address while the app runs."
    if is_broken_json(request.body):
        note = f"▲ The body looks like JSON, but is not valid: it is sent as you wrote it.\n{note}"
    return QuestionScreen(
        "This call may change something",
        f"{request.method} {origin}{request.path}{body}",
        note,
        "Call it",
    )


def proxy_question() -> QuestionScreen:
    """Ask before the proxy is turned on."""
    return QuestionScreen(
        "Let other programs call the API as you?",
        "The proxy is a URL on this machine that adds your token to each request.",
        "Any program of yours that knows the URL calls the API as you, until you stop the proxy, "
        "log out or quit. You are asked once while the app runs.",
        "Turn it on",
    )


def again_question(origin: str, request: ApiRequest) -> QuestionScreen:
    """Ask before a call that changes something is made again for the rest of its answer."""
    return QuestionScreen(
        "The rest of the answer was not read",
        f"{request.method} {origin}{request.path}",
        "To save the whole, the call is made again, and may change something again.",
        "Call it again",
    )


def removal_question(name: str) -> QuestionScreen:
    """Ask before a request is forgotten that was kept."""
    return QuestionScreen("Forget this request", name, "It cannot be brought back.", "Forget it")
