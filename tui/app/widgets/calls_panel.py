"""The calls so far: how quick they were, as a line and in numbers, and what came of each."""

from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import DataTable, Sparkline, Static

from tui.api.call import Call
from tui.api.history import CallHistory
from tui.app.widgets.ping_result import milliseconds
from tui.text import printable, shortened

SPARKS: Final = 60
"""Calls in the line of latencies; older ones would only blur it."""

LONGEST_PATH: Final = 40


class CallsTable(DataTable[Text]):
    """One row for each call, the last one on top."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="call-down"),
        Binding("k", "cursor_up", "Up", show=False, id="call-up"),
        Binding("g", "scroll_top", "First", show=False, id="call-first"),
        Binding("G", "scroll_bottom", "Last", show=False, id="call-last"),
    ]


class CallsPanel(Vertical):
    """History and latencies; hidden until there is a call."""

    def __init__(self) -> None:
        super().__init__(classes="panel")
        self.border_title = "Calls"

    def compose(self) -> ComposeResult:
        """Yield the line, the numbers, the list."""
        yield Sparkline([], id="latency-line")
        yield Static(id="latency-numbers")
        yield CallsTable(id="calls-table", cursor_type="row", zebra_stripes=False)

    def on_mount(self) -> None:
        """Name the columns."""
        table = self.query_one(CallsTable)
        table.add_column("Time", width=8)
        table.add_column("Came", width=6)
        table.add_column("Took", width=8)
        table.add_column("Call")
        self.display = False

    def show(self, history: CallHistory) -> None:
        """Draw everything anew after a call."""
        self.display = bool(history.calls)
        line = self.query_one(Sparkline)
        line.display = len(history.elapsed) > 1  # one call alone makes no line
        line.data = [seconds * 1000 for seconds in history.elapsed[-SPARKS:]]
        self.query_one("#latency-numbers", Static).update(numbers(history))
        count = len(history.calls)
        failed = f", {history.refused} not ok" if history.refused else ""
        self.border_subtitle = Content(f"{count} call{'s' if count > 1 else ''}{failed}")
        table = self.query_one(CallsTable)
        table.clear()
        for call in reversed(history.calls):
            table.add_row(*_cells(call))


def numbers(history: CallHistory) -> Content:
    """Return the least, the median and the 95th percentile in words."""
    latencies = history.latencies()
    if latencies is None:
        return Content("no answer yet")
    parts = {"min": latencies.shortest, "median": latencies.median, "p95": latencies.p95}
    return Content("  ").join(
        Content.assemble((f"{name} ", "$foreground-muted"), milliseconds(seconds))
        for name, seconds in parts.items()
    )


def _cells(call: Call) -> list[Text]:
    symbol = "✓" if call.ok else "✗"
    took = "" if call.elapsed_seconds is None else milliseconds(call.elapsed_seconds)
    return [
        Text(f"{call.at:%H:%M:%S}"),
        Text(f"{symbol} {call.outcome}"),
        Text(took, justify="right"),
        Text(f"{call.request.method} {shortened(printable(call.request.path), LONGEST_PATH)}"),
    ]
