"""What an API answered, in full: the body, laid out, folded and searched, and the headers."""

import asyncio
from collections.abc import Mapping
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from tui.api.answer import PingResult
from tui.api.call import Call
from tui.api.document import Document, Kind
from tui.app.widgets.row_list import RowList

MOST_HEADERS: Final = 60

LARGE_BODY: Final = 50_000
"""Characters; laying out a larger one takes more than 30 ms, and is not done on the event loop."""

LOOKS: Final[Mapping[Kind, str]] = {
    "key": "$text-primary",
    "text": "$text-success",
    "number": "$text-warning",
    "word": "$text-accent",
    "mark": "$foreground-muted",
    "plain": "",
}


class AnswerLines(RowList):
    """The body and, below it, the headers; Enter folds and unfolds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Fold", show=False, id="row-choose"),
        Binding("space", "choose", "Fold", id="fold", tooltip="Fold what begins here, or unfold"),
        Binding("z", "fold_all", "Fold all", show=False, id="fold-all"),
        Binding("n", "find_next(1)", "Next", show=False, id="find-next"),
        Binding("N", "find_next(-1)", "Before", show=False, id="find-before"),
    ]

    def __init__(self) -> None:
        super().__init__(id="answer-lines")
        self._document = Document("")
        self._found: list[int] = []

    def show(self, document: Document) -> None:
        """Show another answer."""
        self._document, self._found = document, []
        self._document.wrap(self.row_cells)
        self._count_rows(0)
        self.scroll_home(animate=False, force=True, immediate=True)  # not where the last one was

    def on_resize(self) -> None:
        """Break long lines anew."""
        self._document.wrap(self.row_cells)
        self._count_rows(self.cursor)

    def draw_row(self, index: int) -> Content:
        """Return a line, or what of it stands in this row."""
        parts = ((text, LOOKS[kind]) for text, kind in self._document.parts(index))
        line = Content.assemble(*parts)[self._document.span(index)]
        is_found = self._document.shown[index][0] in self._found
        return line.stylize("underline") if is_found else line

    def action_choose(self) -> None:
        """Fold what begins here, or unfold it."""
        if self.row_count:
            at, _ = self._document.shown[self.cursor]
            self._document.fold(self.cursor)
            self._count_rows(self._document.row_of(at))

    def action_fold_all(self) -> None:
        """Fold everything within the outermost, or unfold it all."""
        self._document.fold_all()
        self._count_rows(0)

    def find(self, words: str) -> int:
        """Go to the first line that holds `words`, and return how many do."""
        self._found = self._document.find(words) if words else []
        self._go_to(self._found[0] if self._found else None)
        return len(self._found)

    def action_find_next(self, step: int) -> None:
        """Go to the next line that was found, or to the one before."""
        here, _ = self._document.shown[self.cursor] if self.row_count else (0, 0)
        others = [at for at in self._found if (at - here) * step > 0]
        around = self._found[:: 1 if step > 0 else -1]
        self._go_to(next(iter(others[:: 1 if step > 0 else -1]), next(iter(around), None)))

    def _go_to(self, line: int | None) -> None:
        if line is not None:
            self._document.reveal(line)
            self._count_rows(self.cursor)
            self.cursor = self._document.row_of(line)
        self.refresh()

    def _count_rows(self, cursor: int) -> None:
        self.set_rows(len(self._document.shown), cursor)


class AnswerPanel(Vertical):
    """The answer, and a field to search it with."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "end_search", "Done", show=False, id="end-search"),
    ]

    def __init__(self) -> None:
        super().__init__(classes="panel")
        self.border_title = "Answer"

    def compose(self) -> ComposeResult:
        """Yield the lines and the field."""
        yield AnswerLines()
        yield Input(placeholder="Find", compact=True, id="find")

    def on_mount(self) -> None:
        """Start with nothing to show, and nothing to search."""
        self.display = False
        self.query_one("#find").display = False

    async def show(self, call: Call) -> None:
        """Show what came of a call, and below it what was sent; hide where there is neither."""
        result, request = call.result, call.request
        sent = request if request.headers or request.body_sent else None
        self.display = bool(result or sent)
        self.border_title = "Answer" if result else "Request"
        self.border_subtitle = Content(_size(result) if result else "")
        body = result.body if result else ""
        headers = dict(list(result.headers.items())[:MOST_HEADERS]) if result else {}
        if len(body) + len(request.body) > LARGE_BODY:
            document = await asyncio.to_thread(Document, body, headers, sent)
        else:
            document = Document(body, headers, sent)
        self.query_one(AnswerLines).show(document)

    def search(self) -> None:
        """Ask what to look for."""
        field = self.query_one("#find", Input)
        field.display = True
        field.focus()

    def action_end_search(self) -> None:
        """Go back to the lines; what was found stays underlined."""
        self.query_one("#find").display = False
        self.query_one(AnswerLines).focus()

    @on(Input.Changed, "#find")
    def _find(self, message: Input.Changed) -> None:
        message.stop()
        count = self.query_one(AnswerLines).find(message.value)
        said = f"{count:,} lines" if count != 1 else "1 line"
        self.border_subtitle = Content(said if message.value else "")

    @on(Input.Submitted, "#find")
    def _stop_search(self, message: Input.Submitted) -> None:
        message.stop()
        self.action_end_search()


def _size(result: PingResult) -> str:
    if not result.size_bytes:
        return "no body"
    return f"{'the first ' if result.is_cut else ''}{result.size_bytes:,} bytes"
