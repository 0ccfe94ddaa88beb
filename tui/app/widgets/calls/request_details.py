"""The headers and the body of what is called next: one line, or fields where they are edited."""

from dataclasses import replace
from typing import Final, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.api.request import PING, ApiRequest, checked_headers, content_type, is_broken_json
from tui.app.widgets.calls.text_field import LinesArea, TextField
from tui.text import printable

Part = Literal["headers", "body"]

LABELS: Final[dict[Part, str]] = {
    "headers": "Headers, one in a line: NAME: VALUE",
    "body": "Body",
}

KINDS: Final = {
    "application/json": "JSON",
    "application/x-www-form-urlencoded": "a form",
    "text/plain; charset=utf-8": "text",
}
"""Content types by shorter names."""

LONGEST_NAMES: Final = 60
"""Characters of the headers' names in the one line."""


class FoldedLine(Static):
    """What is sent, in a line; a click unfolds it."""

    class Clicked(Message):
        """Somebody wants to see more of it."""

    def on_click(self, event: events.Click) -> None:
        """Ask for it."""
        event.stop()
        self.post_message(self.Clicked())


class RequestDetails(Vertical):
    """Empty while there is neither; the fields are composed when they are first opened."""

    class Changed(Message):
        """The headers or the body have changed."""

        def __init__(self, request: ApiRequest) -> None:
            self.request = request
            super().__init__()

    class Done(Message):
        """Editing has ended."""

    def __init__(self) -> None:
        super().__init__()
        self._request = PING
        self._texts: dict[Part, str] = {"headers": "", "body": ""}
        self._fields: dict[Part, TextField] = {}

    def compose(self) -> ComposeResult:
        """Yield the line."""
        yield FoldedLine(id="folded")

    def on_mount(self) -> None:
        """Start with what is called."""
        self._say()

    def show(self, request: ApiRequest) -> None:
        """Show another request's headers and body."""
        self._request = request
        if self._headers() != request.headers:
            headers = "\n".join(f"{name}: {value}" for name, value in request.headers)
            self._write("headers", headers)
        self._write("body", request.body.decode("utf-8", "replace"))
        self._say()

    def follow(self, request: ApiRequest) -> None:
        """Take another method or path; what is being written stays as it is."""
        self._request = request
        self._say()

    async def edit(self, part: Part) -> None:
        """Unfold a part, and go there."""
        if part not in self._fields:
            field = TextField(
                f"{part}-field", LABELS[part], self._texts[part], coloured=part == "body"
            )
            self._fields[part] = field
            await self.mount(field)
        self._fields[part].display = True
        self._fields[part].edit()
        self._say()

    def write(self, part: Part, text: str) -> None:
        """Put other headers or another body in the place of what is there."""
        self._write(part, text)
        self._take(part, text)
        self.scroll_visible(animate=False)

    def text(self, part: Part) -> str:
        """Return what is written as the headers, or as the body."""
        return self._texts[part]

    @property
    def part_in_focus(self) -> Part | None:
        """Which of the two is being written, if one is."""
        return next((part for part, field in self._fields.items() if field.is_edited), None)

    @property
    def trouble(self) -> str:
        """What is wrong with the headers, or nothing."""
        try:
            checked_headers(self._texts["headers"])
        except ValueError as error:
            return str(error)
        return ""

    def _headers(self) -> object:
        return None if self.trouble else checked_headers(self._texts["headers"])

    def _write(self, part: Part, text: str) -> None:
        self._texts[part] = text
        if part in self._fields:
            self._fields[part].write(text)

    def _take(self, part: Part, text: str) -> None:
        self._texts[part] = text
        if part == "body":
            request = replace(self._request, body=text.encode("utf-8", "replace"))
        elif not self.trouble:
            request = replace(self._request, headers=checked_headers(text))
        else:
            request = self._request
        if request != self._request:
            self._request = request
            self.post_message(self.Changed(request))
        self._say()

    def _say(self) -> None:
        """Bring the line up to date, and what stands below the headers."""
        line = self.query_one(FoldedLine)
        line.update(Content(" · ".join(self._summary())))
        shown = [field for field in self._fields.values() if field.display]
        has_any = bool(self._texts["headers"].strip() or self._texts["body"])
        line.display = not shown and (has_any or not self._request.is_safe)
        self.display = bool(line.display or shown)
        if "headers" in self._fields:
            self._fields["headers"].say(self.trouble)
        if "body" in self._fields:
            self._fields["body"].rename(LABELS["body"] + self._unsent)

    def _summary(self) -> list[str]:
        if self.trouble:
            return [f"✗ Headers: {printable(self.trouble)}", f"body: {self._body_in_words()}"]
        names = ", ".join(name for name, _ in self._request.headers)
        headers = printable(names, LONGEST_NAMES) or "none"
        return [f"Headers: {headers}", f"body: {self._body_in_words()}"]

    def _body_in_words(self) -> str:
        request = self._request
        if not request.body:
            return "none"
        sent = {name.lower(): value for name, value in request.headers_sent.items()}
        kind = sent.get("content-type", content_type(request.body))
        size = len(request.body)
        words = printable(KINDS.get(kind, kind), LONGEST_NAMES)
        if is_broken_json(request.body):
            words = "JSON with a mistake in it"
        return f"{words}, {size:,} byte{'s' if size > 1 else ''}{self._unsent}"

    @property
    def _unsent(self) -> str:
        """What to say of a body where the method has none."""
        return "" if self._request.has_body else f", not sent with {self._request.method}"

    @on(TextField.Edited)
    def _take_edited(self, message: TextField.Edited) -> None:
        message.stop()
        self._take("body" if message.field.id == "body-field" else "headers", message.text)

    @on(LinesArea.Left)
    def _fold_fields(self, message: LinesArea.Left) -> None:
        message.stop()
        for field in self._fields.values():
            field.display = False
        self._say()
        self.post_message(self.Done())

    @on(FoldedLine.Clicked)
    async def _unfold(self, message: FoldedLine.Clicked) -> None:
        message.stop()
        await self.edit("body" if self._request.body else "headers")
