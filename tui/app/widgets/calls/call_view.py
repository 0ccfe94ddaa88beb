"""What came of the calls: the result of one, why it was refused, its answer; the list of all."""

from pathlib import Path
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.widget import Widget

from tui.api.answer import PingResult
from tui.api.call import Call
from tui.api.history import CallHistory
from tui.api.refusal import Explanation
from tui.api.request import ApiRequest
from tui.app.account import Account
from tui.app.widgets.calls.answer_panel import AnswerLines, AnswerPanel
from tui.app.widgets.calls.calls_panel import CallsPanel, CallsTable
from tui.app.widgets.calls.ping_result import PingResultPanel
from tui.app.widgets.calls.refusal_panel import RefusalPanel
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.row_list import RowList

LEAST_ROWS: Final = 10
"""An answer gets at least these, and one scrolls to it; where there is room, all there is."""

ANSWER_FRAME: Final = 4
CALLS_FRAME: Final = 7
"""Rows of the panels that are not the list's: borders, heads, what is left free below."""


class CallView(Vertical):
    """Shows the newest call, or the one that was chosen from the list."""

    account: var[Account] = var(Account(), init=False)
    offer: var[str] = var("", init=False)
    """How to have a server started that is not there; empty where none is ours."""

    def __init__(self, config: Path) -> None:
        super().__init__()
        self._config = config
        self._history = CallHistory()
        self._shown: Call | None = None
        self._is_chosen = False
        self._next: ApiRequest | None = None

    def compose(self) -> ComposeResult:
        """Yield the parts; most are hidden until there is something to show."""
        yield PingResultPanel()
        yield RefusalPanel(self._config)
        with Horizontal(id="panes"):
            yield AnswerPanel()
            yield CallsPanel()

    @property
    def shown(self) -> Call | None:
        """The call that is shown, if any."""
        return self._shown

    @property
    def result(self) -> PingResult | None:
        """The answer that is shown, if any."""
        return self._shown.result if self._shown else None

    @property
    def panel(self) -> PingResultPanel:
        """Where it is said what is under way."""
        return self.query_one(PingResultPanel)

    async def add(self, call: Call, *, show: bool) -> None:
        """Add a call to the list; it is shown if asked for, or unless another one was chosen."""
        self._history.add(call)
        self.query_one(CallsPanel).show(self._history)
        if show or not self._is_chosen:
            await self._show(call, is_newest=True)
        elif self._shown is not None:  # in its place stands by now that a call was under way
            self._tell_result(self._shown)
        if show:
            self.panel.bring_into_view()

    def has(self, request: ApiRequest) -> bool:
        """Return whether the list has a call of this request."""
        return self._history.has(request)

    def follow(self, request: ApiRequest) -> None:
        """Say of which call the result is, where another one is about to be made."""
        call, self._next = self._shown, request
        if call is None or call.result is None or self.panel.is_busy:
            return
        made = call.request.method, call.request.path
        is_same = made == (request.method, request.path) and not self._is_chosen
        self.panel.name_call(None if is_same else call)

    def show_unfinished(self, call: Call | None) -> None:
        """Show `call`, which brought nothing, and no answer of the one before.

        None where nothing is known of it either.
        """
        self._shown, self._is_chosen = call, False
        self.forget_refusal()
        self.query_one(AnswerPanel).display = False
        self._share_width()
        self.screen.refresh_bindings()

    def forget_refusal(self) -> None:
        """Explain a refusal no longer, once somebody has acted on it."""
        self._explain(None)

    def watch_account(self) -> None:
        """Explain a refusal anew to whoever has another scope by now."""
        for panel in self.query(RefusalPanel):  # none where the app is ending
            if panel.explanation is not None and self._shown is not None:
                self._explain(self._shown.explanation)

    def _explain(self, explanation: Explanation | None) -> None:
        panel, session = self.query_one(RefusalPanel), self.account.session
        panel.show(explanation, session.token_set.scope if session else "")
        is_again = panel.explanation is not None and panel.explanation.remedy == "again"
        key_line = self.screen.query_one(KeyLine)
        key_line.names = {**key_line.names, "way-out": "Call again" if is_again else "Way out"}

    def watch_offer(self) -> None:
        """Offer to start what is not there; once it is, say of which call the result is."""
        self.say_offer()
        if not self.offer and self._shown is not None and self.panel.has_class("-bad"):
            self.panel.name_call(self._shown)

    def say_offer(self) -> None:
        """Offer to start the server of a call that got no answer."""
        self.panel.offer(self.offer if self.offers_start else "")

    @property
    def offers_start(self) -> bool:
        """Whether the call that is shown has got no answer, and a server can be started."""
        return self._shown is not None and self._shown.result is None and bool(self.offer)

    async def _show(self, call: Call, *, is_newest: bool) -> None:
        self._shown, self._is_chosen = call, not is_newest
        self._tell_result(call)
        self._explain(call.explanation)
        await self.query_one(AnswerPanel).show(call)
        self._share_width()
        self.screen.refresh_bindings()
        self.call_after_refresh(self._fit)

    def _tell_result(self, call: Call) -> None:
        self.panel.show(call, is_newest=not self._is_chosen)
        if self._next is not None:
            self.follow(self._next)
        self.say_offer()

    @on(RowList.Chosen, "#calls-table")
    async def _choose(self, message: RowList.Chosen) -> None:
        message.stop()
        call = self.query_one(CallsTable).call_at(message.index)
        await self._show(call, is_newest=message.index == 0)
        self.panel.bring_into_view()

    @on(RefusalPanel.WayOutTaken)
    def _make_again(self, message: RefusalPanel.WayOutTaken) -> None:
        if message.explanation.remedy == "again" and self._shown is not None:
            message.stop()
            request = self._shown.request
            self.post_message(CallsTable.AgainRequested(request, sends=request.may_repeat))

    @on(RowList.Moved)
    def _follow_cursor(self, message: RowList.Moved) -> None:
        """Bring the list into view in which somebody moves."""
        message.stop()
        if isinstance(message.rows.parent, Widget):
            message.rows.parent.scroll_visible(animate=False)

    def _share_width(self) -> None:
        is_alone = not self.query_one(AnswerPanel).display
        self.query_one(CallsPanel).set_class(is_alone, "-alone")

    def on_resize(self, event: events.Resize) -> None:
        """Use the room that there is."""
        self._fit()

    def _fit(self) -> None:
        """Let the answer and the list have what the rest leaves of the screen."""
        body = self.screen.query_one("#body")
        panes = self.query_one("#panes")
        above = panes.virtual_region.y + self.virtual_region.y
        rows = max(LEAST_ROWS, body.size.height - above)
        self.query_one(AnswerLines).styles.max_height = rows - ANSWER_FRAME
        self.query_one(CallsTable).styles.max_height = rows - CALLS_FRAME
        # Side by side, they reach to the bottom of a tall screen.
        is_large = self.screen.has_class("-tall") and bool(self.screen.classes & {"-wide", "-vast"})
        reach = rows if is_large else 0
        for panel in self.query("#panes > .panel"):
            panel.styles.min_height = max(0, reach - 1)  # but for the margin below
