"""Home: what this is, what to do next, and whether everything is in its place."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from tui.app.account import Account
from tui.app.keys.caps import START_SERVERS, key_cap
from tui.app.messages import CheckRequested
from tui.app.screens.place import PlaceScreen
from tui.app.widgets.notice import Notice
from tui.moments import Clock, clock_time, relative_time

if TYPE_CHECKING:
    from tui.app.screens.doctor import DoctorScreen
    from tui.app.widgets.home_board import HomeBoard
    from tui.app.widgets.home_details import HomeDetails

GREETING: Final = "Sign in from your terminal"

WHAT_THIS_IS: Final = (
    "Through your own browser. Then see what your tokens say, and call your API "
    "with one that is always valid."
)


class HomeScreen(PlaceScreen):
    """The screen that the app begins with."""

    PLACE = "home"
    CSS_PATH = "home.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "check", "Check again", id="check", tooltip="Are tenant and API there?"),
        Binding("d", "doctor", "Doctor", id="doctor", tooltip="Each rule, and what helps"),
        START_SERVERS,
        Binding("t", "app.tenants", "Tenants", id="tenants", tooltip="Those at hand; open another"),
    ]
    HELP = """\
## Home

What this is, what to do next, and whether everything is in its place.

Sign in first: your browser opens; come back here when it says so. Then *Profile* shows who you
are and what your tokens say, and *External API* calls the API.

*Check again* looks whether tenant, API and clock are right. By itself that is done every ten
seconds while something is not, every twenty while all is well on this machine, and at once after a
call without an answer. *Start it* starts a bundled server that is not there. *Doctor* looks at
every rule, and says what helps; *Tenants* lists all profiles, to open another.
"""

    painted: var[bool] = var(False, init=False)
    """Whether there is something to see; the board is put together after that."""
    done: var[frozenset[str]] = var(frozenset[str](), init=False)
    """Which steps are done."""

    def __init__(
        self,
        tenant: str,
        clock: Clock,
        make_board: "Callable[[], HomeBoard]",
        make_details: "Callable[[], HomeDetails]",
        make_doctor: "Callable[[], DoctorScreen]",
    ) -> None:
        super().__init__(tenant, clock)
        self._make_board = make_board
        self._make_details = make_details
        self._make_doctor = make_doctor
        self._board: HomeBoard | None = None
        self._details: HomeDetails | None = None

    def compose_content(self) -> ComposeResult:
        """Yield the greeting; the rest comes after the first paint, which it would double."""
        yield Notice()
        yield Static(Content(GREETING), id="greeting", classes="headline")
        yield Static(Content(WHAT_THIS_IS), id="lead")

    async def watch_painted(self, painted: bool) -> None:
        """Put the rest together as soon as there is something to see."""
        if not painted:
            return
        facts = (HomeScreen.account, HomeScreen.done, HomeScreen.servers, HomeScreen.findings)
        self._board = self._make_board().data_bind(*facts)
        await self.query_one("#column").mount(self._board)
        if self.is_attached and self.focused is None:
            self.query("#next").focus()  # the app may be ending, and the board with it
        await self._tell_more()

    def on_resize(self) -> None:
        """Use the room that there is by now, once the size is known by its name."""
        self.call_later(self._tell_more)

    async def _tell_more(self) -> None:
        """Show more below the board where there is room; smaller terminals do not wait for it."""
        has_room = self.has_class("-vast") and self.has_class("-tall")
        if self._board is not None and self._details is None and has_room and self.is_attached:
            facts = (HomeScreen.account, HomeScreen.now)
            self._details = self._make_details().data_bind(*facts)
            await self.query_one("#column").mount(self._details)

    def watch_account(self, account: Account) -> None:
        """Greet whoever is signed in, and say what went wrong last."""
        if self.is_attached:  # the app may be ending
            self.query_one(Notice).say(account.notice)
            self.refresh_times()

    def refresh_times(self) -> None:
        """Say anew how long somebody has been signed in."""
        account = self.account
        greeting, lead = GREETING, WHAT_THIS_IS
        if account.session is not None:
            now, since = self.clock(), account.session.signed_in_at
            greeting = f"Hello, {account.name}"
            signed_in = f"signed in at {clock_time(since, now)}, {relative_time(since, now)}"
            lead = f"{account.email} · {signed_in}" if account.email else signed_in
        if account.state == "expired":
            lead = f"Your session has expired. {key_cap(self, 'login')} signs you in again."
        if self._details is not None:
            self._details.refresh_times()
        for name, words in (("#greeting", greeting), ("#lead", lead)):
            line = self.query_one(name, Static)
            if line.content != words:
                line.update(Content(words))

    def watch_findings(self) -> None:
        """Offer to start what is not there."""
        self.refresh_bindings()

    def watch_servers(self) -> None:
        """Offer to start what has ended."""
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to start a server where it is one of ours, and not there."""
        if action == "start_servers":
            return self.lacks_server
        return super().check_action(action, parameters)

    def action_check(self) -> None:
        """Look around again."""
        if self._board is not None:
            self._board.look_again(self.clock())
        self.post_message(CheckRequested())

    def action_doctor(self) -> None:
        """Have each rule looked at."""
        self.app.push_screen(self._make_doctor())
