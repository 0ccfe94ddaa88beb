"""What an API answered, in full: the body, laid out, folded and searched, and the headers."""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Coroutine, Mapping
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from tui.api.answer import PingResult
from tui.api.call import Call
from tui.api.document import Document, Kind
from tui.app.widgets.calls.ping_result import QUICK_SECONDS
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
        Binding("enter", "fold(True)", "Fold", show=False, id="row-choose"),
        Binding("enter", "fold(False)", "Unfold", show=False, id="row-choose"),
        Binding("space", "fold(True)", "Fold", id="fold", tooltip="In the answer: the value here"),
        Binding(
            "space", "fold(False)", "Unfold", id="fold", tooltip="Show all of what begins here"
        ),
        Binding("z", "fold_all", "Fold all", show=False, id="fold-all"),
        Binding(
            "n", "find_next(1)", "Next", id="find-next", tooltip="In the answer: the next found"
        ),
        Binding(
            "N",
            "find_next(-1)",
            "Before",
            id="find-before",
            tooltip="In the answer: the one before",
        ),
    ]

    class Found(Message):
        """One is at one of the lines that were found, or nothing was found."""

        def __init__(self, number: int, count: int) -> None:
            self.number = number
            self.count = count
            super().__init__()

    def __init__(self) -> None:
        super().__init__(id="answer-lines")
        self._document = Document("")
        self._found: list[int] = []
        """Which lines, in order: there may be as many as there are lines, and each row asks."""
        self._is_at_folded = False

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
        at, _ = self._document.shown[index]
        if bisect_left(self._found, at) == bisect_right(self._found, at):
            return line
        is_here = index == self.cursor and not self.has_focus  # one is writing what to look for
        return line.stylize("reverse" if is_here else "underline")

    def action_choose(self) -> None:
        """Fold what begins here, or unfold it."""
        if self.row_count:
            at, _ = self._document.shown[self.cursor]
            self._document.fold(self.cursor)
            self._count_rows(self._document.row_of(at))

    def action_fold(self, _fold: bool) -> None:
        """Fold, or unfold: only what can be done here is offered."""
        self.action_choose()

    def action_fold_all(self) -> None:
        """Fold everything within the outermost, or unfold it all."""
        self._document.fold_all()
        self._count_rows(0)

    def find(self, words: str) -> None:
        """Go to the first line that holds `words`."""
        self._found = self._document.find(words) if words else []
        self._go_to(self._found[0] if self._found else None)
        self.refresh_bindings()

    def action_find_next(self, step: int) -> None:
        """Go to the next line that was found, or to the one before."""
        here, _ = self._document.shown[self.cursor] if self.row_count else (0, 0)
        to = bisect_right(self._found, here) if step > 0 else bisect_left(self._found, here) - 1
        self._go_to(self._found[to % len(self._found)] if self._found else None)

    def _go_to(self, line: int | None) -> None:
        if line is not None:
            self._document.reveal(line)
            self._count_rows(self.cursor)
            self.cursor = self._document.row_of(line)
        number = 0 if line is None else bisect_right(self._found, line)
        self.post_message(self.Found(number, len(self._found)))
        self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to walk through what was found, and to fold, where there is something."""
        if action == "find_next":
            return bool(self._found)
        if action == "choose":
            return False  # by its keys, it is one of two things
        if action == "fold":
            return self._document.can_fold and parameters != (self._is_at_folded,)
        if action == "fold_all":
            return self._document.can_fold
        return super().check_action(action, parameters)

    def _count_rows(self, cursor: int) -> None:
        self.set_rows(len(self._document.shown), cursor)
        self._follow_folded()

    def watch_cursor(self, before: int, index: int) -> None:
        """Show where one is, and whether that is folded."""
        super().watch_cursor(before, index)
        self._follow_folded()

    def _follow_folded(self) -> None:
        is_folded = self.row_count > 0 and self._document.is_folded(self.cursor)
        if is_folded != self._is_at_folded:
            self._is_at_folded = is_folded
            self.refresh_bindings()


class FindField(Input):
    """What to look for; the lines follow with each letter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Go to it", id="find-go", tooltip="Then n and N walk on"),
        Binding("down", "walk(1)", "Next", id="find-down", tooltip="The next that was found"),
        Binding("up", "walk(-1)", "Before", id="find-up", tooltip="The one before"),
    ]

    class Walked(Message):
        """Somebody wants the next that was found, or the one before."""

        def __init__(self, step: int) -> None:
            self.step = step
            super().__init__()

    def action_walk(self, step: int) -> None:
        """Ask for another one."""
        self.post_message(self.Walked(step))


