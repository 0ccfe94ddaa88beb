"""What Home shows below its board where there is room: its keys, and the session."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import var
from textual.widget import Widget

from tui.app.account import Account
from tui.app.keys.caps import told
from tui.moments import local_now

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.app.widgets.token_panes import SessionPane

KEY_CELLS: Final = 6
NAME_CELLS: Final = 18


class KeySheet(Widget):
    """Every key of the screen that works now, one a line, with what it does."""

    DEFAULT_CSS = """
    KeySheet { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._drawn = Content("")

    def on_mount(self) -> None:
        """Follow the account and the keymap."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow_bindings)

    def render(self) -> Content:
        """Draw the keys."""
        self._drawn = self._sheet()
        return self._drawn

    def _sheet(self) -> Content:
        return Content("\n").join(self._lines())

    def _lines(self) -> Iterator[Content]:
        active = self.screen.active_bindings.values()
        usable = {each.binding.id or "" for each in active}
        for each in active:
            if each.binding.id and each.tooltip:  # moving about has none
                key, name = self.app.get_key_display(each.binding), each.binding.description
                yield Content.assemble(
                    (f"{key:<{KEY_CELLS}}", "$text-primary bold"),
                    f"{name:<{NAME_CELLS}}",
                    (told(each, usable), "$foreground-muted"),
                )

    def _follow_bindings(self, screen: "Screen[object]") -> None:
        # With each change of screens, too, and mostly for nothing.
        if screen.is_current and not self._sheet().is_same(self._drawn):
            self.refresh(layout=True)


class HomeDetails(Horizontal):
    """The keys, and beside them how the session is, while there is one."""

    account: var[Account] = var(Account(), init=False)
    """Who is signed in."""
    now: var[datetime] = var(local_now, init=False)
    """The present."""

    def __init__(self, make_session_pane: "Callable[[], SessionPane]") -> None:
        super().__init__()
        self._session = make_session_pane()
        self._session.can_focus = False  # it is looked at, and Tab has more to do elsewhere

    def compose(self) -> ComposeResult:
        """Yield the two panels."""
        with Vertical(classes="panel", id="key-sheet") as keys:
            keys.border_title = "Keys"
            yield KeySheet()
        with Vertical(classes="panel", id="session-sheet") as session:
            session.border_title = "Your session"
            yield self._session.data_bind(HomeDetails.now)

    def on_mount(self) -> None:
        """Show who is signed in."""
        self.watch_account(self.account)

    def watch_account(self, account: Account) -> None:
        """Show the session of whoever is signed in."""
        if not self.is_attached:
            return
        self.query_one("#session-sheet").display = account.session is not None
        self.refresh_times()

    def refresh_times(self) -> None:
        """Say anew how long ago and how soon."""
        if self.account.session is not None:
            self._session.show(self.account.session)
