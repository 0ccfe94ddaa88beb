"""The way around: each place by its key and by the mouse."""

from collections.abc import Callable
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.messages import PLACES, PROTECTED, GoRequested, LogOutRequested, Place, SignInRequested
from tui.widgets.account import Account


class NavItem(Static):
    """One item: its key, its name, and what it asks for when it is clicked."""

    def __init__(self, key: str, label: str, request: Callable[[], Message], *, name: str) -> None:
        super().__init__(Content.assemble((key, "$text-primary bold"), " ", label), name=name)
        self._request = request

    def on_click(self, event: events.Click) -> None:
        """Ask for it."""
        event.stop()
        self.post_message(self._request())


class NavBar(Horizontal):
    """Home; then Login, or Profile, External API and Log out."""

    def __init__(self, current: Place) -> None:
        super().__init__()
        self._current = current

    def compose(self) -> ComposeResult:
        """List every item once; who is signed in decides which are shown."""
        for key, (place, label) in enumerate(PLACES.items(), start=1):
            item = NavItem(str(key), label, partial(GoRequested, place), name=place)
            item.set_class(place == self._current, "-current")
            yield item
        yield NavItem("l", "Login", SignInRequested, name="login")
        yield Static(id="nav-rest")
        yield NavItem("o", "Log out", LogOutRequested, name="log-out")

    def on_mount(self) -> None:
        """Follow the account."""
        self.watch(self.app, "account", self._show)

    def _show(self, account: Account) -> None:
        for item in self.query(NavItem):
            item.display = (
                item.name == "home"
                or (item.name == "login" and account.state == "signed-out")
                or (item.name in PROTECTED | {"log-out"} and account.signed_in)
            )
