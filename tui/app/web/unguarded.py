"""What stands in the app's place under a bare `textual serve`: why, and what to run instead."""

from typing import Final

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.driver import Driver
from textual.widgets import Static

from tui.app.widgets.key_line import KeyLine

HEADLINE: Final = "Doorkey does not open here"

WHY: Final = (
    "This page comes from a bare `textual serve`, which asks nobody who they are: any website that "
    "your browser visits can open it, read it and press its keys. Here it could read who you are "
    "and what the API answers, sign you out, and call the API as you. So no token is shown here, "
    "there is no reveal, no copy and no curl line, and nothing else either."
)

INSTEAD: Final = (
    "Run `doorkey web`: the same app on a page that lets only you in "
    "(in its clone: pipx install --force '.[web]'). Or run `doorkey` in a terminal."
)


class UnguardedApp(App[None]):
    """Says so, knows nothing, and ends."""

    TITLE = "Doorkey"
    CSS_PATH = "../app.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [Binding("q,escape", "quit", "Quit")]  # noqa: RUF012 # Textual wants a list

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)

    def compose(self) -> ComposeResult:
        """Yield the words."""
        with VerticalScroll(id="body", can_focus=False), Vertical(id="column"):
            yield Static(Content(HEADLINE), classes="headline")
            yield Static(Content(f"\n{WHY}\n\n{INSTEAD}"))
        yield KeyLine()
