"""External API: call it with the access token, and see what it says, and why."""

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from tui.api.call import Call, Caller
from tui.api.request import ApiRequest, remember_request, remembered_request
from tui.app.copying import SystemClipboard, copy_quietly, save_answer
from tui.app.messages import (
    CheckRequested,
    ConfigEditRequested,
    PingSucceeded,
    RenewRequested,
    SignInRequested,
)
from tui.app.moments import Clock
from tui.app.screens.call_dialogs import ChangeScreen, MethodScreen
from tui.app.screens.place import PlaceScreen
from tui.app.widgets.answer_panel import AnswerPanel
from tui.app.widgets.call_view import CallView
from tui.app.widgets.calls_panel import CallsTable
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.refusal_panel import RefusalPanel
from tui.app.widgets.request_line import MethodLabel, RepeatButton, RequestLine
from tui.config.memory import AppMemory
from tui.errors import DoorkeyError
from tui.text import printable

if TYPE_CHECKING:
    from tui.app.moments import Sleep
    from tui.auth.session import TokenSet


class ExternalApiScreen(PlaceScreen):
    """Ping, once or again and again; the answer; the calls so far; why one was refused."""

    PLACE = "external-api"
    CSS_PATH = "external_api.tcss"
    AUTO_FOCUS = "#ping"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "ping", "Ping", id="ping", tooltip="Call the API"),
        Binding("t", "repeat", "Repeat", id="repeat", tooltip="Call it again and again, or stop"),
        Binding("w", "way_out", "Way out", id="way-out", tooltip="Do what helps after a refusal"),
        Binding("escape", "cancel", "Cancel", id="cancel-call", tooltip="Wait no longer"),
        Binding("m", "method", "Method", show=False, id="method", tooltip="GET, POST, PUT, ..."),
        Binding("e", "edit_path", "Edit path", show=False, id="edit-path", tooltip="Another route"),
        Binding("i", "interval", "Interval", show=False, id="interval", tooltip="How often"),
        Binding("slash", "search", "Find", show=False, id="find", tooltip="In the answer"),
        Binding("c", "copy", "Copy", show=False, id="copy-answer", tooltip="The whole answer"),
        Binding("f", "save", "Save", show=False, id="save-answer", tooltip="As a file, here"),
    ]
    HELP = """\
## External API

*Ping* calls the API with your access token; one that has expired is renewed first. The API
checks who issued it, for whom, and until when, and says what it finds.

- *Repeat* calls it again and again (GET and HEAD), *Interval* changes how often.
- *Method* and *Edit path* choose another route; the origin is the config's and stays. A method
  that may change something asks before.
- After a refusal, what the API wants stands beside what your token has, and *Way out* does what
  helps, and calls again.
- **Tab** goes to the answer and to the list of calls. In the answer, **Enter** folds and unfolds;
  *Find*, then **n** and **N**, search it; *Copy* and *Save* take it whole. In the list, **Enter**
  shows a call, and **a** makes it again.
"""

    def __init__(
        self,
        caller: Caller,
        clock: Clock,
        memory: AppMemory,
        copy_to_system: SystemClipboard,
        sleep: "Sleep" = asyncio.sleep,
    ) -> None:
        super().__init__(caller.config.domain, clock)
        self._caller = caller
        self._memory = memory
        self._copy_to_system = copy_to_system
        self._sleep = sleep
        self._origin = caller.config.api_url
        self._meant: set[ApiRequest] = set()
        """What may change something, and was said to be meant."""
        self._refused: tuple[Call, TokenSet] | None = None
        """The call from which somebody took the way out, and with which tokens it was made."""

    def compose_content(self) -> ComposeResult:
        """Yield the request and what came of the calls."""
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
            yield RepeatButton(self._memory)
        yield CallView()

    async def on_unmount(self) -> None:
        """Leave no connection open."""
        await self._caller.aclose()

    # What is called

    @on(RequestLine.Changed)
    def _remember(self, message: RequestLine.Changed) -> None:
        remember_request(self._memory, self._origin, message.request)
        if not message.request.may_repeat:
            self._stop_repeating()

    @on(MethodLabel.Clicked)
    @work(exclusive=True, group="method", exit_on_error=False)
    async def action_method(self) -> None:
        """Choose the method from a list."""
        line = self.query_one(RequestLine)
        method = await self.app.push_screen_wait(MethodScreen(line.request.method))
        if method is not None:
            line.change(ApiRequest(method, line.request.path))

    def action_edit_path(self) -> None:
        """Go to the path."""
        self.query_one(RequestLine).edit_path()

    @on(RequestLine.Done)
    def _leave_path(self) -> None:
        self.query_one("#ping").focus()

    def action_interval(self) -> None:
        """Go to the next interval."""
        self.query_one(RepeatButton).next_interval()

    # Calling

    @on(Button.Pressed, "#ping")
    def action_ping(self) -> None:
        """Call the API once."""
        line = self.query_one(RequestLine)
        if line.is_wrong:
            line.edit_path()
        else:
            self._ping(line.request)

    @on(CallsTable.AgainRequested)
    def _ping_again(self, message: CallsTable.AgainRequested) -> None:
        self.query_one(RequestLine).change(message.request)
        self._ping(message.request)

    @on(Button.Pressed, "#repeat")
    def action_repeat(self) -> None:
        """Call the API again and again, or stop."""
        button, request = self.query_one(RepeatButton), self.query_one(RequestLine).request
        if button.repeating:
            self._stop_repeating()
        elif request.may_repeat:
            button.repeating = True
            self.query_one(KeyLine).names = {"repeat": "Stop"}
            self._repeat()
        else:
            words = f"{request.method} is not repeated: it may change something each time."
            self.notify(words, title="Not repeated", markup=False)

    def _stop_repeating(self) -> None:
        self.query_one(RepeatButton).repeating = False
        self.query_one(KeyLine).names = {}
        self.workers.cancel_group(self, "repeat")

    @work(exclusive=True, group="repeat", exit_on_error=False)
    async def _repeat(self) -> None:
        while True:
            call = await self._call(self.query_one(RequestLine).request, show=False)
            asked = call.result.retry_after_seconds if call and call.result else None
            await self._sleep(max(self.query_one(RepeatButton).seconds, asked or 0))

    @work(exclusive=True, group="ping", exit_on_error=False)
    async def _ping(self, request: ApiRequest) -> None:
        if not request.is_safe and request not in self._meant:
            if not await self.app.push_screen_wait(ChangeScreen(self._origin, request)):
                return
            self._meant.add(request)
        await self._call(request, show=True)

    async def _call(self, request: ApiRequest, *, show: bool) -> Call | None:
        self._refused = None
        view = self.query_one(CallView)
        what = f"{request.method} {self._origin}{request.path}"
        try:
            with view.panel.calling(what, self.clock):
                call = await self._caller.call(request)
        except DoorkeyError as error:
            self._stop_repeating()
            view.panel.show_trouble(str(error))
            return None
        self.add_class("-called")
        await view.add(call, show=show)
        if call.ok:
            self.post_message(PingSucceeded())
        elif call.result is None:
            self.post_message(CheckRequested())  # Home should know at once
        return call

    def action_cancel(self) -> None:
        """Wait for the answer no longer."""
        self._stop_repeating()
        self.workers.cancel_group(self, "ping")
        why = "You cancelled it. What the API did of it until then is not known."
        self.query_one(CallView).panel.show_trouble(why, "No answer")

    @on(Worker.StateChanged)
    def _call_failed(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR and message.worker.group in ("ping", "repeat"):
            message.prevent_default()  # told here, and so not once more as a notice
            self._stop_repeating()
            kind = type(message.worker.error).__name__
            why = f"Something unexpected went wrong ({kind})."
            self.query_one(CallView).panel.show_trouble(why)

    # After a refusal

    def action_way_out(self) -> None:
        """Do what helps after a refusal."""
        self.query_one(RefusalPanel).take_way_out()

    @on(RefusalPanel.WayOutTaken)
    def _take_way_out(self, message: RefusalPanel.WayOutTaken) -> None:
        explanation = message.explanation
        if explanation.remedy == "config":
            self.post_message(ConfigEditRequested())
            return
        call, tokens = self.query_one(CallView).shown, self._caller.token_set
        self._refused = (call, tokens) if call and tokens else None
        if explanation.remedy == "scope":
            self.post_message(SignInRequested(scope=explanation.scope))
        else:
            self.post_message(RenewRequested())

    def watch_account(self) -> None:
        """Call again what was refused, where a renewal has brought other tokens."""
        if self.is_current:  # else a sign-in is on its way back here
            self._call_refused_again()

    def on_screen_resume(self) -> None:
        """Call again what was refused, where a sign-in has brought other tokens."""
        self._call_refused_again()
        self._refused = None

    def _call_refused_again(self) -> None:
        tokens = self._caller.token_set
        if self._refused is None or tokens is None or self._refused[1] is tokens:
            return
        (call, _), self._refused = self._refused, None
        view = self.query_one(CallView)
        view.forget_refusal()
        if call.request.may_repeat:
            self._ping(call.request)
        else:
            view.panel.show_ready(f"You have new tokens. Ping calls {call.request.method} again.")
        self.refresh_bindings()

    # The answer

    def action_search(self) -> None:
        """Ask what to look for in the answer."""
        self.query_one(AnswerPanel).search()

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def action_copy(self) -> None:
        """Copy the answer, whole."""
        if result := self.query_one(CallView).result:
            await copy_quietly(self.app, result.body, "The answer", self._copy_to_system)

    def action_save(self) -> None:
        """Save the answer, whole, as a file in the folder that one is in."""
        if result := self.query_one(CallView).result:
            save_answer(self.app, result.body, self.clock())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what there is something for: a refusal, an answer, a call to cancel."""
        if not self.is_mounted:
            return super().check_action(action, parameters)
        if action == "way_out":
            return self.query_one(RefusalPanel).explanation is not None
        if action in ("search", "copy", "save"):
            return self.query_one(CallView).result is not None
        if action == "cancel":
            return self.query_one(CallView).panel.is_busy
        return super().check_action(action, parameters)
