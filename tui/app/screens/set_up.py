"""Set-up, where there is no config yet: the local tenant, or a tenant of one's own."""

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.driver import Driver
from textual.timer import Timer
from textual.widgets import Button, Input, Static

from tui.app.opening import Opening
from tui.app.themes import Themes
from tui.app.widgets.key_line import KeyLine
from tui.auth.tenant.setting_up import Found, config_members, look_up, registration
from tui.config.load import load_config
from tui.config.memory import AppMemory, memory_path
from tui.config.paths import CONFIG_NAME, built_in_config, shown, user_config_dir
from tui.config.write import write_config
from tui.errors import DoorkeyError
from tui.text import printable

if TYPE_CHECKING:
    import httpx

REST_SECONDS: Final = 0.6
"""Without a key, before the tenant is looked up that somebody types."""

WHAT_THIS_IS: Final = (
    "Doorkey signs you in from the terminal, through your own browser, shows what your tokens say, "
    "and calls an API with an access token that is always valid."
)

WHAT_TO_CHOOSE: Final = """\
The local tenant comes with Doorkey, together with people and an API to try it with: no account \
and no network is needed, and nothing stays running.

Your own is Auth0, Okta, Entra ID, Keycloak or any other OpenID Provider. You name it, and its \
auth_config.json is written: there is none yet."""

FIELDS: Final = {
    "issuer": "Issuer or host of the tenant",
    "client": "Client ID of a native client there",
    "audience": "Audience: the API's identifier there",
    "api": "API's URL (empty: http://localhost:3001)",
}


class SetUpApp(App[None]):
    """Ends with the config to open the app with, or with none."""

    CSS_PATH = ["../app.tcss", "set_up.tcss"]  # noqa: RUF012 # Textual wants a list
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="leave-set-up", tooltip="To the choice; then out"),
        Binding("q", "quit", "Quit", show=False, id="quit"),
        Binding("right,down", "app.focus_next", "Next", show=False, id="next-choice"),
        Binding("left,up", "app.focus_previous", "Before", show=False, id="choice-before"),
    ]

    def __init__(
        self,
        driver_class: type[Driver] | None = None,
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        super().__init__(driver_class=driver_class)
        self._transport = transport
        self._themes = Themes(self, AppMemory(memory_path()))
        self.following: Opening | None = None
        self._found: Found | None = None
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        """Yield the choice, and the form that is hidden first."""
        with VerticalScroll(id="body", can_focus=False), Vertical(id="column"):
            yield Static(Content("Which tenant?"), classes="headline")
            yield Static(Content(WHAT_THIS_IS), id="lead")
            with Horizontal(classes="actions", id="choice"):
                yield Button("Try the local tenant", variant="primary", id="local")
                yield Button("Connect your own", id="own")
            with Vertical(id="form"):
                for name, asked in FIELDS.items():
                    yield Input(placeholder=asked, id=name)
                yield Button("Write it and sign in", id="write")
            yield Static(Content(WHAT_TO_CHOOSE), id="told")
        yield KeyLine()

    def on_mount(self) -> None:
        """Say what Esc does here."""
        self._name_esc("Quit")

    def _name_esc(self, words: str) -> None:
        self.query_one(KeyLine).names = {"leave-set-up": words}

    @on(Button.Pressed, "#local")
    def _try_local(self) -> None:
        try:
            self._end_with(Opening(load_config(built_in_config()), True, signs_in=True))
        except (DoorkeyError, OSError) as error:
            self._tell(str(error))

    @on(Button.Pressed, "#own")
    def _show_form(self) -> None:
        self.screen.add_class("-own")
        self._name_esc("Back")
        self._tell("")
        self.query_one("#issuer").focus()

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        if message.input.id != "issuer":
            self._tell_steps()
            return
        self._found = None
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, self._look_up)

    @work(exclusive=True, group="look-up", exit_on_error=False)
    async def _look_up(self) -> None:
        typed = self._value("issuer")
        if not typed:
            return
        self._tell("Looking it up ...")
        try:
            self._found = await look_up(typed, transport=self._transport)
        except DoorkeyError as error:
            self._tell(str(error))
        else:
            self._tell_steps()

    def _tell_steps(self) -> None:
        """Say whose tenant it is, and what to register there."""
        if self._found is None:
            return
        members = config_members(
            self._found, self._value("client") or "CLIENT-ID", self._value("audience") or "AUDIENCE"
        )
        steps = registration(self._found, members)
        lines = [f"✓ {self._found.vendor.name} at {self._found.issuer}", self._found.remark]
        lines += [f"{number}. {step}" for number, step in enumerate(steps, 1)]
        self._tell("\n".join(printable(line) for line in lines if line))

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.screen.focus_next()

    @on(Button.Pressed, "#write")
    def _write(self) -> None:
        if self._found is None:
            self._tell("Name a tenant that answers first.")
            return
        try:
            members = config_members(
                self._found, self._value("client"), self._value("audience"), self._value("api")
            )
            config = write_config(user_config_dir() / CONFIG_NAME, members)
        except DoorkeyError as error:
            self._tell(str(error))
            return
        notice = f"Written: {shown(config.path)}"
        self._end_with(Opening(load_config(config.path), signs_in=True, notice=notice))

    def action_leave(self) -> None:
        """Go back to the choice; from there, out."""
        if self.screen.has_class("-own"):
            self.screen.remove_class("-own")
            self._name_esc("Quit")
            self._tell(WHAT_TO_CHOOSE)
            self.query_one("#local").focus()
        else:
            self.exit()

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _tell(self, words: str) -> None:
        self.query_one("#told", Static).update(Content(words))

    def _end_with(self, opening: Opening) -> None:
        self.following = opening
        self.exit()
