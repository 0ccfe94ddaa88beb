"""The top line: the app, the tenant or that it is silent, who is signed in and for how long."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.reactive import reactive, var
from textual.widget import Widget

from tui.app.account import Account
from tui.moments import local_now, time_left
from tui.text import printable

if TYPE_CHECKING:
    from tui.auth.keeper import Offline

BRAND: Final = Content.styled("◆ Doorkey", "$text-primary bold")

OFFLINE: Final = "▲ offline"

GAP: Final = "  "

LEAST_TENANT_CELLS: Final = 16
"""A shorter piece of its name says nothing."""


class TitleBar(Widget):
    """Says on every screen where one is signed in, as whom, and how long the token lasts.

    One widget, drawn anew when its words change; where room is short, the tenant goes first.
    """

    DEFAULT_CSS = """
    TitleBar {
        height: 1; padding: 0 2; background: $panel;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    account: var[Account] = var(Account(), init=False)
    offline: var["Offline | None"] = var(None, init=False)
    now: var[datetime] = var(local_now, init=False)
    _words: reactive[tuple[str, str, str]] = reactive(("", "", ""))
    """Whether one is offline, who is signed in, what is left of the token."""

    def __init__(self, tenant: str) -> None:
        super().__init__()
        self._tenant = printable(tenant)

    def watch_account(self) -> None:
        """Say who is signed in."""
        self._words = self._words_now()

    def watch_offline(self, offline: "Offline | None") -> None:
        """Say whether the tenant is silent; why is said under the mouse."""
        self.tooltip = Content(printable(offline.reason)) if offline else None
        self._words = self._words_now()

    def watch_now(self) -> None:
        """Say what is left."""
        self._words = self._words_now()

    def _words_now(self) -> tuple[str, str, str]:
        who = {
            "restoring": "◌ looking for your session",
            "signed-out": "○ signed out",
            "signed-in": f"● {self.account.short_name}",
            "expired": f"▲ {self.account.short_name}",
        }[self.account.state]
        session = self.account.session
        left = (
            self._left(session.token_set.access_token_expiry, "token ", "▲ token expired")
            if session and self.account.state == "signed-in"
            else "session expired"
            if session
            else ""
        )
        offline = (
            self._left(self.offline.retry_at, f"{OFFLINE}, next try in ", f"{OFFLINE}, trying")
            if self.offline
            else ""
        )
        return offline, who, left

    def _left(self, until: datetime, lead: str, past: str) -> str:
        seconds = int((until - self.now).total_seconds())
        return f"{lead}{time_left(seconds)}" if until > self.now else past

    def render(self) -> Content:
        """Draw the line: what tells of the session at the right, the rest where there is room."""
        offline, who, left = self._words
        end = Content.assemble(who, (f"{GAP}{left}" if left else "", "$foreground-muted"))
        room = self.content_size.width - end.cell_length
        start = BRAND
        if offline:
            trouble = Content.styled(offline, "$text-warning")
            told = (Content.assemble(BRAND, GAP, trouble), trouble, trouble[: len(OFFLINE)])
            start = next((each for each in told if each.cell_length < room), told[-1])
        elif room - BRAND.cell_length >= LEAST_TENANT_CELLS:
            tenant = Content.styled(self._tenant, "$foreground-muted")
            tenant_room = room - BRAND.cell_length - 2 * len(GAP)
            start = Content.assemble(BRAND, GAP, tenant.truncate(tenant_room, ellipsis=True))
        return Content.assemble(start, " " * max(room - start.cell_length, 1), end)
