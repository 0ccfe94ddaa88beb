"""The ways to sign in, side by side: what each is, its key, and what it needs on screen."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.dom import DOMNode
from textual.style import Style
from textual.timer import Timer
from textual.widgets import Button, Input, Static

from tui.app.keys.caps import key_cap
from tui.app.screens.sign_in_words import NEVER, WayWords, tunnel, ways
from tui.auth.session import DevicePrompt, SignInProgress
from tui.auth.sign_in.remarks import callback_hint, short_callback_hint
from tui.auth.sign_in.surroundings import Surroundings
from tui.terminal.half_blocks import large
from tui.text import printable, printable_block

if TYPE_CHECKING:
    from tui.config.load import Config

KEY: Final = re.compile(r"\{([\w-]+)\}")
KEY_CAP: Final = "$text-primary on $panel bold"

FIELD_EDGES: Final = 9
"""Cells of the field that hold no words: its margin, its frame and what is around them."""

HELPFUL: Final = ("#again", "#others", "#copy")
"""Buttons by how much they help."""

REMARK_SECONDS: Final = 8.0
"""For two lines to be read, and a key in them to be found."""

PASTE_HERE: Final = "Paste the address, or just the code, then press Enter"
PASTE_SHORT: Final = "Paste it, then Enter"


class WayPanel(Vertical):
    """One way: its number and title, how it goes, and below whatever belongs to it."""

    def __init__(self, way: str) -> None:
        super().__init__(id=f"by-{way}", classes="way")

    def compose(self) -> ComposeResult:
        """Compose title and hint."""
        yield Static(classes="way-title")
        yield Static(classes="way-hint")

    def show(self, number: int, words: WayWords) -> None:
        """Show what the way is."""
        self.query_one(".way-title", Static).update(
            Content.assemble((f"{number}  ", "$text-primary"), words.title)
        )
        self.query_one(".way-hint", Static).update(with_key_caps(words.hint, self))

    def bring_into_view(self) -> None:
        """Scroll to it, once it has the height of what it shows now."""
        self.call_after_refresh(self.scroll_visible, animate=False)


class BrowserWay(WayPanel):
    """A browser that reaches the port that waits here; over SSH through a tunnel."""

    def compose(self) -> ComposeResult:
        """Add the line that makes the tunnel."""
        yield from super().compose()
        yield Static(id="tunnel")

    def show_tunnel(self, line: str) -> None:
        """Show the line to run on the person's own machine."""
        shown = self.query_one("#tunnel", Static)
        shown.display = bool(line)
        shown.update(Content(line))


class DeviceWay(WayPanel):
    """A code for another device: in large letters where there is room, and always plain."""

    _shown: DevicePrompt | None = None

    def compose(self) -> ComposeResult:
        """Add the code."""
        yield from super().compose()
        yield Static(id="device-address")
        with Vertical(id="user-code"):
            yield Static(id="large-code")
            yield Static(id="plain-code")
        yield Static(id="device-trouble", classes="trouble")

    def show_prompt(self, prompt: DevicePrompt | None, trouble: str) -> None:
        """Show where to enter which code, or why there is none."""
        address = self.query_one("#device-address", Static)
        address.display = self.query_one("#user-code").display = prompt is not None
        if prompt is not None and prompt != self._shown:
            uri, code = printable(prompt.verification_uri), printable(prompt.user_code)
            address.update(Content.styled(uri, Style(link=uri)))
            letters = self.query_one("#large-code", Static)
            letters.update(Content(large(code)))
            letters.set_class(not large(code), "-none")
            self.query_one("#plain-code", Static).update(Content(spaced(code)))
            self.bring_into_view()
        self._shown = prompt
        shown = self.query_one("#device-trouble", Static)
        shown.display = bool(trouble)
        shown.update(Content(f"✗ {printable_block(trouble)}"))


class PasteWay(WayPanel):
    """A browser on another machine, whose last address is pasted here."""

    def compose(self) -> ComposeResult:
        """Add the input field."""
        yield from super().compose()
        yield Input(placeholder=PASTE_HERE, id="pasted")
        yield Static(id="paste-trouble", classes="trouble")

    def on_mount(self) -> None:
        """Hide the input field until it is asked for."""
        self.query_one("#pasted").display = False
        self.query_one("#paste-trouble").display = False

    def on_resize(self) -> None:
        """Say what belongs there in as many words as there is room for."""
        fits = len(PASTE_HERE) + FIELD_EDGES < self.content_size.width
        self.query_one("#pasted", Input).placeholder = PASTE_HERE if fits else PASTE_SHORT

    @property
    def is_open(self) -> bool:
        """Whether there is an input field."""
        return bool(self.query_one("#pasted").display)

    def close(self) -> None:
        """Hide the input field, and what was typed there."""
        self.query_one("#pasted", Input).value = ""
        self.query_one("#pasted").display = False
        self.complain("")

    def open(self) -> None:
        """Show the input field and focus it."""
        pasted = self.query_one("#pasted", Input)
        pasted.display = True
        pasted.focus(scroll_visible=False)
        self.bring_into_view()

    def complain(self, trouble: str) -> None:
        """Show what is wrong with what was pasted; an empty string hides that."""
        shown = self.query_one("#paste-trouble", Static)
        shown.display = bool(trouble)
        shown.update(Content(f"✗ {printable(trouble)}"))
        if self.is_open:
            self.bring_into_view()


