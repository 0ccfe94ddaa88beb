"""While a sign-in waits: what is happening, the address, the time left, and the ways out."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Button, Footer, Input, Static
from textual.worker import Worker, WorkerState

from tui.auth.errors import DoorkeyError, SignInCancelled
from tui.auth.models import LoginEvent, SignInProgress
from tui.auth.service import AS_CONFIGURED
from tui.auth.sign_in.browser import BrowserOpener
from tui.auth.sign_in.options import SignInOptions
from tui.messages import Place
from tui.screens.sign_in_words import Words, words_for_failure, words_for_progress
from tui.text import printable
from tui.widgets.countdown import Countdown
from tui.widgets.moments import Clock

if TYPE_CHECKING:
    from tui.auth.service import AuthService


class SignInScreen(ModalScreen[LoginEvent | None]):
    """One sign-in, from the first question to the tenant until somebody is signed in."""

    CSS_PATH = "sign_in.tcss"
    AUTO_FOCUS = "#copy"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy address", id="copy-address", tooltip="To the clipboard"),
        Binding("b", "open_again", "Open browser", id="open-again", tooltip="Once more"),
        Binding("v", "paste", "Paste answer", id="paste-answer", tooltip="From another machine"),
        Binding("r", "try_again", "Try again", id="try-again", tooltip="A fresh sign-in"),
        Binding("escape", "cancel", "Cancel", id="cancel-sign-in", tooltip="Back, signed out"),
    ]
    HELP = """\
## Signing in

Sign in on the page that your browser shows; this closes by itself when you are done.

- No page? Copy the address with **c** and open it in any browser on this machine.
- A browser on another machine ends at an address that it cannot open: copy that address
  from the browser, press **v** here, and paste it.
- **Esc** gives up; nothing is changed by that.
"""

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
        place: Place,
        clock: Clock,
        open_url: BrowserOpener,
        until_ready: Callable[[], Awaitable[None]] | None = None,
        options: SignInOptions = AS_CONFIGURED,
    ) -> None:
        super().__init__()
        self._options = options
        self._until_ready = until_ready
        self._open_url = open_url
        self._service = service
        self._place = place
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Put the dialog together."""
        with Vertical(id="dialog"):
            with VerticalScroll(id="story", can_focus=False):
                with Horizontal(id="now"):
                    yield Static(id="phase")
                    yield Countdown(self._clock, lead="gives up in ", past="time is up")
                yield Static(id="advice")
                yield Static(id="address")
                yield Input(placeholder="Paste the address here, then press Enter", id="pasted")
                yield Static(id="paste-trouble")
            with Horizontal(classes="actions"):
                yield Button("Copy address", id="copy", variant="primary")
                yield Button("Open again", id="open")
                yield Button("Try again", id="again", variant="primary")
                yield Button("Cancel", id="cancel")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin."""
        tenant = printable(self._service.config.domain)
        self.query_one("#dialog").border_title = Content(f"Sign in at {tenant}")
        self.query_one("#pasted").display = False
        self.watch_progress()
        self._attempt()

    @work(exclusive=True, group="attempt", exit_on_error=False)
    async def _attempt(self) -> None:
        self.failure = ""
        if self._until_ready is not None:
            await self._until_ready()  # a tenant of our own that is starting is not down
        try:
            event = await self._service.login(
                {"target": self._place}, options=self._options, watch=self._follow
            )
        except SignInCancelled:
            self._finish(None)
        except DoorkeyError as error:
            self.failure = str(error)
        else:
            self._finish(event)

    def _follow(self, progress: SignInProgress) -> None:
        self.progress = progress

    def _finish(self, event: LoginEvent | None) -> None:
        # The palette or another screen may lie on top; dismiss() would take that one away.
        while self.app.screen is not self:
            self.app.pop_screen()
        self.dismiss(event)

    def watch_progress(self) -> None:
        """Tell where the sign-in stands."""
        self._tell(words_for_progress(self.progress, self._service.config.domain))

    def watch_failure(self) -> None:
        """Tell why the sign-in has ended, or that it goes on."""
        self._tell(
            words_for_failure(self.failure)
            if self.failure
            else words_for_progress(self.progress, self._service.config.domain)
        )

    def _tell(self, words: Words) -> None:
        url = "" if self.failure else printable(self.progress.url)
        self.query_one("#phase", Static).update(Content(words.phase))
        self.query_one("#advice", Static).update(Content(words.advice))
        address = self.query_one("#address", Static)
        address.display = bool(url)
        # A link of the terminal's own: it stays whole however often the text is wrapped.
        address.update(Content.styled(url, Style(link=url)))
        self.query_one(Countdown).until = None if self.failure else self.progress.deadline
        self.set_class(bool(self.failure), "-failed")
        self._offer(url)

    def _offer(self, url: str) -> None:
        for selector in ("#copy", "#open"):
            self.query_one(selector).display = bool(url)
        again = self.query_one("#again")
        again.display = bool(self.failure)
        if self.failure:
            self.query_one("#pasted").display = False
        # Enter should do what helps most; while there is nothing else, it cancels.
        if self.focused is None or not self.focused.display or self.focused.id == "cancel":
            self.query_one("#again" if self.failure else "#copy" if url else "#cancel").focus()

    @on(Button.Pressed, "#copy")
    def action_copy(self) -> None:
        """Copy the address to the clipboard."""
        self.app.copy_to_clipboard(self.progress.url)
        self.notify("The address is on the clipboard.", markup=False)

    @on(Button.Pressed, "#open")
    @work(exclusive=True, group="browser", exit_on_error=False)
    async def action_open_again(self) -> None:
        """Open the browser once more."""
        if not await self._open_url(self.progress.url):
            self.notify("No browser took the address: copy it.", severity="warning", markup=False)

    def action_paste(self) -> None:
        """Ask for the address at which a browser elsewhere has ended."""
        pasted = self.query_one("#pasted", Input)
        pasted.display = True
        pasted.focus()

    @on(Input.Submitted, "#pasted")
    @work(exclusive=True, group="paste", exit_on_error=False)
    async def _take_pasted(self, message: Input.Submitted) -> None:
        trouble = self.query_one("#paste-trouble", Static)
        try:
            await self._service.handle_authentication(message.value.strip())
        except DoorkeyError as error:
            trouble.display = True
            trouble.update(Content(f"✗ {printable(error)}"))

    @on(Button.Pressed, "#again")
    def action_try_again(self) -> None:
        """Begin afresh."""
        self.progress = SignInProgress("preparing")
        self._attempt()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Give up; closing the dialog ends the attempt with it."""
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense at this point."""
        waiting = bool(self.progress.url) and not self.failure
        if action in ("copy", "open_again", "paste"):
            return waiting
        if action == "try_again":
            return bool(self.failure)
        return super().check_action(action, parameters)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so when something goes wrong that nobody has foreseen."""
        if event.state is WorkerState.ERROR:
            self.failure = f"Something unexpected went wrong ({type(event.worker.error).__name__})."
