"""What Home shows under its greeting: the next step, all the steps, the state of things."""

from functools import partial
from typing import TYPE_CHECKING, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button

from tui.app.account import Account
from tui.app.messages import GoRequested, SignInRequested
from tui.app.widgets.state_panel import StatePanel
from tui.app.widgets.steps import Step, Steps
from tui.text import printable

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.config.load import Config
    from tui.servers.checks import Finding
    from tui.servers.processes import ServerStatus

BUTTONS: Final = {
    "sign-in": "Sign in with your browser",
    "profile": "See your profile",
    "external-api": "Call the API",
}
"""What the one primary button says, by the step that is next."""


class HomeBoard(Vertical):
    """Follows the app: who is signed in, what is done, what the last look around has found."""

    DEFAULT_CSS = """
    HomeBoard {
        height: auto;
        .actions, Steps { margin-bottom: 1; }
    }
    """

    def __init__(self, config: "Config", storage: str) -> None:
        super().__init__()
        self._config = config
        self._storage = storage
        self._done: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        """Put the parts below each other."""
        with Horizontal(classes="actions"):
            yield Button("", variant="primary", id="next")
        yield Steps(*self._steps())
        yield StatePanel(self._config, self._storage)

    def on_mount(self) -> None:
        """Follow what is shown here."""
        self.watch(self.app, "account", self._show_account)
        self.watch(self.app, "done", self._show_done)
        self.watch(self.app, "servers", self._show_servers)
        self.watch(self.app, "findings", self._show_findings)
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    @on(Button.Pressed, "#next")
    def _take_next_step(self) -> None:
        self.post_message(self.query_one(Steps).next_step.request())

    def _steps(self) -> tuple[Step, ...]:
        tenant, api = printable(self._config.domain), printable(self._config.api_url)
        profile, external_api = (
            partial(GoRequested, "profile"),
            partial(GoRequested, "external-api"),
        )
        return (
            Step(
                "sign-in", "login", "Sign in", f"in your own browser, at {tenant}", SignInRequested
            ),
            Step(
                "profile",
                "profile",
                "See your profile",
                "who you are, what your token says",
                profile,
            ),
            Step("external-api", "external-api", "Call the API", f"ping {api}", external_api),
        )

    def _show_account(self, account: Account) -> None:
        self.query_one(StatePanel).show_account(account)

    def _show_done(self, done: frozenset[str]) -> None:
        self._done = done
        steps = self.query_one(Steps)
        steps.show(done)
        button = self.query_one("#next", Button)
        button.label = Content(BUTTONS[steps.next_step.name])
        button.refresh(layout=True)

    def _show_findings(self, findings: "tuple[Finding, ...]") -> None:
        self.query_one(StatePanel).show_findings(findings)

    def _show_servers(self, statuses: "tuple[ServerStatus, ...]") -> None:
        self.query_one(StatePanel).show_servers(statuses)

    def _bindings_changed(self, _screen: "Screen[object]") -> None:
        self._show_done(self._done)
