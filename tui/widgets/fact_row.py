"""One fact with its name before it, wrapped in columns."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.text import printable_block, shortened

LONGEST_FACT = 1000
"""Characters."""


class FactRow(Horizontal):
    """`Audience   https://api.example`; or any widget in the place of the words."""

    DEFAULT_CSS = """
    FactRow {
        height: auto;
        .fact-name { width: 12; color: $text-muted; }
        .fact-value { width: 1fr; height: auto; }
    }
    """

    def __init__(self, name: str, *, id: str | None = None, widget: Widget | None = None) -> None:  # noqa: A002 # Textual's own name for it
        super().__init__(id=id)
        self._label = name
        self._widget = widget

    def compose(self) -> ComposeResult:
        """Put the line together."""
        yield Static(Content(self._label), classes="fact-name")
        yield self._widget or Static(classes="fact-value")

    def say(self, value: str) -> None:
        """Say another value, which others may have written."""
        text = Content(shortened(printable_block(value), LONGEST_FACT))
        self.query_one(".fact-value", Static).update(text)
