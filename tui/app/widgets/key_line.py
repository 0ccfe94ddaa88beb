"""The bottom line: which keys do what, here and now."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.screen import Screen

ALWAYS: Final = ("help", "command_palette")
"""Actions at the right end, however short the line is: they lead to all others."""

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
    """Every key that can be used now; the last ones give way where the line is too short."""

    DEFAULT_CSS = """
    KeyLine {
        dock: bottom; height: 1; background: $footer-background;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def on_mount(self) -> None:
        """Follow the focus, the account, the keymap."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, _screen: "Screen[object]") -> None:
        self.refresh()

    def render(self) -> Content:
        """Draw the keys that fit."""
        offered = _by_action(self.screen.active_bindings)
        self.tips = {
            _press(each): each.tooltip or each.binding.description for each in offered.values()
        }
        end = Content("").join(self._key(offered.pop(name)) for name in ALWAYS if name in offered)
        rule = Content.styled("▏" if end else "", "$foreground 20%")
        room = self.size.width - end.cell_length - rule.cell_length
        line = Content("")
        for key in map(self._key, offered.values()):
            if line.cell_length + key.cell_length > room:
                break
            line += key
        return Content.assemble(line, " " * (room - line.cell_length), rule, end)

    def _key(self, active: "ActiveBinding") -> Content:
        action = _press(active)
        look = ("" if active.enabled else " dim") + (
            " on $block-hover-background" if self.lit == action else ""
        )
        drawn = Content.assemble(
            (f" {self.app.get_key_display(active.binding)}", f"$footer-key-foreground bold{look}"),
            (f" {active.binding.description} ", f"$footer-description-foreground{look}"),
        )
        return self.link(drawn, action)


def _by_action(active: "dict[str, ActiveBinding]") -> "dict[str, ActiveBinding]":
    """Return what is shown, once for each action; the palette is not to be shown, and still is."""
    found: dict[str, ActiveBinding] = {}
    for each in active.values():
        if each.binding.show or each.binding.action == "command_palette":
            found.setdefault(each.binding.action.removeprefix("app."), each)
    return found


def _press(active: "ActiveBinding") -> str:
    return f"app.simulate_key({active.binding.key!r})"
