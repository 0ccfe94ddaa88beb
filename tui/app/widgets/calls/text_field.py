"""A field of several lines with the colours of JSON, and below it what is wrong with it."""

import re
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from tui.text import printable

JSON_PART: Final = re.compile(
    r"(?P<text>\"(?:[^\"\\]|\\.)*+\"?)|(?P<number>-?\d[\d.eE+-]*)"
    r"|(?P<word>\b(?:true|false|null)\b)|(?P<mark>[{}\[\]:,])"
)
"""What a line of JSON consists of: no text of it goes on in the next line (RFC 8259 7)."""

LONGEST_COLOURED: Final = 10_000
"""Characters of a line; each of the rows that it fills looks at all of it."""

UNSEEN: Final = "\ufffd"
"""Stands for what would steer the terminal; what is sent has the character itself."""


class LinesArea(TextArea):
    """The lines. Each is coloured by itself, when it is drawn: nothing is parsed ahead."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Done", id="leave-lines", tooltip="Fold it, and go on"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "json--key", "json--text", "json--number", "json--word", "json--mark",
    }  # fmt: skip
    DEFAULT_CSS = """
    LinesArea {
        height: auto;
        & > .json--key { color: $text-primary; }
        & > .json--text { color: $text-success; }
        & > .json--number { color: $text-warning; }
        & > .json--word { color: $text-accent; }
        & > .json--mark { color: $foreground-muted; }
    }
    """

    class Left(Message):
        """Editing has ended, by Esc."""

    def __init__(self, text: str, placeholder: str, *, coloured: bool = False) -> None:
        super().__init__(text, compact=True, placeholder=placeholder, highlight_cursor_line=False)
        self._coloured = coloured
        self.move_cursor(self.document.end)

    def get_line(self, line_index: int) -> Text:
        """Return a line with its colours, harmless to the terminal."""
        line = self.document.get_line(line_index)
        drawn = Text(_harmless(line), end="", no_wrap=True)
        if self._coloured and len(line) <= LONGEST_COLOURED:
            for part in JSON_PART.finditer(line):
                kind = part.lastgroup or "mark"
                if kind == "text" and line[part.end() :].lstrip().startswith(":"):
                    kind = "key"
                style = self.get_component_rich_style(f"json--{kind}", partial=True)
                drawn.stylize(style, *part.span())
        return drawn

    def action_leave(self) -> None:
        """Be done; what was written stays."""
        self.post_message(self.Left())


class TextField(Vertical):
    """A title, the lines, and below them what is wrong."""

    DEFAULT_CSS = """
    TextField {
        height: auto;
        .label { color: $text-muted; }
        .trouble { color: $text-error; height: auto; }
    }
    """

    class Edited(Message):
        """The text has changed."""

        def __init__(self, field: "TextField", text: str) -> None:
            self.field = field
            self.text = text
            super().__init__()

        @property
        def control(self) -> "TextField":
            """The field, for selectors of handlers."""
            return self.field

    def __init__(self, name: str, label: str, text: str, *, coloured: bool = False) -> None:
        super().__init__(id=name)
        self._label = Static(Content(label), classes="label")
        self._area = LinesArea(text, "", coloured=coloured)
        self._trouble = Static(classes="trouble")

    def compose(self) -> ComposeResult:
        """Put it together."""
        yield self._label
        yield self._area
        yield self._trouble

    def on_mount(self) -> None:
        """Start with nothing that is wrong."""
        self.say("")

    @property
    def text(self) -> str:
        """What is written there."""
        return self._area.text

    @property
    def is_edited(self) -> bool:
        """Whether one is at the lines."""
        return self._area.has_focus

    def rename(self, label: str) -> None:
        """Show another title."""
        self._label.update(Content(label))

    def edit(self) -> None:
        """Go to the lines, and bring them into view."""
        self._area.focus()
        self.call_after_refresh(self.scroll_visible, animate=False)

    def write(self, text: str) -> None:
        """Put other lines in the place of all that are there."""
        if text != self._area.text:
            self._area.text = text
            self._area.move_cursor(self._area.document.end)

    def say(self, trouble: str) -> None:
        """Say what is wrong, if anything is."""
        self._trouble.display = bool(trouble)
        self._trouble.update(Content(f"✗ {printable(trouble)}" if trouble else ""))

    @on(TextArea.Changed)
    def _tell_edited(self, message: TextArea.Changed) -> None:
        message.stop()
        self.post_message(self.Edited(self, self._area.text))


def _harmless(line: str) -> str:
    if line.replace("\t", " ").isprintable():  # as nearly all are: found out at once
        return line
    return "".join(each if each == "\t" or printable(each) == each else UNSEEN for each in line)
