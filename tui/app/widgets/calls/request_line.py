"""What is called: the method, the API's origin, the path, which can be edited; and how often."""

from dataclasses import replace
from typing import ClassVar, Final

from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import Button, Input, Static

from tui.api.request import LONGEST_PATH, PING, ApiRequest, path_from
from tui.config.memory import AppMemory
from tui.text import printable

INTERVALS_SECONDS: Final = (1, 2, 5, 10, 30)

DEFAULT_INTERVAL: Final = 2

INTERVAL_MEMORY: Final = "repeat_seconds"

GAP_CELLS: Final = 1
"""Between the method and the origin, and behind it where no path follows."""

CURSOR_CELLS: Final = 1
"""After the path, while it is edited."""


class MethodLabel(Static):
    """The method; a click asks for another one."""

    class Clicked(Message):
        """Somebody wants another method."""

    def on_click(self, event: events.Click) -> None:
        """Ask for it."""
        event.stop()
        self.post_message(self.Clicked())


class PathField(Input):
    """The path while it is edited: Enter takes what stands there, Esc brings the old one back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Take", id="take-path", tooltip="Call this path from now on"),
        Binding("escape", "restore", "Undo", id="leave-path", tooltip="Back to the path before"),
    ]

    def render_line(self, y: int) -> Strip:
        """Draw the path; one that is too long says so, while it is not edited."""
        path, cells = Content(self.value), self.content_size.width
        if self.has_focus or path.cell_length <= cells:
            return super().render_line(y)
        shown = path.truncate(cells, ellipsis=True).plain
        return Strip([Segment(shown, self.rich_style)])

    class Left(Message):
        """The path is edited no longer; `take` tells whether what stands there is meant."""

        def __init__(self, *, take: bool) -> None:
            self.take = take
            super().__init__()

    def action_restore(self) -> None:
        """Take the changes back."""
        self.post_message(self.Left(take=False))

    def on_blur(self) -> None:
        """Take what stands there, as fields do."""
        self.post_message(self.Left(take=True))


class RepeatButton(Button):
    """`Repeat · 2 s`, or `■ Stop · 2 s` while the API is called again and again."""

    repeating: reactive[bool] = reactive(False)
    """Whether calls are being repeated."""
    seconds: reactive[int] = reactive(DEFAULT_INTERVAL)
    """From the end of one call to the start of the next."""
    asked_seconds: reactive[int] = reactive(0)
    """What the API asks to wait before the next one; 0 where it asks for nothing."""

    def __init__(self, memory: AppMemory) -> None:
        super().__init__(id="repeat")
        self._memory = memory
        remembered = memory.get(INTERVAL_MEMORY)
        if isinstance(remembered, int) and remembered in INTERVALS_SECONDS:
            self.set_reactive(RepeatButton.seconds, remembered)

    @property
    def wait_seconds(self) -> int:
        """How long it is to the next call: the interval, or more where the API asks for it."""
        return max(self.seconds, self.asked_seconds)

    def next_interval(self) -> None:
        """Go to the next interval, in a circle, and show it."""
        at = INTERVALS_SECONDS.index(self.seconds) + 1
        self.seconds = INTERVALS_SECONDS[at % len(INTERVALS_SECONDS)]
        self._memory.set(INTERVAL_MEMORY, self.seconds)
        self.scroll_visible(animate=False)

    def watch_repeating(self) -> None:
        """Say what a press does."""
        name = "■ Stop" if self.repeating else "Repeat"
        self.label = Content(f"{name} · {self.wait_seconds:,} s")
        self.refresh(layout=True)

    def watch_seconds(self) -> None:
        """Say how often."""
        self.watch_repeating()

    def watch_asked_seconds(self) -> None:
        """Say for how long it waits."""
        self.watch_repeating()


class RequestLine(Vertical):
    """`GET http://localhost:3001/api/external`; the origin is the config's and stays."""

    request: reactive[ApiRequest] = reactive(PING)
    """What is called next."""

    class Changed(Message):
        """Another request is called from now on."""

        def __init__(self, request: ApiRequest) -> None:
            self.request = request
            super().__init__()

    class Written(Message):
        """Another path stands there, and is not taken yet."""

        def __init__(self, request: ApiRequest) -> None:
            self.request = request
            super().__init__()

    class Done(Message):
        """The path is edited no longer."""

    def __init__(self, origin: str, request: ApiRequest) -> None:
        super().__init__()
        self._origin = origin
        self.set_reactive(RequestLine.request, request)

    def compose(self) -> ComposeResult:
        """Put the line together, and below it what is wrong with the path."""
        with Horizontal(id="request"):
            yield MethodLabel(Content(self.request.method), id="method")
            yield Static(Content(printable(self._origin)), id="origin")
            yield PathField(self.request.path, compact=True, max_length=LONGEST_PATH, id="path")
        yield Static(id="path-trouble")

    def on_mount(self) -> None:
        """Start with nothing that is wrong."""
        self._say("")

    def on_resize(self) -> None:
        """Give the path the room that it needs."""
        self._share_room()

    def _share_room(self) -> None:
        # Where it is short, the origin goes first: it is the config's, and the same for each call.
        needed = Content(f" {self.request.method} ").cell_length + GAP_CELLS
        path = self.query_one(PathField).value
        is_other = bool(path) and not path.startswith("/")  # nothing that belongs to the origin
        needed += Content(path).cell_length + CURSOR_CELLS + (GAP_CELLS if is_other else 0)
        origin = self.query_one("#origin", Static)
        origin.set_class(is_other, "-apart")
        origin.display = self.size.width - needed >= Content(printable(self._origin)).cell_length

    def edit_path(self) -> None:
        """Go to the path."""
        self.query_one(PathField).focus()

    def watch_request(self, request: ApiRequest) -> None:
        """Show what is called."""
        if self.is_mounted:
            self.query_one(MethodLabel).update(Content(request.method))
            self.query_one(PathField).value = request.path
            self._share_room()

    def change(self, request: ApiRequest) -> None:
        """Call another request from now on."""
        if request != self.request:
            self.request = request
            self.post_message(self.Changed(request))

    @property
    def is_wrong(self) -> bool:
        """Whether what stands there is no path."""
        return bool(self._trouble(self.query_one(PathField).value))

    def _trouble(self, path: str) -> str:
        try:
            path_from(self._origin, path)
        except ValueError as error:
            return str(error)
        return ""

    def _say(self, trouble: str) -> None:
        line = self.query_one("#path-trouble", Static)
        line.display = bool(trouble)
        line.update(Content(f"✗ {printable(trouble)}" if trouble else ""))

    @on(Input.Changed, "#path")
    def _check_path(self, message: Input.Changed) -> None:
        message.stop()
        self._say(self._trouble(message.value))
        self._share_room()
        self.post_message(self.Written(replace(self.request, path=message.value)))

    @on(Input.Submitted, "#path")
    def _submit_path(self, message: Input.Submitted) -> None:
        message.stop()
        if not self.is_wrong:
            self.post_message(self.Done())  # the focus goes on, which takes the path

    @on(PathField.Left)
    def _leave_path(self, message: PathField.Left) -> None:
        message.stop()
        field = self.query_one(PathField)
        if not message.take:
            field.value = self.request.path
            self.post_message(self.Done())
        else:
            self.take_path()

    def leave_path(self) -> None:
        """Take the path; one who is writing it wants the answer now."""
        self.take_path()
        if self.query_one(PathField).has_focus:
            self.post_message(self.Done())

    def take_path(self) -> None:
        """Call from now on what stands there, unless it is no path."""
        field = self.query_one(PathField)
        if not self.is_wrong:
            path = field.value = path_from(self._origin, field.value)
            self.change(replace(self.request, path=path))
