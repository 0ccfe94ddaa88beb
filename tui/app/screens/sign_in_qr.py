"""An address as a QR code, for a phone's camera, as large as the whole terminal."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.app.widgets.key_line import KeyLine
from tui.terminal.qr_code import qr_lines

ROWS_BESIDE: Final = 3
"""The line of advice, the line below it, and the footer."""

INK: Final = "black on white"
"""Whatever the theme: a camera wants dark on light."""


class QrScreen(ModalScreen[None]):
    """One QR code, or how large the terminal must be for it, and what else there is."""

    CSS_PATH = "sign_in_qr.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Back", id="close-qr", tooltip="To the ways"),
        # What one presses to be rid of a picture, the key that showed it among them.
        Binding("k,enter,q,ctrl+c", "close", "Back", id="close-qr-too", show=False),
    ]

    def __init__(self, url: str, advice: str, instead: str = "") -> None:
        super().__init__()
        self._advice = advice
        self._instead = instead
        self._lines = qr_lines(url)

    def compose(self) -> ComposeResult:
        """Put the advice above the code."""
        with Vertical(id="sheet"):
            yield Static(Content(self._advice), id="qr-advice")
            with Center():
                yield Static(id="qr")
        yield KeyLine()

    def on_resize(self) -> None:
        """Draw it once the new size is laid out; an update amid that would be lost."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        columns, rows = len(self._lines[0]), len(self._lines)
        fits = self.size.width >= columns and self.size.height >= rows + ROWS_BESIDE
        self.set_class(not fits, "-too-small")
        qr = self.query_one("#qr", Static)
        if fits:
            qr.update(Content.styled("\n".join(self._lines), INK))
        else:
            qr.update(
                Content(
                    f"▲ This terminal is too small for the QR code: it needs {columns} columns and "
                    f"{rows + ROWS_BESIDE} rows, and there are {self.size.width} and "
                    f"{self.size.height}. Make the window larger, or the letters smaller. "
                    f"{self._instead}"
                )
            )

    def action_close(self) -> None:
        """Go back to the ways."""
        self.dismiss(None)
