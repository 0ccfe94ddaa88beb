"""Makes the calls of a screen: one, or again and again, and once more after a refusal."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from textual.worker import Worker, WorkerState

from tui.api.call import Call, Caller
from tui.api.refusal import Explanation
from tui.api.request import ApiRequest
from tui.app.keys.caps import key_cap
from tui.app.messages import (
    CheckRequested,
    ConfigEditRequested,
    PingSucceeded,
    RenewRequested,
    SignInRequested,
)
from tui.app.screens.external_api.dialogs import change_question
from tui.app.screens.place import PlaceScreen
from tui.app.widgets.calls.call_view import CallView
from tui.app.widgets.calls.request_line import RepeatButton
from tui.app.widgets.key_line import KeyLine
from tui.errors import SIGN_IN_AGAIN, DoorkeyError, SignInNeeded
from tui.moments import Clock, Sleep
from tui.servers.own_api import StrangerAtApi, require_own_api

if TYPE_CHECKING:
    from tui.auth.session import TokenSet
    from tui.servers.processes import ServerStatus

ONCE, AGAIN, SAVE = "ping", "repeat", "save"
"""The groups of workers; what Esc cancels is in them."""

SLOW_SECONDS: Final = 3.0
"""Without an answer, before it is looked whether the API is there at all."""


class Calling:
    """Makes a screen's calls, and shows on its `CallView` what comes of each."""

    def __init__(self, screen: PlaceScreen, caller: Caller, clock: Clock, sleep: Sleep) -> None:
        self._screen = screen
        self._caller = caller
        caller.require = lambda: require_own_api(caller.config, screen.servers)
        self._clock = clock
        self._sleep = sleep
        self._meant: set[tuple[str, str]] = set()
        """Methods and paths that may change something, and were said to be meant."""
        self._refused: tuple[Call, TokenSet | None] | None = None
        """The call from which somebody took the way out, and with which tokens it was made."""
        self._repeated: ApiRequest | None = None
        """What is called again and again, or was."""
        self._may_repeat = True
        """Whether what is called next reads, and no more."""
        self._under_way: ApiRequest | None = None
        """What is called just now."""
        self._waiting: ApiRequest | None = None
        """What is called once the bundled servers are ready."""

    @property
    def origin(self) -> str:
        """Where all of it goes."""
        return self._caller.config.api_url

    def call_once(self, request: ApiRequest) -> None:
        """Make one call; one that may change something only if it is meant."""
        self._work(self._call_if_meant(request), ONCE)

    def call_repeatedly(self, next_request: Callable[[], ApiRequest]) -> None:
        """Make a call, wait, make the next one, until `stop`."""
        self._repeated = next_request()
        self._say_repeating(True)
        self._view.panel.bring_into_view()
        self._work(self._call_repeatedly(next_request), AGAIN)

    def stop(self) -> None:
        """Repeat no longer."""
        self._say_repeating(False)
        self._screen.workers.cancel_group(self._screen, AGAIN)

    def follow(self, request: ApiRequest) -> None:
        """Offer to repeat what may be repeated, and nothing else; end what is another request."""
        self._screen.query_one(RepeatButton).display = request.may_repeat
        self._may_repeat = request.may_repeat
        if request != self._repeated:
            self.stop()

    def refuse_to_repeat(self, request: ApiRequest) -> None:
        """Say why it is not repeated."""
        words = f"{request.method} is not repeated: it may change something each time."
        self._screen.app.clear_notifications()  # of the same, at each press
        self._screen.notify(words, title="Not repeated", markup=False)

    def leave(self) -> None:
        """Repeat no longer where nobody sees it, and say so."""
        if self._screen.query_one(RepeatButton).repeating:
            self.stop()
            words = "Calls are repeated as long as one is on External API."
            self._screen.notify(words, title="No longer repeated", markup=False)

    def cancel(self) -> None:
        """Wait for the answer no longer."""
        self.stop()
        if not self._view.panel.is_busy:
            return  # between two calls
        for group in (ONCE, SAVE):
            self._screen.workers.cancel_group(self._screen, group)
        if self._under_way is not None:
            self._view.show_unfinished(None)  # that it is slow does not say that it is down
        why = "You cancelled the call. Whether the API has acted on it is not known."
        self._view.panel.show_ready(why)

    def tell_failed(self, message: Worker.StateChanged) -> None:
        """Say on the panel, and nowhere else, that a call failed in an unforeseen way."""
        if message.state is WorkerState.ERROR and message.worker.group in (ONCE, AGAIN):
            message.prevent_default()  # told here, and so not once more as a notice
            self.stop()
            kind = type(message.worker.error).__name__
            self._view.show_unfinished(None)
            self._view.panel.show_trouble(f"Something unexpected went wrong ({kind}).")

    # Where nobody answers

    def call_when_ready(self) -> None:
        """Call what is shown again as soon as the bundled servers are ready."""
        self._waiting = self._view.shown.request if self._view.shown else None
        self._view.panel.show_ready("Starting it ...")

    def follow_servers(self, statuses: "tuple[ServerStatus, ...]") -> None:
        """Call what waits for the servers, or offer to; else say why they did not start."""
        if self._waiting is None or any(status.state == "starting" for status in statuses):
            return
        if why := "\n".join(status.detail for status in statuses if status.is_down):
            self._view.panel.show_trouble(why, "It did not start")
            return
        request, self._waiting = self._waiting, None
        if request.may_repeat:
            self.call_once(request)
        else:
            self._view.panel.show_ready(f"It is there now. Ping calls {request.method} again.")

    # After a refusal

    def take_way_out(self, explanation: Explanation) -> None:
        """Ask for what helps; the call is made again once there are other tokens."""
        if explanation.remedy == "config":
            self._screen.post_message(ConfigEditRequested())
            return
        self.remember_refused()
        if explanation.remedy in ("scope", "step-up"):
            request = SignInRequested(
                scope=explanation.scope,
                acr_values=explanation.acr_values,
                max_age_seconds=explanation.max_age_seconds,
            )
            self._screen.post_message(request)
        else:
            self._screen.post_message(RenewRequested())

    def remember_refused(self) -> None:
        """Remember the call that is shown, for when there are other tokens."""
        if self._view.shown is not None:
            self._refused = self._view.shown, self._caller.token_set

    def forget_refused(self) -> None:
        """Leave what was refused as it is."""
        self._refused = None

    def retry_refused(self) -> None:
        """Call again what was refused, or offer to, where there are other tokens by now."""
        tokens = self._caller.token_set
        if self._refused is None or tokens is None or self._refused[1] is tokens:
            return
        (call, _), self._refused = self._refused, None
        self._view.forget_refusal()
        if call.request.may_repeat:
            self.call_once(call.request)
        else:
            self.offer(call.request)
        self._screen.refresh_bindings()

    def offer(self, request: ApiRequest) -> None:
        """Say how to make a call that may change something with the tokens of now."""
        self._view.show_unfinished(Call(self._clock(), request))
        words = f"You have new tokens. Ping calls {request.method} again."
        self._view.panel.show_ready(words)

    @property
    def _view(self) -> CallView:
        return self._screen.query_one(CallView)

    def _say_repeating(self, repeating: bool) -> None:
        self._take_asked(0)
        self._screen.query_one(RepeatButton).repeating = repeating
        key_line = self._screen.query_one(KeyLine)
        name = "Stop" if repeating else "Repeat" if self._may_repeat else ""
        key_line.names = {**key_line.names, "repeat": name}
        self._screen.refresh_bindings()

    def _work(self, work: Awaitable[None], group: str) -> None:
        self._screen.run_worker(work, group=group, exclusive=True, exit_on_error=False)

    async def _call_if_meant(self, request: ApiRequest) -> None:
        change = (request.method, request.path)
        if not request.is_safe and change not in self._meant:
            question = change_question(self.origin, request)
            if not await self._screen.app.push_screen_wait(question):
                return
            self._meant.add(change)
        await self._call(request, show=True)

    async def _call_repeatedly(self, next_request: Callable[[], ApiRequest]) -> None:
        while True:
            call = await self._call(next_request(), show=False)
            asked = call.result.retry_after_seconds if call and call.result else None
            self._take_asked(asked or 0)
            await self._sleep(self._screen.query_one(RepeatButton).wait_seconds)
            self._take_asked(0)

    def _take_asked(self, seconds: int) -> None:
        button = self._screen.query_one(RepeatButton)
        button.asked_seconds = seconds
        is_longer = seconds > button.seconds
        self._view.panel.say_next(self._clock() + timedelta(seconds=seconds) if is_longer else None)

    async def _call(self, request: ApiRequest, *, show: bool) -> Call | None:
        self.forget_refused()
        if show:
            self._view.panel.bring_into_view()
        what = f"{request.method} {self.origin}{request.path}"
        self._under_way = request
        slow = self._screen.set_timer(SLOW_SECONDS, self._look_around)
        try:
            with self._view.panel.show_calling(lambda: what, self._clock):
                call = await self._caller.call(request)
        except StrangerAtApi as error:
            self._tell_not_called(request, str(error))
            self._screen.post_message(CheckRequested(start=True))  # it may have gone by now
            return None
        except DoorkeyError as error:
            helps = isinstance(error, SignInNeeded)
            way = f" {key_cap(self._screen, 'login')} signs you in." if helps else ""
            why = str(error).replace(SIGN_IN_AGAIN, "").rstrip()  # here a key does it
            self._tell_not_called(request, f"{why}{way}")
            self._view.say_offer()
            if helps:
                self.remember_refused()
            return None
        finally:
            slow.stop()
            self._under_way = None
        self._screen.add_class("-called")
        await self._view.add(call, show=show)
        if call.ok:
            self._screen.post_message(PingSucceeded())
        elif call.result is None:
            self._look_around()
        return call

    def _tell_not_called(self, request: ApiRequest, why: str) -> None:
        self.stop()
        self._view.show_unfinished(Call(self._clock(), request))
        self._view.panel.show_trouble(why)

    def _look_around(self) -> None:
        self._screen.post_message(CheckRequested())  # Home should know at once
