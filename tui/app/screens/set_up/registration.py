"""What to register at the tenant, in its vendor's words, before the browser opens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static
from textual.worker import Worker

from tui.app.copying import copy_quietly
from tui.app.messages import Opening, OpeningRequested
from tui.app.screens.place import tell_of_failed_work
from tui.app.widgets.columns import ColumnsRow
from tui.app.widgets.key_line import KeyLine
from tui.auth.tenant.setting_up import (
    any_tenant,
    look_again,
    members_of,
    members_without_client,
    registration,
)
from tui.config.load import parse_config
from tui.config.paths import read_config, shown
from tui.errors import DoorkeyError
from tui.text import printable

if TYPE_CHECKING:
    import httpx

    from tui.app.copying import SystemClipboard
    from tui.auth.store.sealing import KeyKeeper
    from tui.auth.tenant.setting_up import Found
    from tui.config.load import Config
    from tui.config.vendors.vendor import Vendor

LETTERS: Final = "abcdef"
"""By which key each text is copied; the steps are numbered."""

NOW: Final = "Now register it at your tenant"

TO_COPY: Final = "To copy, by its letter (spare: if a port is taken):"

NUMBER_CELLS: Final = 4
NAME_CELLS: Final = 16


@dataclass(frozen=True, slots=True)
class Outside:
    """What setting up needs of the world outside."""

    copy: "SystemClipboard"
    keys: "KeyKeeper"
    transport: "httpx.AsyncBaseTransport | None" = None
    with_servers: bool = False
    """Whether the app that follows has the bundled servers beside it."""
    typed: dict[str, str] = field(default_factory=dict, repr=False)
    """By field, what stood in a form that was left unwritten: the next one begins with it."""


async def steps_again(config: "Config", outside: Outside) -> "RegistrationScreen":
    """Return the screen for a config that is there; asks its tenant once more who it is."""
    found, trouble = await look_again(config, transport=outside.transport)
    known = f"The tenant was not looked up: {trouble}" if trouble else found.remark
    steps = registration(found, members_of(config))
    return RegistrationScreen(found.vendor, steps, config, known, outside, is_new=False)


def steps_before(
    found: "Found | None", outside: Outside, trouble: str = ""
) -> "RegistrationScreen":
    """Return the screen for a tenant of which there is no config yet; None is any tenant.

    `trouble` is why it is not known better.
    """
    found = found or any_tenant()
    steps = registration(found, members_without_client(found))
    return RegistrationScreen(found.vendor, steps, None, trouble, outside)


class RegistrationScreen(ModalScreen[None]):
    """Waits until the person says that the client is registered; then a sign-in begins."""

    CSS_PATH = "set_up.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "registered", "Sign in", id="registered", tooltip="In your browser, now"),
        *(
            Binding(letter, f"copy({index})", f"Copy {letter}", id=f"copy-{letter}", show=False,
                    tooltip=f"What stands beside {letter}")
            for index, letter in enumerate(LETTERS)
        ),
        Binding("j,down", "scroll(1)", "Down", id="registration-down", show=False),
        Binding("k,up", "scroll(-1)", "Up", id="registration-up", show=False),
        Binding("escape", "leave", "Back to the form", id="leave-registration",
                tooltip="To change something"),
        Binding("f1", "app.help", "Help", id="help", tooltip="What this is"),
    ]  # fmt: skip
    HELP = """\
## What to register

The tenant has to know of this client, or it refuses the sign-in on a page of its own. The steps
name the vendor's own menus and settings; the letters copy what is to be pasted there.

- The *callback URLs* go in to the letter, as callback URLs and as log-out URLs; also the *spare*
  one, at which the browser comes back while another program has the first one's port.
- The client is *native* (public): it needs no secret unless the tenant says so.

