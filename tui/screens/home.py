"""Home: what this is, what to do next, and whether everything is in its place."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from tui.messages import CheckRequested, GoRequested, SignInRequested
from tui.screens.place import PlaceScreen
from tui.text import printable
from tui.widgets.account import Account
from tui.widgets.moments import Clock, clock_time, relative_time
from tui.widgets.notice import Notice
from tui.widgets.state_panel import StatePanel
from tui.widgets.steps import Step, Steps

if TYPE_CHECKING:
    from tui.checks import Finding
    from tui.config import Config
    from tui.dev import ServerStatus

GREETING: Final = "Sign in from your terminal"

WHAT_THIS_IS: Final = (
    "Through your own browser. Then see what your tokens say, and call your API "
    "with one that is always valid."
)

BUTTONS: Final = {
    "sign-in": "Sign in with your browser",
    "profile": "See your profile",
    "external-api": "Call the API",
}
"""What the one primary button says, by the step that is next."""


class HomeScreen(PlaceScreen):
    """The first thing that one sees."""

    PLACE = "home"
    CSS_PATH = "home.tcss"
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "check", "Check again", id="check", tooltip="Are tenant and API there?"),
    ]
    HELP = """\
## Home

What this is, what to do next, and whether everything is in its place.

Press **l** to sign in. Your browser opens; come back here when it says so.
Then **2** shows who you are, and **3** calls the API.

**c** looks again whether tenant, API and clock are right; while something is not, that is done
every ten seconds by itself.
"""

    def __init__(self, config: "Config", storage: str, clock: Clock) -> None:
        super().__init__(config.domain, clock)
        self._config = config
        self._storage = storage
        self._account = Account()

    def compose_content(self) -> ComposeResult:
        """Yield the greeting; the rest comes after the first paint, which it would double."""
        yield Notice()
        yield Static(Content(GREETING), id="greeting", classes="headline")
        yield Static(Content(WHAT_THIS_IS), id="lead")

    def on_mount(self) -> None:
        """Put the rest together as soon as there is something to see."""
        self.call_after_refresh(self._complete)

    async def _complete(self) -> None:
        await self.query_one("#column").mount(
            Horizontal(Button("", variant="primary", id="next"), classes="actions"),
            Vertical(Steps(*self._steps()), StatePanel(self._config, self._storage), id="columns"),
        )
        self.watch(self.app, "account", self._show_account)
        self.watch(self.app, "done", self._show_done)
        self.watch(self.app, "servers", self._show_servers)
        self.watch(self.app, "findings", self._show_findings)
        if self.focused is None:
            self.query_one("#next").focus()

    def refresh_times(self) -> None:
        """Say anew how long somebody has been signed in."""
        self._show_greeting()

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
            Step("sign-in", "l", "Sign in", f"in your own browser, at {tenant}", SignInRequested),
            Step("profile", "2", "See your profile", "who you are, what your token says", profile),
            Step("external-api", "3", "Call the API", f"ping {api}", external_api),
        )

    def _show_account(self, account: Account) -> None:
        self._account = account
        self.query_one(Notice).say(account.notice)
        self.query_one(StatePanel).show_account(account)
        self._show_greeting()

    def _show_greeting(self) -> None:
        account = self._account
        greeting, lead = GREETING, WHAT_THIS_IS
        if account.session is not None:
            now, since = self.clock(), account.session.signed_in_at
            greeting = f"Hello, {account.name}"
            signed_in = f"signed in at {clock_time(since, now)}, {relative_time(since, now)}"
            lead = f"{account.email} · {signed_in}" if account.email else signed_in
        self.query_one("#greeting", Static).update(Content(greeting))
        self.query_one("#lead", Static).update(Content(lead))

    def _show_done(self, done: frozenset[str]) -> None:
        steps = self.query_one(Steps)
        steps.show(done)
        button = self.query_one("#next", Button)
        button.label = Content(BUTTONS[steps.next_step.name])
        button.refresh(layout=True)

    def _show_findings(self, findings: "tuple[Finding, ...]") -> None:
        self.query_one(StatePanel).show_findings(findings)

    def action_check(self) -> None:
        """Look around again."""
        self.post_message(CheckRequested())

    def _show_servers(self, statuses: "tuple[ServerStatus, ...]") -> None:
        self.query_one(StatePanel).show_servers(statuses)
