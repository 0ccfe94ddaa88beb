"""External API: call it with the access token, and see what it says, and why."""

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static
from textual.worker import Worker

from tui.api.call import Caller
from tui.api.request import ApiRequest, remember_request, remembered_request
from tui.app.copying import SystemClipboard, copy_curl, copy_quietly
from tui.app.keys.caps import key_cap
from tui.app.screens.external_api.calling import SAVE, Calling
from tui.app.screens.external_api.editing import RequestEditing
from tui.app.screens.external_api.keys import BINDINGS, HELP
from tui.app.screens.external_api.proxying import MakeProxy, ProxyLine, ProxySwitch
from tui.app.screens.external_api.saving import Saving
from tui.app.screens.place import PlaceScreen
from tui.app.widgets.calls.answer_panel import AnswerPanel, FindField
from tui.app.widgets.calls.call_view import CallView
from tui.app.widgets.calls.calls_panel import CallsTable
from tui.app.widgets.calls.refusal_panel import RefusalPanel
from tui.app.widgets.calls.request_details import Part, RequestDetails
from tui.app.widgets.calls.request_line import MethodLabel, RepeatButton, RequestLine
from tui.config.memory import AppMemory
from tui.moments import Clock, Sleep
from tui.text import printable


class ExternalApiScreen(PlaceScreen):
    """Ping, once or again and again; the answer; the calls so far; why one was refused."""

    PLACE = "external-api"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#ping"
    BINDINGS = BINDINGS
    HELP = HELP

    def __init__(
        self,
        caller: Caller,
        clock: Clock,
        memory: AppMemory,
        copy_to_system: SystemClipboard,
        make_proxy: MakeProxy,
        sleep: Sleep,
    ) -> None:
        super().__init__(caller.config.label, clock)
        self._caller = caller
        self._memory = memory
        self._copy_to_system = copy_to_system
        self._origin = caller.config.api_url
        self._calling = Calling(self, caller, clock, sleep)
        self._editing = RequestEditing(self, self._origin)
        self._saving = Saving(self, caller, clock)
        self._proxy = ProxySwitch(self, make_proxy, caller.config)

    def compose_content(self) -> ComposeResult:
        """Yield the request and what came of the calls."""
        yield Static(Content("External API"), classes="headline", id="title")
        with Horizontal(classes="actions"):
            yield Button("Ping", variant="primary", id="ping")
            yield RequestLine(self._origin, remembered_request(self._memory, self._origin))
            yield RepeatButton(self._memory)
        yield Static(
            Content(
                "Ping calls the external API with your access token, and the API validates it by "
                f"its audience, {printable(self._caller.config.audience)}."
            ),
            id="lead",
        )
        yield RequestDetails()
        yield ProxyLine()
        yield CallView(self._caller.config.path).data_bind(PlaceScreen.account)

    def on_mount(self) -> None:
        """Offer to repeat where the request of the last time may be."""
        self._calling.follow(self._editing.request)

    def on_screen_suspend(self) -> None:
        """Repeat nothing that nobody sees; below a dialog it goes on."""
        if self not in self.app.screen_stack:
            self._calling.leave()

    async def on_unmount(self) -> None:
        """Leave no connection open, and no proxy."""
        await self._proxy.turn_off()
        await self._caller.aclose()

    # What is called

    @on(RequestLine.Changed)
    def _remember(self, message: RequestLine.Changed) -> None:
        remember_request(self._memory, self._origin, message.request)
        self.query_one(RequestDetails).follow(message.request)
        self.query_one(CallView).follow(message.request)
        self._calling.follow(message.request)

    @on(RequestLine.Written)
    def _name_result(self, message: RequestLine.Written) -> None:
        self.query_one(CallView).follow(message.request)

    @on(RequestDetails.Changed)
    def _take_details(self, message: RequestDetails.Changed) -> None:
        self._editing.take_details(message.request)

    @on(MethodLabel.Clicked)
    @work(exclusive=True, group="method", exit_on_error=False)
    async def action_method(self) -> None:
        """Choose the method from a list."""
        await self._editing.choose_method()

    def action_edit_path(self) -> None:
        """Go to the path."""
        self.query_one(RequestLine).edit_path()

    async def action_edit(self, part: Part) -> None:
        """Go to the headers or to the body."""
        await self.query_one(RequestDetails).edit(part)

    @work(exclusive=True, group="editor", exit_on_error=False)
    async def action_editor(self) -> None:
        """Write the body, or the headers where one is at them, in the person's own editor."""
        await self._editing.write_in_editor()

    @work(exclusive=True, group="kept", exit_on_error=False)
    async def action_kept(self) -> None:
        """Open a request that was kept, or keep this one."""
        await self._editing.open_kept(self._caller.secrets, self._copy_curl_of)

    @on(RequestLine.Done)
    @on(RequestDetails.Done)
    def _leave_editing(self) -> None:
        self.query_one("#ping").focus()

    def action_interval(self) -> None:
        """Go to the next interval."""
        self.query_one(RepeatButton).next_interval()

    # Calling

    @on(Button.Pressed, "#ping")
    async def action_ping(self) -> None:
        """Call the API once."""
        if await self._editing.is_right():
            self._calling.call_once(self._editing.request)

    @on(CallsTable.AgainRequested)
    def _ping_again(self, message: CallsTable.AgainRequested) -> None:
        self._editing.open(message.request)
        if message.sends:
            self._calling.call_once(message.request)
        else:
            self._calling.offer(message.request)

    @on(Button.Pressed, "#repeat")
    async def action_repeat(self) -> None:
        """Call the API again and again, or stop."""
        request = self._editing.request
        if self.query_one(RepeatButton).repeating:
            self._calling.stop()
        elif not request.may_repeat:
            self._calling.refuse_to_repeat(request)
        elif await self._editing.is_right():
            self._calling.call_repeatedly(lambda: self._editing.request)

    def action_cancel(self) -> None:
        """Wait for the answer no longer."""
        self._calling.cancel()

    @on(Worker.StateChanged)
    def _tell_failed_call(self, message: Worker.StateChanged) -> None:
        self._calling.tell_failed(message)

    # After a refusal

    def action_way_out(self) -> None:
        """Do what helps after a refusal."""
        self.query_one(RefusalPanel).take_way_out()

    @on(RefusalPanel.WayOutTaken)
    def _take_way_out(self, message: RefusalPanel.WayOutTaken) -> None:
        self._calling.take_way_out(message.explanation)

    def watch_account(self) -> None:
        """Call again what was refused, where a renewal has brought other tokens."""
        if self.is_current:  # else a sign-in is on its way back here
            self._calling.retry_refused()

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        """Call again what was refused, where a sign-in has brought other tokens."""
        self._calling.retry_refused()
        self._calling.forget_refused()

    # Where nobody answers

    def watch_findings(self) -> None:
        """Offer to start what is not there; while it looks, what was offered stays."""
        if self.findings:
            self._offer_start()

    def watch_servers(self) -> None:
        """Offer to start what has ended; call again what waits."""
        self._calling.follow_servers(self.servers)
        self._offer_start()

    def _offer_start(self) -> None:
        if self.is_mounted:
            words = f"▸ {key_cap(self, 'start-api')} starts it, for as long as the app is open."
            for view in self.query(CallView):  # none where the app is ending
                view.offer = words if self.lacks_server else ""
            self.refresh_bindings()

    def action_start_servers(self) -> None:
        """Start the bundled servers that are not there, and call again then."""
        self._calling.call_when_ready()
        super().action_start_servers()

    # The answer

    def action_search(self) -> None:
        """Ask what to look for in the answer."""
        self.query_one(AnswerPanel).search()

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def action_copy(self) -> None:
        """Copy the answer, whole."""
        if result := self.query_one(CallView).result:
            what = f"{result.part_read} of the answer" if result.is_cut else "the answer"
            file = f"Press {key_cap(self, 'save-answer')} for a file of it."
            await copy_quietly(self.app, result.body, what, self._copy_to_system, instead=file)

    @work(exclusive=True, group=SAVE, exit_on_error=False)
    async def action_save(self) -> None:
        """Save the answer, whole, as a file in the folder that one is in; Esc cancels."""
        if call := self.query_one(CallView).shown:
            await self._saving.save(call)

    def action_calls(self) -> None:
        """Go to the list of calls."""
        self.query_one(CallsTable).focus()

    # What leaves the app

    @on(CallsTable.CurlRequested)
    def _copy_curl_of_row(self, message: CallsTable.CurlRequested) -> None:
        self._copy_curl(message.request)

    def action_copy_curl(self) -> None:
        """Copy a command that makes this call."""
        self._copy_curl(self._editing.request)

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def _copy_curl(self, request: ApiRequest) -> None:
        await self._copy_curl_of(request)

    async def _copy_curl_of(self, request: ApiRequest) -> None:
        await copy_curl(self.app, self._caller.config, request, self._copy_to_system)

    @work(exclusive=True, group="proxy", exit_on_error=False)
    async def action_proxy(self) -> None:
        """Turn the proxy on, or off."""
        await self._proxy.turn()

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def action_copy_proxy(self) -> None:
        """Copy the proxy's address."""
        copy, here = self._copy_to_system, "It stands above the result."
        await copy_quietly(self.app, self._proxy.address, "the address", copy, instead=here)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what there is something for: a refusal, an answer, a call to cancel."""
        if not self.is_mounted:
            return super().check_action(action, parameters)
        if action == "start_servers":
            return self.query_one(CallView).offers_start
        if action == "way_out":
            return self.query_one(RefusalPanel).explanation is not None
        if action in ("ping", "editor") and isinstance(self.focused, FindField):
            return False
        if action == "editor":
            return self._editing.may_edit
        if action == "calls":
            return bool(self.query_one(CallsTable).row_count)
        if action in ("search", "copy", "save"):
            return self.query_one(CallView).result is not None
        if action == "interval":
            return self.query_one(RepeatButton).display
        if action == "copy_proxy":
            return bool(self._proxy.address)
        if action == "cancel":
            return self.query_one(RepeatButton).repeating or self.query_one(CallView).panel.is_busy
        return super().check_action(action, parameters)
