"""The way around: each place by its key and by the mouse."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from tui.app.account import Account
from tui.app.keys.caps import key_cap
from tui.app.messages import PLACES, GoRequested, LogOutRequested, Place, SignInRequested
from tui.app.widgets.key_line import LinkLine

if TYPE_CHECKING:
    from textual.screen import Screen

RULE, HERE = "─", "━"

LABELS: Final[Mapping[str, str]] = dict[str, str](
    [*PLACES.items(), ("login", "Login"), ("log-out", "Log out")]
)
"""What each item is called, by the id of its binding."""

SHORT: Final[Mapping[str, str]] = {**LABELS, "external-api": "API"}
"""The same where the line is too short for all, at 40 columns."""

REQUESTS: Final[Mapping[str, Callable[[], Message]]] = {
    **{place: partial(GoRequested, place) for place in PLACES},
    "login": SignInRequested,
    "log-out": LogOutRequested,
}
"""What a click on each item asks for."""

ITEMS: Final[Mapping[str, tuple[str, ...]]] = {
    "restoring": ("home",),
    "signed-out": ("home", "login"),
    "signed-in": (*PLACES, "log-out"),
    "expired": (*PLACES, "login", "log-out"),
}
"""What is offered in each state of the account."""


class NavBar(LinkLine):
    """Home; then Login, or Profile, External API and Log out; below it a rule that says where."""

    DEFAULT_CSS = """
    NavBar { height: 2; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    account: reactive[Account] = reactive(Account())
    """Who is signed in."""

    def __init__(self, current: Place) -> None:
        super().__init__()
        self._current = current
        self._caps: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        """What is offered now, by the ids of the bindings."""
        return ITEMS[self.account.state]

    def on_mount(self) -> None:
        """Follow the keymap."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow_bindings)

    def _follow_bindings(self, _screen: "Screen[object]") -> None:
        # With each change of screens, too, and mostly for nothing.
        if self._caps != self._caps_now():
            self.refresh()

    def _caps_now(self) -> tuple[str, ...]:
        return tuple(key_cap(self, name) for name in self.items)

    def action_ask(self, name: str) -> None:
        """Ask for what the item `name` leads to."""
        self.post_message(REQUESTS[name]())

    def render(self) -> Content:
        """Draw the items, the way out at the right end, and the rule."""
        self._caps = self._caps_now()
        drawn = {name: self._item(name, LABELS) for name in self.items}
        if sum(item.cell_length for item in drawn.values()) > self.content_size.width:
            drawn = {name: self._item(name, SHORT) for name in self.items}
        end = drawn.pop("log-out", Content(""))
        line = Content("").join(drawn.values())
        gap = max(self.content_size.width - line.cell_length - end.cell_length, 0)
        rule = Content("").join(
            _rule(item.cell_length, here=name == self._current) for name, item in drawn.items()
        )
        return Content.assemble(
            line, " " * gap, end, "\n", rule, _rule(gap + end.cell_length, here=False)
        )

    def _item(self, name: str, labels: Mapping[str, str]) -> Content:
        action = f"ask({name!r})"
        label = "$foreground bold" if name == self._current else "$foreground-muted"
        item = Content.assemble(
            " ",
            (key_cap(self, name), "$text-primary bold"),
            " ",
            (labels[name], "$foreground" if self.lit == action else label),
            " " if self.screen.has_class("-narrow") else "  ",
        )
        return self.link(item, action)


def _rule(cells: int, *, here: bool) -> Content:
    return (
        Content.styled(HERE * cells, "$primary")
        if here
        else Content.styled(RULE * cells, "$border-blurred")
    )