Your browser opens only when you say that it is done. If the sign-in fails all the same, its screen
says why, and offers to try again and to edit the config; `d` on Home examines everything.
"""

    def __init__(
        self,
        vendor: "Vendor",
        steps: Sequence[str],
        config: "Config | None",
        trouble: str,
        outside: Outside,
        *,
        is_new: bool = True,
    ) -> None:
        """Take who the vendor is, what to do there, for which config, and what went wrong before.

        `is_new` tells of a config that was written just now, by the form below.
        """
        super().__init__()
        self._vendor = vendor
        self._steps = steps
        self._config = config
        self._trouble = trouble
        self._outside = outside
        self._is_new = is_new
        uris = config.redirect_uris if config else vendor.redirect_uris
        named = (("Client ID", config.client_id), ("Audience", config.audience)) if config else ()
        callbacks = (
            ("Spare callback" if at else "Callback URL", uri) for at, uri in enumerate(uris)
        )
        self._texts = (*callbacks, *named)[: len(LETTERS)]

    def compose(self) -> ComposeResult:
        """Yield the steps, then what is to be copied."""
        with VerticalScroll(id="body", can_focus=False), Vertical(id="column"):
            is_told_before = self._config is None or not self._is_new
            headline = "What to register at the tenant" if is_told_before else NOW
            yield Static(Content(headline), classes="headline")
            yield Static(Content(self._lead()), classes="lead")
            if self._trouble:
                yield Static(Content(printable(self._trouble)), classes="trouble lead")
            yield Static(Content(_whose_words(self._vendor)), classes="whose")
            for number, step in enumerate(self._steps, 1):
                yield _row(((f"{number}.", NUMBER_CELLS, "$text-muted"),), step)
            yield Static(Content(TO_COPY), classes="whose copy-lead")
            for letter, (name, text) in zip(LETTERS, self._texts, strict=False):
                lead = (
                    (letter, NUMBER_CELLS, "$footer-key-foreground bold"),
                    (name, NAME_CELLS, "$foreground-muted"),
                )
                yield _row(lead, text)
            if self._config is not None:
                yield Button("I have registered it: sign in", variant="primary", id="registered")
            yield Static(id="trouble")
        yield KeyLine()

    def _lead(self) -> str:
        if self._config is None:
            return "Capitals stand for what is yours: given by the tenant, or chosen by you there."
        return f"{'Written' if self._is_new else 'Config'}: {shown(self._config.path)}"

    def on_mount(self) -> None:
        """Have Enter sign in; what does not fit begins at its beginning all the same."""
        for button in self.query("#registered"):
            button.focus(scroll_visible=False)
        texts = zip(LETTERS, self._texts, strict=False)
        names = {f"copy-{letter}": name for letter, (name, _) in texts}
        leave = {} if self._is_new else {"leave-registration": "Back"}
        self.query_one(KeyLine).names = names | leave

    def action_scroll(self, lines: int) -> None:
        """Scroll what does not fit a small terminal."""
        self.query_one("#body").scroll_relative(y=lines, animate=False)

    @on(Button.Pressed, "#registered")
    def action_registered(self) -> None:
        """Open the app with the config, and begin to sign in."""
        if self._config is None:
            return
        try:
            config = parse_config(read_config(self._config.path), self._config.path)
        except DoorkeyError as error:
            self.query_one("#trouble", Static).update(Content(printable(f"✗ {error}")))
        else:
            opening = Opening(config, self._outside.with_servers, signs_in=True)
            self.post_message(OpeningRequested(opening))

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def action_copy(self, index: int) -> None:
        """Copy one of the texts."""
        name, text = self._texts[index]
        what = f"the {name.lower().replace('url', 'URL').replace('id', 'ID')}"
        await copy_quietly(
            self.app,
            text,
            what,
            self._outside.copy,
            instead="Select it with the mouse, or read it here.",
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to copy what there is, and to sign in where that can be."""
        if action == "registered":
            return self._config is not None
        if action == "copy":
            return parameters[0] in range(len(self._texts))
        return super().check_action(action, parameters)

    def action_leave(self) -> None:
        """Go back to the list, or to the form with what was typed."""
        self.dismiss(None)

    @on(Worker.StateChanged)
    def _tell_failed_work(self, message: Worker.StateChanged) -> None:
        tell_of_failed_work(self, message)


def _whose_words(vendor: "Vendor") -> str:
    is_any = vendor.key == "generic"
    return "What any OpenID Provider needs:" if is_any else f"In the words of {vendor.name}:"


def _row(lead: tuple[tuple[str, int, str], ...], text: str) -> ColumnsRow:
    row = ColumnsRow()
    row.set_columns(lead, Content(printable(text)))
    return row
