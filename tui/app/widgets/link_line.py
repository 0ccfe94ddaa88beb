"""A line with parts that can be clicked, drawn as one widget.

A widget for each part would look the same, and each would be mounted, styled and laid out on
every screen: half of the time that it takes to go to another place.
"""

from collections.abc import Mapping
from typing import Final

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

CLICK: Final = "@click"
"""Where Textual looks for the action of what is clicked."""


class LinkLine(Widget):
    """Lights up the part under the mouse; a click runs its action."""

    ALLOW_SELECT = False

    lit: reactive[str] = reactive("")
    """The action of the part under the mouse, or nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.set_reactive(Widget.auto_links, False)  # links have colours of their own
        self.tips: Mapping[str, str] = {}
        """What to say of each action while the mouse rests on it."""

    def link(self, part: Content, action: str) -> Content:
        """Give `part` so that a click on it runs `action`."""
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
