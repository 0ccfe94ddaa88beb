"""Profile: who is signed in, and every claim that the tenant made about them."""

from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import DataTable, Static

from tui.screens.place import PlaceScreen
from tui.text import shortened
from tui.widgets.account import Account
from tui.widgets.claims_table import ClaimsTable
from tui.widgets.moments import Clock

LONGEST_VALUE: Final = 2000
"""Characters of one claim; more is a document, not a claim."""


class ProfileScreen(PlaceScreen):
    """Name, email, and the claims in a table."""

    PLACE = "profile"
    CSS_PATH = "profile.tcss"
    AUTO_FOCUS = "ClaimsTable"
    HELP = """\
## Profile

Who you are, as the tenant says. Each line is one claim of your ID token;
the chosen one is shown in full below the table.

Move with the arrows or with **j** and **k**; **g** and **G** go to the first and the last.
"""

    def __init__(self, tenant: str, clock: Clock) -> None:
        super().__init__(tenant, clock)
        self._account = Account()

    def compose_content(self) -> ComposeResult:
        """Yield the person, the claims, and the chosen claim in full."""
        yield Static(id="name", classes="headline")
        yield Static(id="email")
        with Vertical(id="claims", classes="panel"):
            yield ClaimsTable(self.clock)
            yield Static(id="meaning")
            yield Static(id="value")

    def on_mount(self) -> None:
        """Follow the account."""
        self.query_one("#claims").border_title = "What your ID token says"
        self.watch(self.app, "account", self._show)

    def refresh_times(self) -> None:
        """Say anew how long ago and how soon."""
        self._show(self._account)

    def _show(self, account: Account) -> None:
        self._account = account
        self.query_one("#name", Static).update(Content(account.name))
        self.query_one("#email", Static).update(_email_line(account))
        claims = account.session.profile.claims if account.session else {}
        self.query_one(ClaimsTable).show(claims)

    @on(DataTable.RowHighlighted)
    def _show_claim(self, message: DataTable.RowHighlighted) -> None:
        meaning, value = self.query_one(ClaimsTable).describe(message.cursor_row)
        self.query_one("#meaning", Static).update(Content(meaning))
        self.query_one("#value", Static).update(Content(shortened(value, LONGEST_VALUE)))


def _email_line(account: Account) -> Content:
    if account.session is None or not account.email:
        return Content("no e-mail address" if account.session else "")
    verified = account.session.profile.claims.get("email_verified") is True
    return Content(f"{account.email}  {'✓ verified' if verified else '○ not verified'}")