class AnswerPanel(Vertical):
    """The answer, and a field to search it with."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "end_search", "End search", id="end-search", tooltip="Back to the answer")
    ]

    def __init__(self) -> None:
        super().__init__(classes="panel")
        self.border_title = "Answer"
        self._usual = ""
        """What the frame says of the answer while nothing is looked for."""
        self._within = ""
        """Where alone can be looked for something."""

    def compose(self) -> ComposeResult:
        """Yield the lines and the field."""
        yield AnswerLines()
        yield FindField(placeholder="Find", compact=True, id="find")

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
        self._usual = _size(result) if result else ""
        self._within = f" in {result.part_read}" if result and result.is_cut else ""
        body = result.body if result else ""
        headers = dict(list(result.headers.items())[:MOST_HEADERS]) if result else {}
        if len(body) + len(request.body) > LARGE_BODY:
            layout = asyncio.to_thread(Document, body, headers, sent, is_cut=bool(self._within))
            document = await self._wait_for(layout)
        else:
            document = Document(body, headers, sent)
        self.query_one(AnswerLines).show(document)
        field = self.query_one("#find", Input)
        if field.display:  # one is still writing what to look for
            self.query_one(AnswerLines).find(field.value)
        else:
            self._forget_search()

    async def _wait_for(self, layout: Coroutine[None, None, Document]) -> Document:
        laid_out = asyncio.ensure_future(layout)
        await asyncio.wait({laid_out}, timeout=QUICK_SECONDS)
        if not laid_out.done():  # else the answer of the call before would stand there meanwhile
            self.query_one(AnswerLines).show(Document("◌ Laying it out"))
            self.border_subtitle = Content(self._usual)
        return await laid_out

    def search(self) -> None:
        """Ask what to look for."""
        field = self.query_one("#find", Input)
        field.display = True
        field.focus()
        self.call_after_refresh(field.scroll_visible, animate=False)

    def action_end_search(self) -> None:
        """Go back to the lines; nothing of the search stays."""
        self.query_one(AnswerLines).focus()
        self._forget_search()

    def _forget_search(self) -> None:
        field = self.query_one("#find", Input)
        field.display = False
        field.value = ""  # which is heard, and so nothing is underlined
        self.border_subtitle = Content(self._usual)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to end a search where there is one."""
        if action == "end_search":
            field = self.query_one("#find", Input)
            return field.display or bool(field.value)
        return super().check_action(action, parameters)

    @on(Input.Changed, "#find")
    def _find(self, message: Input.Changed) -> None:
        message.stop()
        self.query_one(AnswerLines).find(message.value)

    @on(FindField.Walked)
    def _walk(self, message: FindField.Walked) -> None:
        message.stop()
        self.query_one(AnswerLines).action_find_next(message.step)

    @on(AnswerLines.Found)
    def _say_found(self, message: AnswerLines.Found) -> None:
        message.stop()
        field = self.query_one("#find", Input)
        # It is said in the frame below the field; where not all has room, the field comes first.
        for each in (self, field) if field.has_focus else ():
            each.scroll_visible(animate=False)
        if not field.value:
            self.border_subtitle = Content(self._usual)
        elif message.count:
            self.border_subtitle = Content(f"{message.number:,} of {message.count:,}{self._within}")
        else:
            self.border_subtitle = Content(f"not found{self._within}")

    @on(Input.Submitted, "#find")
    def _go_to_found(self, message: Input.Submitted) -> None:
        """Leave the field; what was found stays underlined, and n and N walk through it."""
        message.stop()
        message.input.display = False
        self.query_one(AnswerLines).focus()


def _size(result: PingResult) -> str:
    if not result.size_bytes:
        return "no body"
    return result.part_read or f"{result.size_bytes:,} bytes"
