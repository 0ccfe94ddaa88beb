"""Profile: who is signed in, what each token says, and how the session is kept."""

from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import ContentSwitcher, Static, Tab, Tabs

from tui.api.jwt_view import read_jwt, token_in
from tui.api.request import remembered_request
from tui.app.account import Account
from tui.app.copying import SystemClipboard, copy_curl, copy_quietly, copy_token
from tui.app.screens.place import PlaceScreen
from tui.app.widgets.claims_table import ClaimsPanel, ClaimsTable
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.revealed_token import RevealedToken
from tui.app.widgets.token_panes import AccessTokenPane, AnyJwtPane, IdTokenPane, SessionPane
from tui.config.memory import AppMemory
from tui.moments import Clock
from tui.text import printable

if TYPE_CHECKING:
    from tui.auth.service import AuthService

TABS = {
    "id-token": "ID token",
    "access-token": "Access token",
    "session": "Session",
    "jwt": "Any JWT",
}

Pane = IdTokenPane | AccessTokenPane | SessionPane | AnyJwtPane


class ProfileScreen(PlaceScreen):
    """Name, email, and three tabs."""

    PLACE = "profile"
    CSS_PATH = "profile.tcss"
    AUTO_FOCUS = ""  # the table of the tab that is looked at, which is not the first of all
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "next_tab(1)", "Next tab", id="next-tab", tooltip="The next token"),
        # Where only a sign-in helps, l is for that.
        Binding("l", "next_tab_by_letter", "Next tab", show=False, id="tab-right-letter"),
        Binding("right", "next_tab(1)", "Next tab", show=False, id="tab-right"),
        Binding("h,left", "next_tab(-1)", "Tab before", show=False, id="tab-left"),
        Binding("c", "copy_token", "Copy token", id="copy-token", tooltip="To the clipboard"),
        Binding("v", "reveal", "Reveal", id="reveal", tooltip="Show the token itself, or hide it"),
        Binding("y", "copy_claim", "Copy claim", id="copy-claim", tooltip="The line's value"),
        Binding("u", "copy_curl", "Copy curl", id="copy-curl", tooltip="A line to call the API"),
        Binding("escape", "hide", "Hide", show=False, id="hide", tooltip="Hide the token again"),
    ]
    HELP = """\
## Profile

Who you are, as the tenant says, and what your tokens say. Each line is one claim, shown below with
more room; **Enter** unfolds one that has parts, *Copy claim* copies its value.

- *Next tab* and *Tab before* change between ID token, access token, session and any JWT: paste one.
- *Copy token* copies the token of this tab, *Copy curl* a line that calls the API.
- *Reveal* shows the token itself until you leave; a long one scrolls. Who sees it can use it.
- *Renew* gets new tokens now, *Switch account* signs in as somebody else.
"""

    revealed: reactive[bool] = reactive(False, init=False, bindings=True, toggle_class="-revealed")
    """Whether the token of this tab is shown itself."""

    def __init__(
        self,
        service: "AuthService",
        clock: Clock,
        memory: AppMemory,
        copy_to_system: SystemClipboard,
    ) -> None:
        super().__init__(service.config.label, clock)
        self._service = service
        self._memory = memory
        self._copy_to_system = copy_to_system
        self._panes: dict[str, Pane] = {}
        """Of the tabs that have been looked at."""

    def compose_content(self) -> ComposeResult:
        """Yield the person and the tabs."""
        yield Static(id="person")
        yield Tabs(*(Tab(label, id=name) for name, label in TABS.items()))
        yield RevealedToken()
        pane = self._panes["id-token"] = IdTokenPane(self.clock)
        yield ContentSwitcher(pane, initial=pane.id)

    def on_mount(self) -> None:
        """Show who is signed in."""
        if not self.is_attached:  # the app may be ending
            return
        self.query_one(Tabs).can_focus = False  # t, h and l change tabs from anywhere
        self.watch_account(self.account)

    def on_screen_suspend(self) -> None:
        """Hide the token when one goes away."""
        self.revealed = False

    def refresh_times(self) -> None:
        """Say anew how long ago and how soon."""
        pane = self._pane
        if isinstance(pane, SessionPane):
            self._show_pane()
        elif pane is not None:
            pane.query_one(ClaimsPanel).refresh_times()

    def watch_account(self, account: Account) -> None:
        """Show another person, or the same one's new tokens."""
        if not self.is_attached:  # the app may be ending
            return
        self.query_one("#person", Static).update(_person(account))
        self._show_pane()
        self._show_token()

    def _show_pane(self) -> None:
        # The pane that is looked at only: a table costs some milliseconds.
        pane = self._pane
        if pane is not None and self.account.session is not None:
            pane.show(self.account.session)

    @property
    def _pane(self) -> Pane | None:
        return self._panes.get(self._tab)

    @property
    def _table(self) -> ClaimsTable | None:
        """The claims of this tab; none where it has no token that can be read, or no room."""
        has_room = not self.revealed or self.has_class("-tall")
        panels = self._pane.query(ClaimsPanel) if self._pane and has_room else ()
        return next((each.query_one(ClaimsTable) for each in panels if each.display), None)

    async def _open_pane(self, name: str) -> None:
        """Put a pane together when it is first looked at: each is as large as a screen."""
        switcher = self.query_one(ContentSwitcher)
        if name not in self._panes:
            pane: Pane = AnyJwtPane(self.clock)
            if name == "access-token":
                pane = AccessTokenPane(self.clock).data_bind(PlaceScreen.now)
            elif name == "session":
                storage = self._service.storage
                pane = SessionPane(self.clock, storage).data_bind(PlaceScreen.now)
            await switcher.add_content(pane, id=f"{name}-pane")
            self._panes[name] = pane
        switcher.current = self._panes[name].id

    @property
    def _tab(self) -> str:
        return self.query_one(Tabs).active

    @on(Tabs.TabActivated)
    async def _go_to_tab(self) -> None:
        await self._open_pane(self._tab)
        self.revealed = False
        self.refresh_bindings()
        self._show_pane()
        pane = self._pane
        empty = pane.empty_field if isinstance(pane, AnyJwtPane) else None
        self.set_focus(self._table or empty or pane)

    def action_next_tab(self, step: int) -> None:
        """Go to the next tab, or to the one before."""
        names = list(TABS)
        self.query_one(Tabs).active = names[(names.index(self._tab) + step) % len(names)]

    def action_next_tab_by_letter(self) -> None:
        """Go to the next tab, as `h` goes to the one before."""
        self.action_next_tab(1)

    # The tokens themselves

    def action_reveal(self) -> None:
        """Show the token of this tab, or hide it again."""
        self.revealed = not self.revealed

    def action_hide(self) -> None:
        """Hide the token."""
        self.revealed = False

    def watch_revealed(self) -> None:
        """Show the token, or take it off the screen; the keys move in what is there."""
        self._show_token()
        self.query_one(KeyLine).names = {"reveal": "Hide"} if self.revealed else {}
        self.call_after_refresh(self._focus_what_moves)

    def _show_token(self) -> None:
        session, token = self.account.session, ""
        if self.revealed and session is not None:
            tokens = session.token_set
            token = tokens.id_token if self._tab == "id-token" else tokens.access_token
        self.query_one(RevealedToken).show(token)

    def on_resize(self) -> None:
        """Have the keys where there is something to move in at this size."""
        if self.revealed:
            self.refresh_bindings()
            self.call_after_refresh(self._focus_what_moves)

    def _focus_what_moves(self) -> None:
        """Go to the token where it scrolls or stands alone, and back to the claims without it."""
        token = self.query_one(RevealedToken)
        if self.revealed and (token.max_scroll_y or self._table is None):
            self.set_focus(token)
        elif self.focused is None or self.focused is token:
            self.set_focus(self._table)

    def action_scroll_body(self, lines: int) -> None:
        """Scroll the token, else what the tab shows."""
        scrolled = self.query_one(RevealedToken) if self.revealed else self._pane
        if scrolled is not None:
            scrolled.scroll_relative(y=lines, animate=False)

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def action_copy_token(self) -> None:
        """Copy the token of this tab."""
        await copy_token(self.app, self._service, self._tab, self._copy_to_system)

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def action_copy_claim(self) -> None:
        """Copy the value of one claim."""
        table = self._table
        if table is not None and table.chosen is not None:
            name, text = printable(table.chosen.name), table.chosen.text
            below = "It stands below the table: select it there with the mouse."
            await copy_quietly(self.app, text, name, self._copy_to_system, instead=below)

    async def on_paste(self, event: events.Paste) -> None:
        """Take a JWT apart that is pasted anywhere here; beside Any JWT say what is none."""
        if self._tab != "jwt" and read_jwt(token_in(event.text)) is None:
            return
        event.stop()
        await self._open_pane("jwt")
        self.query_one(Tabs).active = "jwt"
        self.query_one(AnyJwtPane).take(event.text)

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def action_copy_curl(self) -> None:
        """Copy a command that calls the API."""
        config = self._service.config
        request = remembered_request(self._memory, config.api_url)
        await copy_curl(self.app, config, request, self._copy_to_system)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to copy and reveal where there is a token."""
        if action in ("copy_token", "reveal") and self.is_mounted:
            return self._tab in ("id-token", "access-token")
        if action == "hide":
            return self.revealed
        if action == "copy_curl" and self.is_mounted:
            return self._tab != "jwt"
        if action == "copy_claim" and self.is_mounted:
            return self._table is not None
        if action == "next_tab_by_letter":
            return self.account.state != "expired"
        return super().check_action(action, parameters)


def _person(account: Account) -> Content:
    if account.session is None:
        return Content("")
    claims = account.session.profile.claims
    email = Content("no e-mail address")
    if account.email:
        verified = {True: "  ✓ verified", False: "  ○ not verified"}
        is_verified = claims.get("email_verified")
        said = verified[is_verified] if isinstance(is_verified, bool) else ""
        email = Content(f"{account.email}{said}")
    over = ("  ▲ the session has expired", "$text-warning") if account.state == "expired" else ""
    return Content.assemble(
        (account.name, "$text-primary bold"), "  ", email.stylize("$foreground-muted"), over
    )
