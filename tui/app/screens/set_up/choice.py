"""The first question, where there is no config: the local tenant, or one of one's own."""

import asyncio
from collections.abc import Callable
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Static
from textual.worker import Worker

from tui.app.messages import Opening, OpeningRequested
from tui.app.screens.place import tell_of_failed_work
from tui.app.screens.set_up.form import FormScreen
from tui.app.widgets.key_line import KeyLine
from tui.auth.kept_sessions import KeptSession, KeptSessions
from tui.config.load import load_config
from tui.config.paths import built_in_config, built_in_path
from tui.errors import DoorkeyError
from tui.text import printable

WHAT_THIS_IS: Final = (
    "Doorkey signs you in from the terminal, through your own browser, shows what your tokens say, "
    "and calls an API with an access token that is always valid."
)
LOCAL: Final = (
    "An OpenID Provider and an API, here on this machine: no account, no network. You sign in as "
    "alice, with the password alice-password. Its config and your session are kept in Doorkey's "
    "state folder, and nothing stays running."
)
OWN: Final = (
    "Auth0, Okta, Entra ID, Keycloak or any other OpenID Provider. Its auth_config.json is "
    "written, as there is none yet, and you are told what to register."
)


RUNS: Final = " The local tenant and its API run beside the app until you quit."


class ChoiceScreen(Screen[None]):
    """Asks for a tenant, and then for the app to be opened with its config."""

    CSS_PATH = "set_up.tcss"
    AUTO_FOCUS = "#local"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "local", "Try the local one", id="try-local", tooltip="It starts at once"),
        Binding("o", "own", "Your own", id="connect-own", tooltip="A form, and what to register"),
        Binding("j,down", "app.focus_next", "Down", id="choice-down", show=False),
        Binding("k,up", "app.focus_previous", "Up", id="choice-up", show=False),
        Binding(
            "escape",
            "app.quit",
            "Quit",
            id="leave-choice",
            tooltip="There is nothing to go back to",
        ),
    ]
    HELP = """\
## Which tenant?

A *tenant* is the OpenID Provider that signs people in. Doorkey found no `auth_config.json`, neither
in this folder nor in your config folder, so it asks.

- Where somebody is signed in, by a profile or at the local tenant, the first answer goes on there.
- The *local tenant* comes with Doorkey and runs beside the app until you quit, with an API to call.
- A tenant of *your own*: its address, a client ID and an audience are enough for a config.

What you choose here can be changed at any time: `t` on Home lists the profiles and the
configs at hand, and makes new ones.
"""

    def __init__(self, make_form: Callable[[], FormScreen]) -> None:
        super().__init__()
        self._make_form = make_form
        self._signed_in: KeptSession | None = None

    def compose(self) -> ComposeResult:
        """Yield the answers, and what comes of each."""
        with VerticalScroll(id="body", can_focus=False), Vertical(id="column"):
            yield Static(Content("Which tenant?"), classes="headline")
            yield Static(Content(WHAT_THIS_IS), classes="about")
            yield Button("", variant="primary", id="go-on")
            yield Static(classes="about", id="who")
            yield Button("Try the local tenant", variant="primary", id="local")
            yield Static(Content(LOCAL), classes="about", id="about-local")
            yield Button("Connect your own", id="own")
            yield Static(Content(OWN), classes="about")
            yield Static(id="trouble")
        yield KeyLine()

    def on_mount(self) -> None:
        """Offer first to go on where somebody is signed in, once that is known."""
        for each in self.query("#go-on, #who"):
            each.display = False
        self._look()

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self) -> None:
        rows = await asyncio.to_thread(KeptSessions(built_in_path()).look)
        signed_in = [(row.session.signed_in_at, row) for row in rows if row.session]
        if signed_in:
            self._signed_in = max(signed_in, key=lambda each: each[0])[1]
            self._offer(self._signed_in)

    def _offer(self, row: KeptSession) -> None:
        """Put an answer before the others: the tenant at which one has signed in last."""
        go_on, local = self.query_one("#go-on", Button), self.query_one("#local", Button)
        is_local = _is_local(row)
        where = "the local tenant" if is_local else printable(row.known.label)
        go_on.label = Content(f"Go on with {where}")
        who = Content(f"{printable(row.who)} signed in there.{RUNS if is_local else ''}")
        self.query_one("#who", Static).update(who)
        for each in self.query("#go-on, #who"):
            each.display = True
        if self.focused in (None, local):  # nobody has moved yet
            go_on.focus()
        local.variant = "default"
        for each in self.query("#local, #about-local"):
            each.display = not is_local

    @on(Button.Pressed, "#go-on")
    def _go_on(self) -> None:
        row = self._signed_in
        if row is None or row.config is None:
            return
        if _is_local(row):
            self.action_local()
        else:
            self.post_message(OpeningRequested(Opening(row.config, signs_in=True)))

    @on(Button.Pressed, "#local")
    def action_local(self) -> None:
        """Open the app with the local tenant and its API beside it."""
        try:
            config = load_config(built_in_config())
        except (DoorkeyError, OSError) as error:
            self.query_one("#trouble", Static).update(Content(printable(f"✗ {error}")))
        else:
            self.post_message(OpeningRequested(Opening(config, True, signs_in=True)))

    @on(Button.Pressed, "#own")
    def action_own(self) -> None:
        """Ask for a tenant of one's own."""
        self.app.push_screen(self._make_form())

    @on(Worker.StateChanged)
    def _tell_failed_work(self, message: Worker.StateChanged) -> None:
        tell_of_failed_work(self, message)


def _is_local(row: KeptSession) -> bool:
    return row.known.path == built_in_path()
