"""The doctor: every rule with its verdict, as each check ends, and the chosen one in full."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker

from tui.app.keys.caps import with_start_key
from tui.app.screens.place import tell_of_failed_work
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.row_list import RowList
from tui.app.widgets.status_row import LOOKS, SYMBOLS, Kind
from tui.config.suggested import suggested_for
from tui.doctor.row import WORST_FIRST, Row, Verdict, worst_first
from tui.text import shortened

if TYPE_CHECKING:
    from tui.config.load import Config
    from tui.doctor.row import Tell

Examine = Callable[["Tell"], Awaitable["list[Row]"]]
"""Looks at everything, and tells of each row as it comes."""

KINDS: Final[dict[Verdict, Kind]] = {
    "wrong": "bad",
    "warning": "warning",
    "unknown": "plain",
    "ok": "good",
}

VERDICT_CELLS: Final = 11
RULE_CELLS: Final = 17


class RuleTable(RowList):
    """One row for each rule that was looked at, the worst first."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []

    def show(self, rows: "list[Row]") -> None:
        """Show these rows; a cursor that was moved stays at its rule."""
        rule = self.rows[self.cursor].rule if self.rows and self.cursor else None
        self.rows = worst_first(rows)
        here = (at for at, each in enumerate(self.rows) if each.rule == rule)
        self.set_rows(len(self.rows), next(here, 0))

    def draw_row(self, index: int) -> Content:
        """Return verdict, rule, and what was found as far as there is room."""
        row = self.rows[index]
        kind = KINDS[row.verdict]
        room = max(1, self.size.width - VERDICT_CELLS - RULE_CELLS - 3)
        return Content.assemble(
            (f" {SYMBOLS[kind]} {row.verdict:<{VERDICT_CELLS - 2}}", f"{LOOKS[kind]} bold"),
            f"{row.rule:<{RULE_CELLS}}",
            (shortened(row.found, room), "$foreground-muted"),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer nothing to choose: the rule at the cursor is told by itself."""
        return action != "choose" and super().check_action(action, parameters)


class DoctorScreen(Screen[None]):
    """Runs the doctor's rules, as often as one asks, and shows them over Home."""

    CSS_PATH = "doctor.tcss"
    AUTO_FOCUS = "RuleTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "again", "Again", id="examine-again", tooltip="Look at everything again"),
        Binding("x", "cancel", "Cancel", id="cancel-doctor", tooltip="Stop; what is there stays"),
        Binding("f1", "app.help", "Help", id="help", tooltip="What this is"),
        Binding("escape", "leave", "Back", id="leave-doctor", tooltip="Back to Home"),
    ]
    HELP = """\
## Doctor

Every check of config, tenant, client, API and session is a rule with a verdict: what is *wrong*
comes first, then *warnings*, then what is *unknown*. The chosen rule is told in full below, with
what helps. No token is sent, nobody is signed in, and nothing is changed.

`doorkey doctor` prints the same, without anything secret.
"""

    def __init__(self, examine: Examine, config: "Config") -> None:
        super().__init__()
        self._config = config
        self._examine = examine
        self._rows: list[Row] = []
        self._work: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """Yield the list, and what the chosen row says in full."""
        yield Static(id="phase")
        with Vertical(classes="panel", id="rules"):
            yield RuleTable()
        with VerticalScroll(classes="panel", id="chosen", can_focus=False):
            yield Static(id="found")
            yield Static(id="remedy")
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin."""
        self.query_one("#rules").border_title = "Doctor"
        self.action_again()

    def action_again(self) -> None:
        """Look at everything again."""
        self._rows = []
        self._work = self.run_worker(self._run(), exclusive=True, exit_on_error=False)
        self._show("busy", "Looking")

    def action_cancel(self) -> None:
        """Stop looking."""
        if self._work is not None and self._work.is_running:
            self._work.cancel()
            self._work = None
            self._show("plain", "Cancelled")

    def action_leave(self) -> None:
        """Go back; what still runs ends with the screen."""
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to cancel while something runs, and to begin again afterwards."""
        is_running = self._work is not None and not self._work.is_finished
        if action in ("cancel", "again"):
            return is_running == (action == "cancel")
        return super().check_action(action, parameters)

    async def _run(self) -> None:
        self._rows = await self._examine(self._take_row)  # now in the order of the rules
        self._work = None
        wrong = any(each.verdict == "wrong" for each in self._rows)
        self._show(*(("bad", "") if wrong else ("good", "Nothing is wrong")))

    def _take_row(self, row: "Row") -> None:
        self._rows.append(row)
        self._show("busy", "Looking")

    def _show(self, kind: Kind, phase: str) -> None:
        count = Counter(each.verdict for each in self._rows)
        counted = " · ".join(_counted(count[each], each) for each in WORST_FIRST if count[each])
        said = Content.assemble(
            (f"{SYMBOLS[kind]} {phase}", f"{LOOKS[kind]} bold"),
            "   " if phase else "",
            (counted, "$foreground-muted" if phase else f"{LOOKS[kind]} bold"),
        )
        self.query_one("#phase", Static).update(said)
        self.query_one(RuleTable).show(self._rows)
        self._show_chosen()
        self.refresh_bindings()

    @on(RowList.Moved)
    def _follow_cursor(self) -> None:
        self._show_chosen()

    def _show_chosen(self) -> None:
        table = self.query_one(RuleTable)
        row = table.rows[table.cursor] if table.rows else None
        self.query_one("#chosen").border_title = row.rule if row else ""
        self.query_one("#found", Static).update(Content(row.found if row else ""))
        remedy = with_start_key(row.remedy, self.app) if row else ""
        remedy = suggested_for(self._config.path, remedy)
        self.query_one("#remedy", Static).update(Content(f"→ {remedy}" if remedy else ""))
        self.call_after_refresh(self._let_scroll)

    def _let_scroll(self) -> None:
        """Let what does not fit be focused and scrolled."""
        if self.is_attached:
            chosen = self.query_one("#chosen", VerticalScroll)
            chosen.can_focus = chosen.max_scroll_y > 0 or chosen.has_focus

    @on(Worker.StateChanged)
    def _tell_failed_work(self, message: Worker.StateChanged) -> None:
        tell_of_failed_work(self, message)


def _counted(count: int, verdict: Verdict) -> str:
    return f"{count} {verdict}{'s' if verdict == 'warning' and count > 1 else ''}"
