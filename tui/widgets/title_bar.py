"""The top line: the app, the tenant or that it is silent, who is signed in and for how long."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from tui.text import printable
from tui.widgets.account import Account
from tui.widgets.countdown import Countdown
from tui.widgets.moments import Clock

if TYPE_CHECKING:
    from tui.auth.keeper import Offline


class TitleBar(Horizontal):
    """Says on every screen where one is signed in, as whom, and how long the token lasts."""

    def __init__(self, tenant: str, clock: Clock) -> None:
        super().__init__()
        self._tenant = printable(tenant)
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Put the line together."""
        yield Static(Content("◆ Doorkey"), id="brand")
        yield Static(Content(self._tenant), id="tenant")
        yield Countdown(
            self._clock, lead="▲ offline, next try in ", past="▲ offline, trying", id="offline"
        )
        yield Static(id="who")
        yield Countdown(self._clock, lead="token ", past="▲ token expired", id="token-left")

    def on_mount(self) -> None:
        """Follow the account and the way to the tenant."""
        self.watch(self.app, "account", self._show)
        self.watch(self.app, "offline", self._show_offline)

    def _show(self, account: Account) -> None:
        words = {
            "restoring": "◌ looking for your session",
            "signed-out": "○ signed out",
            "signed-in": f"● {account.short_name}",
        }
        self.query_one("#who", Static).update(Content(words[account.state]))
        session = account.session
        left = self.query_one("#token-left", Countdown)
        left.display = session is not None
        left.until = session.token_set.access_token_expiry if session else None

    def _show_offline(self, offline: "Offline | None") -> None:
        self.set_class(offline is not None, "-offline")
        countdown = self.query_one("#offline", Countdown)
        countdown.until = offline.retry_at if offline else None
        countdown.tooltip = Content(printable(offline.reason)) if offline else None
