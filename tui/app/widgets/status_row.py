"""A state on one line: a word with its symbol, a name, the details."""

from typing import Final, Literal

from textual.content import Content

from tui.app.widgets.columns import ColumnsRow
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


LOOKS: Final[dict[Kind, str]] = {
    "good": "$text-success",
    "busy": "$text-secondary",
    "bad": "$text-error",
    "warning": "$text-warning",
    "plain": "$foreground-muted",
}

WORD_CELLS: Final = 12
NAME_CELLS: Final = 9


class StatusRow(ColumnsRow):
    """`✓ ready  Tenant  http://localhost:3002/`, wrapped in columns."""

    def __init__(
        self,
        name: str,
        word: str,
        detail: str,
        kind: Kind = "plain",
        *,
        id: str | None = None,  # noqa: A002 # Textual's own name for it
    ) -> None:
        super().__init__(id=id)
        self._label = name
        self.show(word, detail, kind)

    def show(self, word: str, detail: str, kind: Kind) -> None:
        """Show another state."""
        lead = (
            (f"{SYMBOLS[kind]} {word}", WORD_CELLS, f"{LOOKS[kind]} bold"),
            (self._label, NAME_CELLS, "$foreground-muted"),
        )
        self.set_columns(lead, Content(printable_block(detail)))
