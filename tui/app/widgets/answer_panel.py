"""What an API answered, in full: the headers, and the body with JSON in colours."""

import json
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.highlight import highlight
from textual.widgets import Static

from tui.api.answer import PingResult
from tui.text import printable, printable_block, shortened

LONGEST_BODY: Final = 20_000
"""Characters of a body that are shown; a longer one is cut, and says so."""

LONGEST_HEADER: Final = 500

MOST_HEADERS: Final = 60


class AnswerPanel(VerticalScroll):
    """Headers and body, to scroll through."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False, id="answer-down"),
        Binding("k", "scroll_up", "Up", show=False, id="answer-up"),
        Binding("g", "scroll_home", "Top", show=False, id="answer-top"),
        Binding("G", "scroll_end", "Bottom", show=False, id="answer-bottom"),
    ]

    def __init__(self) -> None:
        super().__init__(classes="panel")
        self.border_title = "Answer"

    def compose(self) -> ComposeResult:
        """Yield the two parts."""
        yield Static(id="answer-body")
        yield Static(id="answer-headers")

    def show(self, result: PingResult | None) -> None:
        """Show an answer; None hides the panel."""
        self.display = result is not None
        if result is None:
            return
        size = len(result.body.encode())
        self.border_subtitle = Content(f"{size:,} bytes" if size else "no body")
        body = self.query_one("#answer-body", Static)
        body.display = bool(result.body)
        body.update(body_content(result.body))
        self.query_one("#answer-headers", Static).update(_headers(result))
        self.scroll_home(animate=False)


def body_content(body: str) -> Content:
    """Return a body drawn: JSON indented and in colours, anything else as the text that it is."""
    cut = len(body) > LONGEST_BODY
    try:
        document = None if cut else json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        document = None
    if document is not None and len(document) <= LONGEST_BODY:
        return highlight(printable_block(document), language="json")
    return Content(shortened(printable_block(body[: LONGEST_BODY + 1]), LONGEST_BODY))


def _headers(result: PingResult) -> Content:
    shown = list(result.headers.items())[:MOST_HEADERS]
    lines = [
        Content.assemble(
            (f"{printable(name)}: ", "$foreground-muted"),
            shortened(printable(value), LONGEST_HEADER),
        )
        for name, value in shown
    ]
    return Content("\n").join(lines)
