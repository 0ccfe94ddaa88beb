"""External API: call it with the access token, and see what it says, and why."""

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Button, Input, Static
from textual.worker import Worker, WorkerState

from tui.api.call import Call, Caller
from tui.api.history import CallHistory
from tui.api.request import remember_request, remembered_request
from tui.app.messages import ConfigEditRequested, PingSucceeded, RenewRequested, SignInRequested
from tui.app.moments import Clock
from tui.app.screens.place import PlaceScreen
from tui.app.widgets.answer_panel import AnswerPanel
from tui.app.widgets.calls_panel import CallsPanel
from tui.app.widgets.ping_result import PingResultPanel
from tui.app.widgets.refusal_panel import RefusalPanel
from tui.app.widgets.request_line import RequestLine
from tui.config.memory import AppMemory
from tui.errors import DoorkeyError
from tui.text import printable

if TYPE_CHECKING:
    from tui.app.doors import Sleep

INTERVALS_SECONDS: Final = (1, 2, 5, 10, 30)

DEFAULT_INTERVAL: Final = 2

INTERVAL_MEMORY: Final = "repeat_seconds"


class ExternalApiScreen(PlaceScreen):
    """Ping, once or again and again; the answer; the calls so far; why one was refused."""

    PLACE = "external-api"
    CSS_PATH = "external_api.tcss"
    AUTO_FOCUS = "#ping"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "ping", "Ping", id="ping", tooltip="Call the API"),
        Binding("t", "repeat", "Repeat", id="repeat", tooltip="Call it again and again, or stop"),
        Binding(
            "i", "interval", "Interval", show=False, id="interval", tooltip="Seconds between calls"
        ),
        Binding("m", "method", "Method", show=False, id="method", tooltip="GET, POST, PUT, ..."),
        Binding(
            "e", "edit_path", "Edit path", show=False, id="edit-path", tooltip="Call another route"
        ),
        Binding("w", "way_out", "Way out", id="way-out", tooltip="Do what helps after a refusal"),
        Binding("escape", "leave_path", "Done", show=False, id="leave-path"),
    ]
    HELP = """\
## External API

*Ping* calls the API with your access token; one that has expired is renewed first. The API
checks who issued it, for whom, and until when, and says what it finds.

- *Repeat* calls it again and again, *Interval* changes how often.
- *Method* and *Edit path* choose another route; the origin is the config's and stays.
- After a refusal, what the API wants stands beside what your token has, and *Way out* does what
  helps.
- **Tab** goes to the answer and to the list of calls. The other keys are below.
"""

    repeating: reactive[bool] = reactive(False, init=False)
    """Whether the API is called again and again."""
    interval_seconds: reactive[int] = reactive(DEFAULT_INTERVAL, init=False)
    """From the end of one call to the start of the next."""

    def __init__(
        self,
        caller: Caller,
        clock: Clock,
        memory: AppMemory,
        sleep: "Sleep" = asyncio.sleep,
    ) -> None:
        super().__init__(caller.config.domain, clock)
        self._caller = caller
        self._memory = memory
        self._sleep = sleep
        self._history = CallHistory()
        self._origin = caller.config.api_url
        remembered = memory.get(INTERVAL_MEMORY)
        if isinstance(remembered, int) and remembered in INTERVALS_SECONDS:
            self.set_reactive(ExternalApiScreen.interval_seconds, remembered)

    def compose_content(self) -> ComposeResult:
        """Yield what is called, what came of it, and the calls so far."""
        yield Static(Content("External API"), classes="headline", id="title")
        yield Static(
            Content(
                "Ping the external API with the button below. It is called with your access token, "
                f"and validates it by its audience, {printable(self._caller.config.audience)}."
            ),
            id="lead",
        )
        with Horizontal(classes="actions"):
            yield Button("Ping", variant="primary", id="ping")
            yield RequestLine(self._origin, remembered_request(self._memory, self._origin))
            yield Button(self._repeat_label, id="repeat")
        with Horizontal(id="panes"):
            with Vertical(id="outcome"):
                yield PingResultPanel()
                yield RefusalPanel()
                yield AnswerPanel()
            yield CallsPanel()

    def on_mount(self) -> None:
        """Start with nothing to show."""
        self.query_one(RefusalPanel).display = False
        self.query_one(AnswerPanel).display = False

    # What is called

    @on(RequestLine.Changed)
    def _remember(self, message: RequestLine.Changed) -> None:
        remember_request(self._memory, self._origin, message.request)

    def action_method(self) -> None:
        """Go to the next method."""
        self.query_one(RequestLine).next_method()

    def action_edit_path(self) -> None:
        """Go to the path."""
        self.query_one("#path", Input).focus()

    def action_leave_path(self) -> None:
        """Go back to the button."""
        self.query_one("#ping").focus()

    @on(Input.Submitted, "#path")
    def _call_path(self) -> None:
        self.action_leave_path()
        self.action_ping()

    # Calling

    @on(Button.Pressed, "#ping")
    def action_ping(self) -> None:
        """Call the API once."""
        line = self.query_one(RequestLine)
        if line.is_wrong:
            self.action_edit_path()
            return
        called = f"{line.request.method} {self._origin}{line.request.path}"
        self.query_one(PingResultPanel).show_calling(called)
        self._ping()

    @on(Button.Pressed, "#repeat")
    def action_repeat(self) -> None:
        """Call the API again and again, or stop."""
        self.repeating = not self.repeating

    def action_interval(self) -> None:
        """Go to the next interval."""
        at = INTERVALS_SECONDS.index(self.interval_seconds)
        self.interval_seconds = INTERVALS_SECONDS[(at + 1) % len(INTERVALS_SECONDS)]
        self._memory.set(INTERVAL_MEMORY, self.interval_seconds)

    @property
    def _repeat_label(self) -> Content:
        return Content("■ Stop" if self.repeating else f"Every {self.interval_seconds} s")

    def watch_repeating(self) -> None:
        """Start or stop."""
        self.watch_interval_seconds()
        if self.repeating:
            self._repeat()
        else:
            self.workers.cancel_group(self, "repeat")

    def watch_interval_seconds(self) -> None:
        """Say how often."""
        button = self.query_one("#repeat", Button)
        button.label = self._repeat_label
        button.refresh(layout=True)

    @work(exclusive=True, group="repeat", exit_on_error=False)
    async def _repeat(self) -> None:
        while True:
            await self._call()
            await self._sleep(self.interval_seconds)

    @work(exclusive=True, group="ping", exit_on_error=False)
    async def _ping(self) -> None:
        await self._call()

    async def _call(self) -> None:
        try:
            call = await self._caller.call(self.query_one(RequestLine).request)
        except DoorkeyError as error:
            self.repeating = False
            self.query_one(PingResultPanel).show_trouble(str(error))
        else:
            await self._show(call)

    @on(Worker.StateChanged)
    def _call_failed(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR and message.worker.group in ("ping", "repeat"):
            message.prevent_default()  # told here, and so not once more as a notice
            self.repeating = False
            kind = type(message.worker.error).__name__
            self.query_one(PingResultPanel).show_trouble(
                f"Something unexpected went wrong ({kind})."
            )

    async def _show(self, call: Call) -> None:
        self._history.add(call)
        self.add_class("-called")
        self.query_one(CallsPanel).show(self._history)
        panel = self.query_one(PingResultPanel)
        if call.result is not None:
            panel.show_result(call.result)
        elif call.no_answer is not None:
            panel.show_no_answer(call.no_answer)
        self.query_one(AnswerPanel).show(call.result)
        await self.query_one(RefusalPanel).show(call.explanation)
        self.refresh_bindings()
        if call.ok:
            self.post_message(PingSucceeded())

    # After a refusal

    def action_way_out(self) -> None:
        """Do what helps after a refusal."""
        self.query_one(RefusalPanel).take_way_out()

    @on(RefusalPanel.WayOutTaken)
    def _take_way_out(self, message: RefusalPanel.WayOutTaken) -> None:
        explanation = message.explanation
        if explanation.remedy == "scope":
            self.post_message(SignInRequested(scope=explanation.scope))
        elif explanation.remedy == "config":
            self.post_message(ConfigEditRequested())
        else:
            self.post_message(RenewRequested())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a way out where there is something to get out of."""
        if action == "way_out" and self.is_mounted:
            return self.query_one(RefusalPanel).explanation is not None
        return super().check_action(action, parameters)
