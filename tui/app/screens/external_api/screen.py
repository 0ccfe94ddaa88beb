"""External API: call it with the access token, and see what it says, and why."""

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static
from textual.worker import Worker

from tui.api.call import Caller
from tui.api.request import ApiRequest, remember_request, remembered_request
from tui.app.copying import SystemClipboard, copy_quietly, save_answer
from tui.app.messages import ConfigEditRequested, RenewRequested, SignInRequested
from tui.app.moments import Clock
from tui.app.screens.external_api.calling import Calling
from tui.app.screens.external_api.dialogs import MethodScreen
from tui.app.screens.place import PlaceScreen
from tui.app.widgets.calls.answer_panel import AnswerPanel
from tui.app.widgets.calls.call_view import CallView
from tui.app.widgets.calls.calls_panel import CallsTable
from tui.app.widgets.calls.refusal_panel import RefusalPanel
from tui.app.widgets.calls.request_line import MethodLabel, RepeatButton, RequestLine
from tui.config.memory import AppMemory
from tui.text import printable

if TYPE_CHECKING:
    from tui.app.moments import Sleep


class ExternalApiScreen(PlaceScreen):
    """Ping, once or again and again; the answer; the calls so far; why one was refused."""

    PLACE = "external-api"
    CSS_PATH = "screen.tcss"
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
        self._origin = caller.config.api_url
        self._calling = Calling(self, caller, clock, sleep)

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
            self._calling.stop()

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
            self._calling.once(line.request)

    @on(CallsTable.AgainRequested)
    def _ping_again(self, message: CallsTable.AgainRequested) -> None:
        self.query_one(RequestLine).change(message.request)
        self._calling.once(message.request)

    @on(Button.Pressed, "#repeat")
    def action_repeat(self) -> None:
        """Call the API again and again, or stop."""
        request = self.query_one(RequestLine).request
        if self.query_one(RepeatButton).repeating:
            self._calling.stop()
        elif request.may_repeat:
            self._calling.again_and_again(lambda: self.query_one(RequestLine).request)
        else:
            words = f"{request.method} is not repeated: it may change something each time."
            self.notify(words, title="Not repeated", markup=False)

    def action_cancel(self) -> None:
        """Wait for the answer no longer."""
        self._calling.cancel()

    @on(Worker.StateChanged)
    def _call_failed(self, message: Worker.StateChanged) -> None:
        self._calling.tell_failed(message)

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
        self._calling.remember_refused()
        if explanation.remedy == "scope":
            self.post_message(SignInRequested(scope=explanation.scope))
        else:
            self.post_message(RenewRequested())

    def watch_account(self) -> None:
        """Call again what was refused, where a renewal has brought other tokens."""
        if self.is_current:  # else a sign-in is on its way back here
            self._calling.refused_again()

    def on_screen_resume(self) -> None:
        """Call again what was refused, where a sign-in has brought other tokens."""
        self._calling.refused_again()
        self._calling.forget_refused()

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
