"""Why the API refused: what it wants beside what the token holds, and the way out as a button."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Static

from tui.api.refusal import BY_NOBODY, FIT_SYMBOLS, Comparison, Explanation, Remedy
from tui.auth.scopes import joined_scopes
from tui.text import printable

NAME_LOOKS: Final = {"fits": "$text-success", "differs": "$text-error bold", "unknown": ""}

NAME_CELLS: Final = 12

SIDE_BY_SIDE_CELLS: Final = 100
"""A panel narrower than this has what is held below what is wanted: addresses stay whole."""

GAP_CELLS: Final = 3

INDENT_CELLS: Final = 2
"""Before what stands on a line of its own."""

FRAME_CELLS: Final = 4
"""Border and padding at both sides."""

HELD: Final = "your token has"
HELD_THEN: Final = "the token had"

GRANTED_SINCE: Final = "The token of then did not allow this."

LONGEST_CELL: Final = 300
"""Characters; a claim may be a whole document."""

ADVICE: Final[dict[Remedy, str]] = {
    "renew": "New tokens help.",
    "scope": "Sign in again, and ask for what is missing.",
    "config": "Make {config} agree with the API; it takes effect at once.",
    "sign-in": "If new tokens do not help, sign in again.",
    "clock": "Set this machine's clock, then renew.",
    "ask": "Nothing says that new tokens help. Whoever runs the API can tell, or its log.",
    "step-up": "Sign in as the API wants it; the call is made again afterwards.",
    "again": "You have been granted that scope since.",
}

BUTTONS: Final[dict[Remedy, str]] = {
    "renew": "Renew now",
    "scope": "Sign in again with that scope",
    "config": "Edit {config}",
    "sign-in": "Renew now",
    "clock": "Renew now",
    "step-up": "Sign in as it wants",
    "ask": "Renew all the same",
    "again": "Call again",
}


class RefusalPanel(Vertical):
    """The challenge laid beside the token."""

    class WayOutTaken(Message):
        """Somebody wants to do what helps."""

        def __init__(self, explanation: Explanation) -> None:
            self.explanation = explanation
            super().__init__()

    def __init__(self, config: Path) -> None:
        super().__init__(classes="panel")
        self.border_title = "Why it was refused"
        self._config = printable(config.name)
        self._explanation: Explanation | None = None

    def compose(self) -> ComposeResult:
        """Yield the parts, empty until there is a refusal."""
        yield Static(id="why")
        yield Static(id="said")
        yield Static(id="comparisons")
        with Horizontal(classes="actions", id="way-out-line"):
            yield Button("", variant="primary", id="way-out")
            yield Static(id="advice")

    def on_mount(self) -> None:
        """Start with nothing to explain."""
        self.display = False

    @property
    def explanation(self) -> Explanation | None:
        """What is explained now, if anything."""
        return self._explanation

    def show(self, explanation: Explanation | None, granted: str) -> None:
        """Explain a refusal to whoever has the scope `granted` by now; None hides the panel."""
        if explanation is not None:
            explanation = _by_now(explanation, granted)
        self._explanation = explanation
        self.display = explanation is not None
        if explanation is None:
            return
        self.query_one("#why", Static).update(Content(explanation.why))
        said = self.query_one("#said", Static)
        words = printable(explanation.said, LONGEST_CELL)
        said.display = bool(words)
        said.update(Content.assemble(("The API says: ", "$foreground-muted"), f"“{words}”"))
        button = self.query_one("#way-out", Button)
        button.label = Content(self._named(BUTTONS[explanation.remedy]))
        button.refresh(layout=True)
        self.query_one("#advice", Static).update(Content(self._named(ADVICE[explanation.remedy])))
        self._compare()

    def _named(self, words: str) -> str:
        return words.replace("{config}", self._config)

    def on_resize(self, event: events.Resize) -> None:
        """Lay the comparison out for another width."""
        self._compare()

    def _compare(self) -> None:
        # While it is hidden it has no size; what is around it has, and the panel takes all of that.
        around = self.parent.size.width if isinstance(self.parent, Widget) else 0
        width = self.size.width or around - FRAME_CELLS
        if self._explanation is None or width <= 0:
            return
        rows = self._explanation.rows
        held = HELD_THEN if self._explanation.remedy == "again" else HELD
        lay_out = _side_by_side if width >= SIDE_BY_SIDE_CELLS else _below_each_other
        lines = lay_out(rows, width, held)
        self.query_one("#comparisons", Static).update(Content("\n").join(lines))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Ask for the way out."""
        event.stop()
        self.take_way_out()

    def take_way_out(self) -> None:
        """Ask for what helps, if anything is explained."""
        if self._explanation is not None:
            self.post_message(self.WayOutTaken(self._explanation))


