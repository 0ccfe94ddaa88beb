"""The bottom line: which keys do what, here and now."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tui.app.keys.caps import is_typed

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.screen import Screen

ALWAYS: Final = ("help", "command_palette")
"""Actions at the right end, however short the line is: they lead to all others."""

NOT_HERE: Final = frozenset({"home", "profile", "external-api", "login", "log-out", "suspend"})
"""The ids of bindings that the nav names, or that are the same in every terminal app."""

SHORT: Final = {
    "check": "Check",
    "edit-path": "Path",
    "requests": "Kept",
    "editor": "Edit",
    "copy-token": "Copy",
    "copy-claim": "Claim",
    "copy-curl": "curl",
    "copy-call": "curl",
    "switch-account": "Switch",
}
"""What keys are called where the line is too short for all, by the ids of their bindings."""

CLICK: Final = "@click"
"""Where Textual looks for the action of what is clicked."""


class LinkLine(Widget):
    """Parts that can be clicked, drawn as one widget: the one under the mouse lights up.

    A widget for each part would look the same, and each would be mounted, styled and laid out on
    every screen: half of the time that it takes to go to another place.
    """

    ALLOW_SELECT = False

    lit: reactive[str] = reactive("")
    """The action of the part under the mouse, or nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.set_reactive(Widget.auto_links, False)  # links have colours of their own
        self.tips: Mapping[str, str] = {}
        """What to say of each action while the mouse rests on it."""

    def link(self, part: Content, action: str) -> Content:
        """Return `part` such that a click on it runs `action`."""
        return part.stylize(Style.from_meta({CLICK: action}))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Find out what is under the mouse."""
        self.lit = str(event.style.meta.get(CLICK, ""))

    def on_leave(self) -> None:
        """Light nothing up any more."""
        self.lit = ""

    def watch_lit(self, action: str) -> None:
        """Show that it can be clicked."""
        self.styles.pointer = "pointer" if action else "default"
        tip = self.tips.get(action)
        self.tooltip = Content(tip) if tip else None


class KeyLine(LinkLine):
    """Every key that can be used now; where the room is too short, Esc goes last.

    A screen with many keys gives it two lines. Those that the footer need not name come after the
    others, where there is room for them.
    """

    DEFAULT_CSS = """
    KeyLine {
        dock: bottom; height: 1; background: $footer-background;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    names: reactive[Mapping[str, str]] = reactive(MappingProxyType({}))
    """What keys do now, by the ids of their bindings, where it differs from the usual name.

    One with an empty name is left out.
    """

    is_covered: reactive[bool] = reactive(False)
    """Whether a dialog lies over the screen, which has other keys."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn: tuple[ActiveBinding, ...] = ()

    def on_mount(self) -> None:
        """Follow the focus, the account, the keymap."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow_bindings)

    def _follow_bindings(self, screen: "Screen[object]") -> None:
        # With each change of screens, too, and mostly for nothing.
        if screen.is_current and tuple(self._offered().values()) != self._drawn:
            self.refresh()

    def render(self) -> Content:
        """Draw the keys that fit."""
        if self.is_covered:
            return Content("")
        offered = self._offered()
        self._drawn = tuple(offered.values())
        self.tips = {_press(each): each.tooltip or self._words(each) for each in offered.values()}
        always = [self._key(offered.pop(name)) for name in ALWAYS if name in offered]
        last = sum(self._key(each).cell_length for each in offered.values() if _is_esc(each))
        end = Content("").join(always)
        if last + end.cell_length >= self.size.width:
            end = Content("")
        rule = Content.styled("▏" if end else "", "$foreground 20%")
        room = self.size.width - end.cell_length - rule.cell_length
        rooms = [*[self.size.width] * (self.size.height - 1), room]
        keys = [(self._key(each), _is_esc(each)) for each in offered.values()]
        lines = _in_lines(keys, rooms)
        if sum(line.cell_length for line in lines) < sum(key.cell_length for key, _ in keys):
            lines = _in_lines([self._in_short(each) for each in offered.values()], rooms)
        gap = " " * max(room - lines[-1].cell_length, 0)
        lines[-1] = Content.assemble(lines[-1], gap, rule, end)
        return Content("\n").join(lines)

    def _in_short(self, active: "ActiveBinding") -> tuple[Content, bool]:
        return self._key(active, SHORT.get(active.binding.id or "", "")), _is_esc(active)

    def _offered(self) -> "dict[str, ActiveBinding]":
        """Return what can be pressed, by its action: what is to be shown, then the rest."""
        usable = [
            each
            for each in self.screen.active_bindings.values()
            if self._words(each) and not is_typed(self.screen, each)
        ]
        found: dict[str, ActiveBinding] = {}
        for each in usable:
            if each.binding.show or each.binding.action == "command_palette":
                found.setdefault(each.binding.action.removeprefix("app."), each)
        for each in usable:
            # Moving about has no tooltip.
            if each.binding.id and each.tooltip and each.binding.id not in NOT_HERE:
                found.setdefault(each.binding.action.removeprefix("app."), each)
        return found

    def _words(self, active: "ActiveBinding") -> str:
        return self.names.get(active.binding.id or "", active.binding.description)

    def _key(self, active: "ActiveBinding", words: str = "") -> Content:
        action = _press(active)
        look = ("" if active.enabled else " dim") + (
            " on $block-hover-background" if self.lit == action else ""
        )
        drawn = Content.assemble(
            (f" {self.app.get_key_display(active.binding)}", f"$footer-key-foreground bold{look}"),
            (f" {words or self._words(active)} ", f"$footer-description-foreground{look}"),
        )
        return self.link(drawn, action)


def _in_lines(keys: Sequence[tuple[Content, bool]], rooms: Sequence[int]) -> list[Content]:
    """Return a line for each of `rooms`, in cells; what is not Esc gives way where it has to."""
    lines, at = [Content("") for _ in rooms], 0
    last = sum(key.cell_length for key, is_esc in keys if is_esc)
    for key, is_esc in keys:
        last -= key.cell_length if is_esc else 0
        while at < len(rooms) - 1 and lines[at].cell_length + key.cell_length > rooms[at]:
            at += 1
        kept = last if at == len(rooms) - 1 else 0
        if lines[at].cell_length + key.cell_length + kept <= rooms[at]:
            lines[at] += key
    return lines


def _is_esc(active: "ActiveBinding") -> bool:
    return active.binding.key == "escape"


def _press(active: "ActiveBinding") -> str:
    return f"app.simulate_key({active.binding.key!r})"
