"""While a sign-in waits: what is happening, the ways side by side, the time left."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import reactive, var
from textual.widgets import Button, Input, Static
from textual.worker import Worker, WorkerState

from tui.app.keys.caps import STARTS_AND_TRIES, with_start_key
from tui.app.messages import CheckRequested, ConfigEditRequested
from tui.app.screens.place import OverPlace
from tui.app.screens.sign_in_address import Address
from tui.app.screens.sign_in_ways import Buttons, PasteWay, Remark, Ways, with_key_caps
from tui.app.screens.sign_in_words import (
    HELP,
    KEYS,
    OF_OTHER_WAYS,
    WAYS_AFTER,
    is_offered,
    is_usual,
    title,
    words_for,
)
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.lifetime_bar import Countdown
from tui.auth.service import AS_CONFIGURED
from tui.auth.session import LoginEvent, SignInProgress
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.sign_in.remarks import HINT_AFTER
from tui.errors import DoorkeyError, NoFreeRedirectUri, SignInCancelled
from tui.moments import Clock, local_now
from tui.text import printable

if TYPE_CHECKING:
    from tui.app.copying import SystemClipboard
    from tui.auth.service import AuthService
    from tui.auth.sign_in.handle import SignIn


class SignInScreen(OverPlace[LoginEvent | None]):
    """One sign-in, from the first question to the tenant until somebody is signed in."""

    CSS_PATH = "sign_in.tcss"
    AUTO_FOCUS = ""  # None would be the first of all, and that one is hidden
    BINDINGS = KEYS
    HELP = HELP

    now: var[datetime] = var(local_now, init=False)
    """The present, once a second."""
    # Without `init`: a footer asks `check_action` before there is anything to draw on.
    progress: reactive[SignInProgress] = reactive(
        SignInProgress("preparing"), init=False, bindings=True
    )
    """Where the sign-in stands."""
    failure: reactive[str] = reactive("", init=False, bindings=True)
    """Why it has ended without a session; empty while it goes on."""
    ways_open: reactive[bool] = reactive(False, init=False, bindings=True)
    """Whether the other ways are shown though a browser has opened."""

    def __init__(
        self,
        service: "AuthService",
        clock: Clock,
        copy_to_system: "SystemClipboard",
        wait_for_tenant: Callable[[bool], Awaitable[None]],
        options: SignInOptions = AS_CONFIGURED,
    ) -> None:
        super().__init__()
        self._options, self._wait_for_tenant = options, wait_for_tenant
        self._service, self._address = service, Address(self, copy_to_system)
        self._sign_in: SignIn | None = None
        self._clock, self._opened = clock, clock()
        self.ports_taken = False
        """Whether it has failed for want of a port, which a code and pasting do without."""

    def compose(self) -> ComposeResult:
        """Compose the dialog."""
        with VerticalScroll(id="dialog", can_focus=False):
            with Horizontal(id="now"):
                yield Static(id="phase")
                yield Countdown().data_bind(SignInScreen.now)
            yield Static(id="advice")
            yield Ways(self._service.surroundings)
            yield Static(id="address")
            yield Buttons(self._service.config.path)
            yield Remark()
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin."""
        self.query_one("#dialog").border_title = Content(title(self._service.config, self._options))
        self._tell()
        self._sign_in_once(self._options)

    @work(exclusive=True, group="attempt", exit_on_error=False)
    async def _sign_in_once(self, options: SignInOptions, *, start: bool = False) -> None:
        self.failure, self.ports_taken, self.ways_open = "", False, False
        self.query_one(Countdown).since = began = self._clock()
        self.query_one(Remark).hint_at = began + HINT_AFTER
        self.query_one(PasteWay).close()
        await self._wait_for_tenant(start)  # one of our own that is starting is not down
        try:
            follow = partial(setattr, self, "progress")
            self._sign_in = self._service.begin_login(options=options, watch=follow)
            event = await self._sign_in.answer()
        except SignInCancelled:
            self._finish(None)
        except DoorkeyError as error:
            self.ports_taken = isinstance(error, NoFreeRedirectUri)
            self.failure = with_start_key(str(error), self.app, here=self)
        else:
            self._finish(event)

    def _finish(self, event: LoginEvent | None) -> None:
        if self not in self.app.screen_stack:
            return  # it has closed meanwhile
        # The palette or another screen may lie on top; dismiss() would take that one away.
        while self.app.screen is not self:
            self.app.pop_screen()
        for remark in event.remarks if event else ():
            self.app.notify(printable(remark), severity="warning", timeout=10, markup=False)
        self.dismiss(event)

    def watch_progress(self, before: SignInProgress, progress: SignInProgress) -> None:
        """Show where the sign-in stands."""
        if progress.browser != before.browser:
            self._opened = self._clock()
        self._tell()

    def watch_failure(self) -> None:
        """Show why the sign-in has ended, or that it goes on; Home looks at the tenant anew."""
        self._tell()
        if self.failure:
            self.post_message(CheckRequested())

    watch_ways_open = watch_failure

    @property
    def _is_brief(self) -> bool:
        """Whether the sign-in goes as usual: a browser has opened, and more would distract."""
        goes_on = is_usual(self.progress, self._service.surroundings)
        return goes_on and not (self.ways_open or self.failure)

    def _tell(self) -> None:
        if not self.display:  # it is closing: a browser may be that slow to tell that it is there
            return
        config, around = self._service.config, self._service.surroundings
        words = words_for(self.progress, config.domain, around, self.failure, brief=self._is_brief)
        waiting = self.progress.phase == "waiting" and not self.failure
        unfolded = waiting and not self._is_brief
        url = printable(self.progress.url) if unfolded else ""
        self.query_one("#phase", Static).update(Content(words.phase))
        self.query_one("#advice", Static).update(with_key_caps(words.advice, self))
        self.query_one(Ways).show(self.progress)
        self.query_one(Ways).display = unfolded
        self._address.show(url)
        self.query_one(Countdown).until = self.progress.deadline if waiting else None
        self.set_class(bool(self.failure), "-failed")
        if self.failure:
            self.query_one(Remark).forget()
        self.set_class(unfolded, "-unfolded")
        self._offer(url)

    def _offer(self, url: str) -> None:
        offered = {
            "#others": self._is_brief,
            "#copy": bool(url),
            "#code": bool(url) and self.check_action("device", ()) is True,
            "#again": bool(self.failure),
            "#edit": self.check_action("edit_config", ()) is True,
        }
        helps_most = self.query_one(Buttons).offer(offered)
        # What goes as it usually does needs no more keys; they work all the same.
        names = dict.fromkeys(OF_OTHER_WAYS, "") if self._is_brief else {}
        leave = {"cancel-sign-in": "Close the box"} if self.query_one(Ways).is_pasting else {}
        self.query_one(KeyLine).names = names | leave
        # Enter should do what helps most; while there is nothing else, it cancels.
        if self.focused is None or not self.focused.display or self.focused.id == "cancel":
            self.set_focus(helps_most)

    def watch_now(self) -> None:
        """Look whether it is time for the other ways, or for the hint."""
        if self._is_brief and self.now >= self._opened + WAYS_AFTER:
            self.ways_open = True
        if self.progress.url and not (self.failure or self.progress.device):
            self.query_one(Remark).hint_if_due(self.now, self._service.config)

    @on(Button.Pressed, "#others")
    def action_other_ways(self) -> None:
        """Show the ways beside the browser that has opened."""
        self.ways_open = True

    @on(Button.Pressed, "#edit")
    def action_edit_config(self) -> None:
        """Open the config in an editor; the sign-in has ended with the one that was wrong."""
        self.post_message(ConfigEditRequested())
        self.dismiss(None)

    @on(Button.Pressed, "#code")
    def action_device(self) -> None:
        """Ask for a code for another device."""
        if self.failure:
            self._sign_in_once(replace(self._options, way="device"))
        elif self._sign_in is not None:
            self.ways_open = True
            try:
                self._sign_in.begin_device()
            except DoorkeyError as error:
                self.query_one(Remark).say(f"▲ {error}")

    def action_paste(self) -> None:
        """Ask for the address at which a browser elsewhere has ended."""
        if self.failure:
            self._sign_in_once(replace(self._options, way="paste", open_browser=False))
        else:
            self.ways_open = True
            self.query_one(PasteWay).open()
            self._tell()

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
    async def action_copy(self, what: str = "address") -> None:
        """Copy the address, or the line that leads there over SSH."""
        line = self.query_one(Ways).tunnel
        await self._address.copy(line if what == "line" else self.progress.url, what)

    @work(exclusive=True, group="browser", exit_on_error=False)
    async def action_open_again(self) -> None:
        """Open the browser once more."""
        if self._sign_in is None or not await self._sign_in.open_browser():
            self.query_one(Remark).say("▲ No browser took the address: copy it.")

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
        """Begin afresh; start the tenant first, where the failure says that this does."""
        self.progress = SignInProgress("preparing")
        self._sign_in_once(self._options, start=STARTS_AND_TRIES in self.failure)

    def action_back(self) -> None:
        """Close the box for a pasted address, where it is open; else cancel the sign-in."""
        if self.query_one(Ways).is_pasting:
            self.query_one(PasteWay).close()
            self.set_focus(None)
            self._tell()
        else:
            self.action_cancel()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Close the dialog, which cancels the sign-in."""
        self._finish(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense at this point."""
        if action == "other_ways":
            return self._is_brief
        if parameters == ("line",) and not (self.is_mounted and self.query_one(Ways).tunnel):
            return False
        return is_offered(action, self.progress, self.failure, ports_taken=self.ports_taken)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show an error that no code here expects."""
        if event.state is WorkerState.ERROR:
            self.failure = f"Something unexpected went wrong ({type(event.worker.error).__name__})."
