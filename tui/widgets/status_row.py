"""One line of what is so: a word with its symbol, a name, the details."""

from typing import Final, Literal

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from tui.text import printable_block

Kind = Literal["good", "busy", "bad", "warning", "plain"]

SYMBOLS: Final[dict[Kind, str]] = {
    "good": "✓",
    "busy": "◌",
    "bad": "✗",
    "warning": "▲",
    "plain": "·",
}
"""A state is told by its symbol and its word; the colour only repeats it."""


class StatusRow(Horizontal):
    """`✓ ready  Tenant  http://localhost:3002/`, wrapped in columns."""

    DEFAULT_CSS = """
    StatusRow {
        height: auto;
        .status-word { width: 12; text-style: bold; }
        .status-name { width: 9; color: $text-muted; }
        .status-detail { width: 1fr; height: auto; }
        &.-good .status-word { color: $text-success; }
        &.-busy .status-word { color: $text-secondary; }
        &.-bad .status-word { color: $text-error; }
        &.-warning .status-word { color: $text-warning; }
        &.-plain .status-word { color: $text-muted; }
    }
    """

    def __init__(
        self,
        name: str,
        word: str,
        detail: str,
        kind: Kind = "plain",
        *,
        id: str | None = None,  # noqa: A002 # Textual's own name for it
    ) -> None:
        super().__init__(id=id, classes=f"-{kind}")
        self._label = name
        self._word = word
        self._detail = detail
        self._kind: Kind = kind

    def compose(self) -> ComposeResult:
        """Put the line together."""
        yield Static(self._word_content(), classes="status-word")
        yield Static(Content(self._label), classes="status-name")
        yield Static(Content(printable_block(self._detail)), classes="status-detail")

    def show(self, word: str, detail: str, kind: Kind) -> None:
        """Say another state."""
        self.remove_class(f"-{self._kind}").add_class(f"-{kind}")
        self._word, self._detail, self._kind = word, detail, kind
        if self.is_mounted:
            self.query_one(".status-word", Static).update(self._word_content())
            self.query_one(".status-detail", Static).update(Content(printable_block(detail)))

    def _word_content(self) -> Content:
        return Content(f"{SYMBOLS[self._kind]} {self._word}")
