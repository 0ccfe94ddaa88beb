"""What is called: the method, the API's origin, and the path, which can be edited."""

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from tui.api.request import LONGEST_PATH, PING, ApiRequest, checked_path
from tui.text import printable


class MethodLabel(Static):
    """The method; a click goes to the next one."""

    class Clicked(Message):
        """Somebody wants the next method."""

    def on_click(self, event: events.Click) -> None:
        """Ask for it."""
        event.stop()
        self.post_message(self.Clicked())


class RequestLine(Horizontal):
    """`GET http://localhost:3001/api/external`; the origin is the config's and stays."""

    request: reactive[ApiRequest] = reactive(PING)
    """What is called next."""

    class Changed(Message):
        """Another request is called from now on."""

        def __init__(self, request: ApiRequest) -> None:
            self.request = request
            super().__init__()

    def __init__(self, origin: str, request: ApiRequest) -> None:
        super().__init__()
        self._origin = origin
        self.set_reactive(RequestLine.request, request)

    def compose(self) -> ComposeResult:
        """Put the line together."""
        yield MethodLabel(Content(self.request.method), id="method")
        yield Static(Content(printable(self._origin)), id="origin")
        yield Input(self.request.path, compact=True, max_length=LONGEST_PATH, id="path")
        yield Static(id="path-trouble")

    def watch_request(self, request: ApiRequest) -> None:
        """Show the method; the path is the person's own text."""
        for label in self.query(MethodLabel):
            label.update(Content(request.method))

    @on(MethodLabel.Clicked)
    def next_method(self) -> None:
        """Go to the next method."""
        self._change(ApiRequest(self.request.next_method, self.request.path))

    @on(Input.Changed, "#path")
    def _path_changed(self, message: Input.Changed) -> None:
        message.stop()
        trouble = self.query_one("#path-trouble", Static)
        try:
            path = checked_path(self._origin, message.value)
        except ValueError as error:
            trouble.update(Content(f"✗ {printable(error)}"))
        else:
            trouble.update("")
            if path != self.request.path:
                self._change(ApiRequest(self.request.method, path))

    @property
    def is_wrong(self) -> bool:
        """Tell whether what stands there is no path."""
        try:
            checked_path(self._origin, self.query_one("#path", Input).value)
        except ValueError:
            return True
        return False

    def _change(self, request: ApiRequest) -> None:
        self.request = request
        self.post_message(self.Changed(request))
