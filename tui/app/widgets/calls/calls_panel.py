"""The calls so far: how quick they were, in bars and in numbers, and what came of each."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.api.call import Call
from tui.api.history import CallHistory
from tui.api.request import ApiRequest
from tui.app.widgets.calls.ping_result import milliseconds
from tui.app.widgets.row_list import RowList
from tui.text import printable

BARS: Final = "▁▂▃▄▅▆▇█"

MOST_BARS: Final = 40

SHORTEST_SECONDS: Final = 1e-9
"""Calls that took no time at all have bars, too."""

FEWEST_FOR_BARS: Final = 2

FEWEST_FOR_NUMBERS: Final = 5
"""Calls; of fewer, a median says no more than the list itself."""

TIME_CELLS, STATUS_CELLS, TOOK_CELLS = 10, 7, 9

LONGEST_PATH: Final = 120


class CallsTable(RowList):
    """One row for each call, the last one on top; choosing one shows it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Show", id="row-choose", tooltip="Show the chosen call"),
        Binding("a", "again", "Again", id="call-again", tooltip="Send its request once more"),
        Binding("u", "copy_curl", "Copy curl", id="call-curl", tooltip="Of the chosen call"),
    ]

    class AgainRequested(Message):
        """Somebody wants a call once more; where it is not sent, to have it ready."""

        def __init__(self, request: ApiRequest, *, sends: bool = True) -> None:
            self.request = request
            self.sends = sends
            super().__init__()

    class CurlRequested(Message):
        """Somebody wants a call as a line for curl."""

        def __init__(self, request: ApiRequest) -> None:
            self.request = request
            super().__init__()

    def __init__(self) -> None:
        super().__init__(id="calls-table")
        self._history = CallHistory()

    def show(self, history: CallHistory) -> None:
        """Show the calls after one was added; the cursor stays at its call, or on top."""
        self._history = history
        self.set_rows(len(history), self.cursor + 1 if self.cursor else 0)

    def call_at(self, index: int) -> Call:
        """Return the call in a row."""
        return self._history.newest(index)

    def draw_row(self, index: int) -> Content:
        """Return when it was, what came, how long it took, and what was called."""
        call = self.call_at(index)
        symbol, look = ("✓", "$text-success") if call.ok else ("✗", "$text-error")
        took = "" if call.elapsed_seconds is None else milliseconds(call.elapsed_seconds)
        path = printable(call.request.path, LONGEST_PATH)
        return Content.assemble(
            f"{call.at:%H:%M:%S}".ljust(TIME_CELLS),
            (f"{symbol} {call.outcome}".ljust(STATUS_CELLS), look),
            took.rjust(TOOK_CELLS),
            f"  {call.request.method} {path}",
        )

    def action_again(self) -> None:
        """Ask for the call at the cursor once more."""
        if self.row_count:
            self.post_message(self.AgainRequested(self.call_at(self.cursor).request))

    def action_copy_curl(self) -> None:
        """Ask for the call at the cursor as a line for curl."""
        if self.row_count:
            self.post_message(self.CurlRequested(self.call_at(self.cursor).request))


class CallsPanel(Vertical):
    """History and latencies; hidden until there is a call."""

    def __init__(self) -> None:
        super().__init__(classes="panel")
        self.border_title = "Calls"
        self._history = CallHistory()

    def compose(self) -> ComposeResult:
        """Yield the bars, the numbers, the list under its heads."""
        yield Static(id="latency-bars")
        yield Static(id="latency-numbers")
        heads = f"{'Time':<{TIME_CELLS}}{'Status':<{STATUS_CELLS}}{'Took':>{TOOK_CELLS}}  Call"
        yield Static(Content(heads), id="calls-heads")
        yield CallsTable()

    def on_mount(self) -> None:
        """Wait for the first call."""
        self.display = False

    def show(self, history: CallHistory) -> None:
        """Draw everything anew after a call."""
        self.display, self._history = True, history
        self._draw_bars()
        self._say("#latency-numbers", numbers(history))
        failed = f", {history.refused} not ok" if history.refused else ""
        count = len(history)
        self.border_subtitle = Content(f"{count:,} call{'s' if count > 1 else ''}{failed}")
        self.query_one(CallsTable).show(history)

    def on_resize(self) -> None:
        """Draw as many bars as there is room for."""
        self._draw_bars()

    def _draw_bars(self) -> None:
        self._say("#latency-bars", bars(self._history, self.content_size.width))

    def _say(self, name: str, words: Content) -> None:
        line = self.query_one(name, Static)
        line.update(words)
        line.display = bool(words)


def bars(history: CallHistory, cells: int) -> Content:
    """Return a bar for each of the last calls, as high as it took long, from zero on.

    There are as many as fit into a line of so many cells, with what they are measured by.
    """
    taken = history.elapsed[-MOST_BARS:]
    if len(taken) < FEWEST_FOR_BARS:
        return Content("")
    taken = taken[-max(FEWEST_FOR_BARS, cells - len(_up_to(taken))) :]
    longest = max(*taken, SHORTEST_SECONDS)
    drawn = "".join(BARS[round(seconds / longest * (len(BARS) - 1))] for seconds in taken)
    return Content.assemble((drawn, "$text-primary"), (_up_to(taken), "$foreground-muted"))


def _up_to(taken: Sequence[float]) -> str:
    return f"  up to {milliseconds(max(taken))}"


def numbers(history: CallHistory) -> Content:
    """Return the least, the median and the 95th percentile in words, where they say anything."""
    latencies = history.latencies()
    if latencies is None or len(history.elapsed) < FEWEST_FOR_NUMBERS:
        return Content("")
    parts = {"min": latencies.shortest, "median": latencies.median, "p95": latencies.p95}
    return Content("  ").join(
        Content.assemble((f"{name} ", "$foreground-muted"), milliseconds(seconds))
        for name, seconds in parts.items()
    )
