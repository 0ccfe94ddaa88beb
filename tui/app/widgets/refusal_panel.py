"""Why the API refused: what it wants beside what the token holds, and the way out as a button."""

from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from tui.api.refusal import Comparison, Explanation, Remedy
from tui.text import printable, shortened

SYMBOLS: Final = {"fits": "✓", "differs": "✗", "unknown": "·"}

LONGEST_CELL: Final = 300
"""Characters; a claim may be a whole document."""

ADVICE: Final[dict[Remedy, str]] = {
    "renew": "New tokens help.",
    "scope": "Sign in again, and ask for what is missing.",
    "config": "Make auth_config.json agree with the API, then start doorkey again.",
    "sign-in": "If new tokens do not help, sign in again.",
    "clock": "Set this machine's clock, then renew.",
}

BUTTONS: Final[dict[Remedy, str]] = {
    "renew": "Renew now",
    "scope": "Sign in again with that scope",
    "config": "Edit auth_config.json",
    "sign-in": "Renew now",
    "clock": "Renew now",
}


class RefusalPanel(Vertical):
    """The challenge laid beside the token."""

    class WayOutTaken(Message):
        """Somebody wants to do what helps."""

        def __init__(self, explanation: Explanation) -> None:
            self.explanation = explanation
            super().__init__()

    def __init__(self) -> None:
        super().__init__(classes="panel")
        self.border_title = "Why it was refused"
        self._explanation: Explanation | None = None

    def compose(self) -> ComposeResult:
        """Yield the parts, empty until there is a refusal."""
        yield Static(id="why")
        yield Static(id="said")
        yield Vertical(id="comparisons")
        with Horizontal(classes="actions", id="way-out-line"):
            yield Button("", variant="primary", id="way-out")
            yield Static(id="advice")

    @property
    def explanation(self) -> Explanation | None:
        """What is explained now, if anything."""
        return self._explanation

    async def show(self, explanation: Explanation | None) -> None:
        """Explain a refusal; None hides the panel."""
        self._explanation = explanation
        self.display = explanation is not None
        rows = self.query_one("#comparisons", Vertical)
        await rows.remove_children()
        if explanation is None:
            return
        self.query_one("#why", Static).update(Content(explanation.why))
        said = self.query_one("#said", Static)
        words = shortened(printable(explanation.said), LONGEST_CELL)
        said.display = bool(words)
        said.update(Content.assemble(("The API says: ", "$foreground-muted"), f"“{words}”"))
        await rows.mount(_Row.heading(), *(_Row.of(row) for row in explanation.rows))
        button = self.query_one("#way-out", Button)
        button.label = Content(BUTTONS[explanation.remedy])
        button.refresh(layout=True)
        self.query_one("#advice", Static).update(Content(ADVICE[explanation.remedy]))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Ask for the way out."""
        event.stop()
        self.take_way_out()

    def take_way_out(self) -> None:
        """Ask for what helps, if anything is explained."""
        if self._explanation is not None:
            self.post_message(self.WayOutTaken(self._explanation))


class _Row(Horizontal):
    """One thing, as it is wanted and as it is held."""

    def __init__(self, name: str, wanted: str, held: str, state: str) -> None:
        cells = (("name", name), ("wanted", wanted), ("held", held))
        super().__init__(
            *(Static(Content(text), classes=f"comparison-{part}") for part, text in cells),
            classes=f"comparison -{state}",
        )

    @classmethod
    def heading(cls) -> "_Row":
        return cls("", "the API wants", "your token has", "heading")

    @classmethod
    def of(cls, row: Comparison) -> "_Row":
        wanted, held = (shortened(printable(text), LONGEST_CELL) for text in (row.wanted, row.held))
        return cls(f"{SYMBOLS[row.fit]} {row.name}", wanted, held, row.fit)
