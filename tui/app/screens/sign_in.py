"""While a sign-in waits: what is happening, the ways side by side, the time left."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import reactive, var
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Button, Input, Static
from textual.worker import Worker, WorkerState

from tui.app.moments import Clock, local_now
from tui.app.screens.sign_in_address import Address
from tui.app.screens.sign_in_ways import PasteWay, Ways
from tui.app.screens.sign_in_words import Words, words_for_failure, words_for_progress
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.lifetime_bar import Countdown
from tui.auth.service import AS_CONFIGURED
from tui.auth.session import LoginEvent, SignInProgress
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.sign_in.remarks import callback_hint
from tui.errors import DoorkeyError, NoFreeRedirectUri, SignInCancelled
from tui.text import printable

if TYPE_CHECKING:
    from tui.app.copying import SystemClipboard
    from tui.auth.service import AuthService
    from tui.auth.sign_in.handle import SignIn

HINT_AFTER: Final = timedelta(seconds=45)
"""Who has not come back from the browser by then may be looking at the tenant's error page."""


class SignInScreen(ModalScreen[LoginEvent | None]):
    """One sign-in, from the first question to the tenant until somebody is signed in."""

    CSS_PATH = "sign_in.tcss"
    AUTO_FOCUS = "#copy"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c,enter", "copy", "Copy", id="copy-address", tooltip="The address, to paste it"),
        Binding("d", "device", "Code", id="device-code", tooltip="For a phone, another machine"),
        Binding("v", "paste", "Paste", id="paste-answer", tooltip="From another machine"),
        Binding("r", "try_again", "Try again", id="try-again", tooltip="A fresh sign-in"),
        Binding("escape", "cancel", "Cancel", id="cancel-sign-in", tooltip="Back, signed out"),
        Binding("ctrl+c", "cancel", "Cancel", id="interrupt-sign-in", show=False, priority=True),
        Binding("b", "open_again", "Browser", id="open-again", tooltip="Open it (again)"),
        Binding("k", "qr", "QR code", id="show-qr", tooltip="For a phone's camera"),
        Binding("f", "to_file", "File", id="address-to-file", tooltip="Write the address to one"),
        # The app's own keys end at a modal screen; by the same name a keymap changes both.
        Binding("f1", "app.help", "Help", key_display="F1", id="help", tooltip="What this is"),
        Binding("up", "scroll_story(-1)", "Up", id="story-up", show=False),
        Binding("down", "scroll_story(1)", "Down", id="story-down", show=False),
    ]
    HELP = """\
## Signing in

The ways are open side by side: whichever works first signs you in, and this closes by itself.

- **In your browser**: sign in on the page that has opened. No page? *Copy* the address, open the
  *Browser* again, or have the address written to a *File*.
- **With a code**: *Code* shows a short one to enter on a phone or any other machine; *QR code*
  saves typing there.
- **In a browser on another machine**: it ends at an address that it cannot open. Copy that
  address there, and *Paste* it here. Just the code in it (`code=`) will do, too.
- *Cancel*, or **Ctrl-C**, gives up; nothing is changed by that.
"""

    now: var[datetime] = var(local_now, init=False)
    """The present, once a second."""
    # Without `init`: a footer asks `check_action` before there is anything to draw on.
    progress: reactive[SignInProgress] = reactive(
        SignInProgress("preparing"), init=False, bindings=True
    )
    """Where the sign-in stands."""
    failure: reactive[str] = reactive("", init=False, bindings=True)
    """Why it has ended without a session; empty while it goes on."""

    def __init__(
        self,
        service: "AuthService",
        clock: Clock,
        copy_to_system: "SystemClipboard",
        until_ready: Callable[[], Awaitable[None]] | None = None,
        options: SignInOptions = AS_CONFIGURED,
    ) -> None:
        super().__init__()
        self._options = options
        self._until_ready = until_ready
        self._address = Address(self, copy_to_system)
        self._service = service
        self._sign_in: SignIn | None = None
        self._clock = clock
        self._started = clock()
        self.ports_taken = False
        """Whether it has failed for want of a port, which a code and pasting do without."""

    def compose(self) -> ComposeResult:
        """Compose the dialog."""
        config = self._service.config
        with VerticalScroll(id="dialog", can_focus=False):
            with Horizontal(id="now"):
                yield Static(id="phase")
                yield Countdown(lead="gives up in ", past="time is up").data_bind(SignInScreen.now)
            yield Static(id="advice")
            yield Static(f"▲ {callback_hint(config)}", id="callback-hint", markup=False)
            yield Ways(self._service.surroundings)
            yield Static(id="address")
            with Horizontal(classes="actions"):
                yield Button("Copy address", id="copy", variant="primary")
                yield Button("Use a code", id="code")
                yield Button("Try again", id="again", variant="primary")
                yield Button("Cancel", id="cancel")
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin."""
        tenant = printable(self._service.config.domain)
        self.query_one("#dialog").border_title = Content(f"Sign in at {tenant}")
        self.watch_progress()
        self._attempt(self._options)

    @work(exclusive=True, group="attempt", exit_on_error=False)
    async def _attempt(self, options: SignInOptions) -> None:
        self.failure, self._started, self.ports_taken = "", self._clock(), False
        if self._until_ready is not None:
            await self._until_ready()  # a tenant of our own that is starting is not down
        try:
            self._sign_in = self._service.begin_login(options=options, watch=self._follow)
            event = await self._sign_in.answer()
        except SignInCancelled:
            self._finish(None)
        except DoorkeyError as error:
            self.ports_taken = isinstance(error, NoFreeRedirectUri)
            self.failure = str(error)
        else:
            self._finish(event)

    def _follow(self, progress: SignInProgress) -> None:
        self.progress = progress

    def _finish(self, event: LoginEvent | None) -> None:
        # The palette or another screen may lie on top; dismiss() would take that one away.
        while self.app.screen is not self:
            self.app.pop_screen()
        for remark in event.remarks if event else ():
            self.app.notify(printable(remark), severity="warning", timeout=10, markup=False)
        self.dismiss(event)

    def watch_progress(self) -> None:
        """Show where the sign-in stands."""
        self._tell(self._words())

    def watch_failure(self) -> None:
        """Show why the sign-in has ended, or that it goes on."""
        self._tell(words_for_failure(self.failure) if self.failure else self._words())

    def _words(self) -> Words:
        config, around = self._service.config, self._service.surroundings
        return words_for_progress(self.progress, config.domain, around)

    def _tell(self, words: Words) -> None:
        waiting = self.progress.phase == "waiting" and not self.failure
        url = printable(self.progress.url) if waiting else ""
        self.query_one("#phase", Static).update(Content(words.phase))
        self.query_one("#advice", Static).update(Content(words.advice))
        shown = self.query_one(Ways)
        shown.display = waiting
        shown.show(self.progress)
        address = self.query_one("#address", Static)
        address.display = bool(url)
        # A link of the terminal's own: it stays whole however often the text is wrapped.
        address.update(Content.styled(url, Style(link=url)))
        self.query_one(Countdown).until = self.progress.deadline if waiting else None
        self.set_class(bool(self.failure), "-failed")
        self._hint_at_callback()
        self._offer(url)

    def _offer(self, url: str) -> None:
        offered = {
            "#copy": bool(url),
            "#code": self.check_action("device", ()) is True,
            "#again": bool(self.failure),
        }
        for selector, is_offered in offered.items():
            self.query_one(selector).display = is_offered
        # Enter should do what helps most; while there is nothing else, it cancels.
        if self.focused is None or not self.focused.display or self.focused.id == "cancel":
            self.query_one("#again" if self.failure else "#copy" if url else "#cancel").focus()

    def watch_now(self) -> None:
        """Look whether it is time for the hint."""
        self._hint_at_callback()

    def _hint_at_callback(self) -> None:
        awaited = bool(self.progress.url) and not self.failure
        hint = self.query_one("#callback-hint", Static)
        hint.display = awaited and self.now >= self._started + HINT_AFTER

    @on(Button.Pressed, "#code")
    def action_device(self) -> None:
        """Ask for a code for another device."""
        if self.failure:
            self._attempt(replace(self._options, way="device"))
            return
        if self._sign_in is None:
            return
        try:
            self._sign_in.begin_device()
        except DoorkeyError as error:
            self.notify(printable(error), severity="warning", markup=False)

    def action_paste(self) -> None:
        """Ask for the address at which a browser elsewhere has ended."""
        if self.failure:
            self._attempt(replace(self._options, way="paste", open_browser=False))
        else:
            self.query_one(PasteWay).open()

    @on(Input.Submitted, "#pasted")
    @work(exclusive=True, group="paste", exit_on_error=False)
    async def _take_pasted(self, message: Input.Submitted) -> None:
        way = self.query_one(PasteWay)
        way.complain("")
        if self._sign_in is None:
            return
        try:
            await self._sign_in.take(message.value.strip())
        except DoorkeyError as error:
            way.complain(str(error))

    @on(Button.Pressed, "#copy")
    @work(exclusive=True, group="copy", exit_on_error=False)
    async def action_copy(self) -> None:
        """Copy the address."""
        await self._address.copy(self.progress.url)

    @work(exclusive=True, group="browser", exit_on_error=False)
    async def action_open_again(self) -> None:
        """Open the browser once more."""
        if self._sign_in is None or not await self._sign_in.open_browser():
            self.notify("No browser took the address: copy it.", severity="warning", markup=False)

    def action_qr(self) -> None:
        """Show what a phone needs as a QR code."""
        self._address.show_qr(self.progress)

    def action_to_file(self) -> None:
        """Write the address to a file that nobody else can read."""
        self._address.write_to_file(self.progress.url)

    def on_unmount(self) -> None:
        """Take the file with the address away."""
        self._address.remove_file()

    def action_scroll_story(self, lines: int) -> None:
        """Scroll what does not fit a small terminal."""
        self.query_one("#dialog").scroll_relative(y=lines, animate=False)

    @on(Button.Pressed, "#again")
    def action_try_again(self) -> None:
        """Begin afresh."""
        self.progress = SignInProgress("preparing")
        self._attempt(self._options)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Close the dialog, which cancels the sign-in."""
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense at this point."""
        progress = self.progress
        waiting = progress.phase == "waiting" and not self.failure
        if action in ("copy", "open_again", "to_file"):
            return waiting and bool(progress.url)
        if action == "paste":
            return (waiting and bool(progress.url)) or self.ports_taken
        if action == "qr":
            return waiting
        if action == "device":
            is_open = waiting and progress.device_offered and progress.device is None
            return is_open or self.ports_taken
        if action == "try_again":
            return bool(self.failure)
        return super().check_action(action, parameters)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show an error that no code here expects."""
        if event.state is WorkerState.ERROR:
            self.failure = f"Something unexpected went wrong ({type(event.worker.error).__name__})."