class Buttons(Horizontal):
    """What the keys at the foot do as well, where there is room."""

    def __init__(self, config: Path) -> None:
        super().__init__(id="buttons", classes="actions")
        self._edit = f"Edit {printable(config.name)}"

    def compose(self) -> ComposeResult:
        """Compose all of them; the screen shows those that make sense."""
        yield Button("Other ways", id="others", variant="primary")
        yield Button("Copy address", id="copy", variant="primary")
        yield Button("Use a code", id="code")
        yield Button("Try again", id="again", variant="primary")
        yield Button(Content(self._edit), id="edit")
        yield Button("Cancel", id="cancel")

    def offer(self, offered: Mapping[str, bool]) -> Button | None:
        """Show those that make sense, by selector; return what helps most, where any is seen."""
        for selector, is_shown in offered.items():
            self.query_one(selector).display = is_shown
        helps = (selector for selector in HELPFUL if offered[selector])
        return self.query_one(next(helps, "#cancel"), Button) if self.display else None


class Remark(Static):
    """What has just been said, below the ways: for a while, or until the attempt ends."""

    def __init__(self) -> None:
        super().__init__(id="remark", classes="-none")
        self.hint_at = NEVER
        """When the browser may be showing the tenant's error page instead of its login."""
        self._lasting = ""
        self._end: Timer | None = None

    def say(self, words: str) -> None:
        """Show `words` for a while, whoever wrote them."""
        self._stop()
        self._end = self.set_timer(REMARK_SECONDS, self._go_back)
        self._show(words)

    def hint_if_due(self, now: datetime, config: "Config") -> None:
        """Say from `hint_at` on, except while other words are shown, what the tenant must allow."""
        if now >= self.hint_at:
            self.hint_at = NEVER
            hint = callback_hint if self.screen.has_class("-tall") else short_callback_hint
            words = hint(config)
            self._lasting = f"▲ {words}" if words else ""
            if self._end is None:
                self._show(self._lasting)

    def forget(self) -> None:
        """Show nothing: another attempt begins, or this one has ended."""
        self.hint_at = NEVER
        self._lasting = ""
        self._stop()
        self._go_back()

    def _stop(self) -> None:
        if self._end is not None:
            self._end.stop()

    def _go_back(self) -> None:
        """Show what lasts, now that what was said has been read."""
        self._end = None
        self._show(self._lasting)

    def _show(self, words: str) -> None:
        self.set_class(not words, "-none")
        self.set_class(words.startswith("▲"), "-warning")
        self.update(Content(printable(words)))


class Ways(Vertical):
    """All the ways that are open, the likeliest first."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(id="ways")
        self._around = around
        self._order: list[str] = []
        self.tunnel = ""
        """The line that leads here from the machine that the person sits at; empty for none."""

    def compose(self) -> ComposeResult:
        """Compose all ways; `show` decides which are seen, and in which order."""
        yield BrowserWay("browser")
        yield DeviceWay("device")
        yield PasteWay("paste")

    def show(self, progress: SignInProgress) -> None:
        """Show the ways that are open now."""
        found = ways(progress, self._around)
        for panel in self.query(WayPanel):
            panel.display = False
        for number, words in enumerate(found, 1):
            panel = self.query_one(f"#by-{words.way}", WayPanel)
            panel.display = True
            panel.show(number, words)
        self._sort([f"by-{words.way}" for words in found])
        self.tunnel = tunnel(progress, self._around)
        self.query_one(BrowserWay).show_tunnel(self.tunnel)
        self.query_one(DeviceWay).show_prompt(progress.device, progress.device_trouble)

    @property
    def is_pasting(self) -> bool:
        """Whether there is a box for a pasted address, in sight."""
        return self.display and self.query_one(PasteWay).is_open

    def _sort(self, order: list[str]) -> None:
        if order and order != self._order:
            self._order = order
            self.sort_children(
                key=lambda child: order.index(child.id or "") if child.id in order else len(order)
            )


def with_key_caps(hint: str, node: DOMNode) -> Content:
    """Draw each `{name}` as the key that the binding of that name has at `node`."""
    parts: list[str | tuple[str, str]] = []
    for index, part in enumerate(KEY.split(hint)):
        parts.append((f" {key_cap(node, part)} ", KEY_CAP) if index % 2 else part)
    return Content.assemble(*parts)


def spaced(code: str) -> str:
    """Return a code with spaces between its characters, so that it is read from afar."""
    return " ".join(code)