def _by_now(explanation: Explanation, granted: str) -> Explanation:
    """Return what helps by now: what was missing may have been granted, and nothing is to go."""
    if explanation.remedy not in ("scope", "step-up"):
        return explanation
    has, missing = granted.split(), {word for row in explanation.rows for word in row.missing}
    if explanation.remedy == "scope" and missing and missing <= {*has}:
        return replace(explanation, remedy="again", why=GRANTED_SINCE)
    return replace(explanation, scope=joined_scopes(explanation.scope, has))


def _side_by_side(rows: Sequence[Comparison], width: int, has: str) -> Iterable[Content]:
    room = width - NAME_CELLS
    longest = max(_wanted(row).cell_length for row in rows) + GAP_CELLS
    sources = {row.by for row in rows} - {BY_NOBODY}
    by = sources.pop() if len(sources) == 1 else BY_NOBODY
    cells = max(len(by) + GAP_CELLS, min(longest, room // 2))
    yield Content.styled(f"{'':{NAME_CELLS}}{by:{cells}}{has}", "$foreground-muted")
    for row in rows:
        name, wanted, held = _name(row), _wanted(row), _held(row)
        if wanted.cell_length < cells and held.cell_length <= room - cells:
            yield Content.assemble(name, wanted.pad_right(cells - wanted.cell_length), held)
        else:
            yield from _stacked(row, width, has)


def _below_each_other(rows: Iterable[Comparison], width: int, has: str) -> Iterable[Content]:
    for row in rows:
        if row.fit == "fits":
            fits = Content(_cell(row.both)) if row.both else _wanted(row)
            yield from _hung(_name(row), fits, width)
        else:
            yield from _stacked(row, width, has)


def _stacked(row: Comparison, width: int, has: str) -> Iterable[Content]:
    cells = max(len(row.by), len(has)) + 1
    by, then = (Content.styled(f"{label:{cells}}", "$foreground-muted") for label in (row.by, has))
    yield from _hung(_name(row) + by, _wanted(row), width)
    yield from _hung(Content(" " * NAME_CELLS) + then, _held(row), width)


def _hung(lead: Content, text: Content, width: int) -> Iterable[Content]:
    """Yield `text` beside its lead; on lines of its own where an address would be broken."""
    indent = lead.cell_length
    if max((Content(word).cell_length for word in text.plain.split()), default=0) > width - indent:
        yield lead
        lead, indent = Content(" " * INDENT_CELLS), INDENT_CELLS
    for number, line in enumerate(text.wrap(max(1, width - indent))):
        yield Content.assemble(" " * indent if number else lead, line)


def _name(row: Comparison) -> Content:
    return Content.styled(
        f"{FIT_SYMBOLS[row.fit]} {row.name:{NAME_CELLS - 2}}", NAME_LOOKS[row.fit]
    )


def _wanted(row: Comparison) -> Content:
    if not row.missing:
        return Content(_cell(row.wanted))
    words = [
        (word, "$text-error bold" if word in row.missing else "") for word in row.wanted.split()
    ]
    return Content(" ").join(Content.styled(_cell(word), look) for word, look in words)


def _held(row: Comparison) -> Content:
    # Where words are missing, what is there is not what is wrong.
    is_wrong = row.fit == "differs" and not row.missing
    return Content.styled(_cell(row.held), "$text-error bold" if is_wrong else "")


def _cell(text: str) -> str:
    return printable(text, LONGEST_CELL)
