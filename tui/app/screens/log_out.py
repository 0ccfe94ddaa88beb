"""Logging out: whether one means it, and what came of each step, here and at the tenant."""

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from tui.app.keys.caps import with_start_key
from tui.app.widgets.columns import FactRow
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.notice import Notice
from tui.app.widgets.status_row import Kind, StatusRow
from tui.errors import DoorkeyError

if TYPE_CHECKING:
    from tui.auth.service import AuthService
    from tui.auth.session import LogOutStep

HELP: Final = """\
## Logging out

The session on this machine goes first, whatever the tenant says. Then the tenant is asked to
revoke the refresh token, and your browser opens the tenant's own log out page: that signs out this
browser, and no other one with which you may have signed in.
"""

STEPS: Final = {
    "local": ("Here", "The session on this machine"),
    "revocation": ("Tokens", "The refresh token, at the tenant"),
    "tenant": ("Tenant", "The tenant's own session, in your browser"),
}

KINDS: Final[dict[str, Kind]] = {
    "done": "good",
    "skipped": "plain",
    "failed": "warning",
    "waiting": "busy",
}


WILL_HAPPEN: Final = {
    "Here": "the session on this machine is wiped",
    "Tokens": "the tenant is asked to revoke the refresh token",
    "Tenant": "your browser opens its log out page",
}

ELSEWHERE: Final = (
    "a browser here opens its log out page; the one that you signed in with may stay signed in"
)


class LogOutQuestion(ModalScreen[bool]):
    """Asks once, and says what will happen: a session cannot be brought back."""

    CSS_PATH = "log_out.tcss"
    AUTO_FOCUS = ""  # it would scroll to it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "agree", "Log out", id="agree-log-out", tooltip="End the session"),
        Binding("escape", "stay", "Stay", id="stay", tooltip="Back, with the session as it is"),
        Binding("f1", "app.help", "Help", id="help", tooltip="What this is"),
    ]
    HELP = HELP

    def __init__(self, *, signed_in_elsewhere: bool) -> None:
        super().__init__()
        elsewhere = {"Tenant": ELSEWHERE} if signed_in_elsewhere else {}
        self._will_happen = WILL_HAPPEN | elsewhere

    def compose(self) -> ComposeResult:
        """Put the dialog together."""
        with VerticalScroll(id="dialog", can_focus=False):
            for name, what in self._will_happen.items():
                row = FactRow(name)
                row.say(what)
                yield row
            with Horizontal(classes="actions"):
                yield Button("Stay", id="stay")
                yield Button("Log out", id="agree", variant="primary")
        yield KeyLine()

    def on_mount(self) -> None:
        """Say what is asked."""
        self.query_one("#dialog").border_title = "Log out?"
        # As at every question: Enter, out of habit, changes nothing.
        self.query_one("#stay").focus(scroll_visible=False)

    @on(Button.Pressed, "#agree")
    def action_agree(self) -> None:
        """Log out."""
        self.dismiss(True)

    @on(Button.Pressed, "#stay")
    def action_stay(self) -> None:
        """Leave the session as it is."""
        self.dismiss(False)


class LogOutScreen(ModalScreen[None]):
    """One log out; it goes on when the dialog is closed early."""

    CSS_PATH = "log_out.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="close-log-out", tooltip="Back to Home"),
        Binding("enter", "close", "Close", id="close-log-out-too", show=False),
        Binding("j,down", "scroll(1)", "Down", id="log-out-down", show=False),
        Binding("k,up", "scroll(-1)", "Up", id="log-out-up", show=False),
        Binding("f1", "app.help", "Help", id="help", tooltip="What this is"),
    ]
    HELP = HELP

    def __init__(self, service: "AuthService") -> None:
        super().__init__()
        self._service = service

    def compose(self) -> ComposeResult:
        """Put the dialog together."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(Content("◌ Logging out"), id="phase")
            for name, (label, what) in STEPS.items():
                yield StatusRow(label, "waiting", what, "busy", id=f"step-{name}")
            yield Notice()
            with Horizontal(classes="actions"):
                yield Button("Close", id="close", variant="primary")
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin; the work belongs to the app, so that closing the dialog does not cut it short."""
        self.query_one("#dialog").border_title = "Log out"
        self.query_one("#close").focus(scroll_visible=False)
        self.app.clear_notifications()  # what was told of the session
        self.app.run_worker(self._log_out(), group="log-out-steps", exit_on_error=False)

    def on_resize(self) -> None:
        """Focus the button again that a smaller terminal has hidden: it lost the focus by that."""
        if self.focused is None:
            self.query_one("#close").focus(scroll_visible=False)

    async def _log_out(self) -> None:
        try:
            await self._service.log_out(watch=self._show)
        except DoorkeyError as error:
            self._conclude(str(error))
        else:
            self._conclude("")

    def _show(self, step: "LogOutStep") -> None:
        for row in self.query(f"#step-{step.name}").results(StatusRow):  # none once it is closed
            message = with_start_key(step.message, self.app)
            row.show(step.outcome, message, KINDS[step.outcome])

    def _conclude(self, trouble: str) -> None:
        phase = "✗ Not everything worked" if trouble else "○ You are logged out"
        for line in self.query("#phase").results(Static):
            line.update(Content(phase))
        for notice in self.query(Notice):
            notice.say(trouble)

    def action_scroll(self, lines: int) -> None:
        """Scroll what does not fit a small terminal."""
        self.query_one("#dialog").scroll_relative(y=lines, animate=False)

    @on(Button.Pressed, "#close")
    def action_close(self) -> None:
        """Close the dialog."""
        self.dismiss(None)
