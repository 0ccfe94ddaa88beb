"""A sign-in that waits for its answer: browser, paste and device side by side, a clock running."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tui.auth.session import LoginEvent, Session, SignInProgress
from tui.auth.sign_in.address import AuthorizationAddress
from tui.auth.sign_in.attempt import ForeignAnswer, SignInAttempt, Way, bare_code
from tui.auth.sign_in.browser import BrowserOpener
from tui.auth.sign_in.loopback import LoopbackListener
from tui.auth.sign_in.remarks import callback_hint
from tui.auth.sign_in.result_page import ANSWERED, ResultPage, foreign_page, refused_page
from tui.auth.sign_in.start_page import StartPage
from tui.errors import DoorkeyError, GrantRefused, SignInFailed, SignInTimedOut
from tui.moments import Clock, Sleep

if TYPE_CHECKING:
    from tui.auth.tenant.device_grant import DeviceAuthorization
    from tui.auth.tenant.provider import Provider
    from tui.auth.tenant.token_response import TokenResponse


OPENED_AGAIN: Final = (
    "The address that your browser was started with was opened twice. If that was not you, "
    "somebody else on this machine has read it: nobody is signed in. Sign in again."
)


@dataclass(frozen=True, slots=True)
class Answered:
    """The first answer: a code to redeem, or what one was redeemed for already."""

    way: Way
    code: str = field(default="", repr=False)
    response: "TokenResponse | None" = field(default=None, repr=False)
    is_from_elsewhere: bool = True
    """Whether it is of another browser than the one that was opened here."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a sign-in needs of the world and of its service."""

    make_provider: Callable[[], "Provider"]
    reserve: Callable[[], Awaitable[None]]
    """Make sure that a session can be kept; raises StoreFailed."""
    keep: Callable[[Session], Awaitable[Session | None]]
    """Keep the session, and return the one that was kept before; raises StoreFailed."""
    adopt: Callable[[Session], LoginEvent]
    """Make the session the one of this moment, and tell of it."""
    watch: Callable[[SignInProgress], None]
    clock: Clock
    open_url: BrowserOpener
    browser_has_argv: bool
    """Whether `open_url` starts a browser here, with a command line that other users can read."""
    sleep: Sleep


class Waiting:
    """Waits for the one answer to an attempt, from whichever way it comes first."""

    def __init__(
        self,
        attempt: SignInAttempt,
        address: AuthorizationAddress,
        listener: LoopbackListener | None,
        start: StartPage | None,
        provider: "Provider",
        means: Means,
    ) -> None:
        self.attempt = attempt
        self._address = address
        self._listener = listener
        self._start = start
        self._provider = provider
        self._means = means
        self._answer: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._time = asyncio.timeout(attempt.options.patience_seconds)
        self._deadline = means.clock() + timedelta(seconds=attempt.options.patience_seconds)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._progress = SignInProgress(
            "waiting",
            redirect_uri=attempt.redirect_uri if listener else "",
            device_offered=bool(attempt.metadata.device_authorization_endpoint),
        )

    async def answer(self) -> Answered:
        """Show the ways, and wait for the first answer.

        Raises:
            SignInRefused: the tenant or the person said no.
            SignInTimedOut: nobody answered in time.
        """
        try:
            async with self._time:
                await self._begin()
                return await self._answer
        except TimeoutError:
            raise self._timed_out() from None
        finally:
            await _end(self._tasks.values())

    def begin_device(self) -> None:
        """Ask for a code for another device, unless one is shown already."""
        running = self._tasks.get("device")
        if running is None or running.done():
            self._tasks["device"] = asyncio.create_task(self._poll_for_device())

    async def open_browser(self) -> bool:
        """Open the browser, once more if need be; return whether one took the address."""
        try:
            url = await self._address.current()
        except DoorkeyError:
            return False  # the address that is shown has expired, and there is no new one
        before = self._progress.browser
        self._tell(url=url, browser="opening")  # by when it answers, the answer may have come
        opened = await self._means.open_url(
            self._start.address(url, self._fail_second_opening) if self._start else url
        )
        self._tell(browser="opened" if opened else before)
        return opened

    async def take(self, pasted: str) -> None:
        """Take what a person pasted: the address that the browser ended at, or just the code.

        Raises:
            SignInFailed: it is not the answer to this sign-in, which goes on waiting.
        """
        code = bare_code(pasted)
        if code:
            await self._redeem(code)
            return
        try:
            code = self.attempt.code_in_url(pasted)
        except ForeignAnswer as foreign:
            raise SignInFailed(f"{foreign} Copy the whole address from the browser.") from None
        except DoorkeyError as refused:
            self._fail(refused)
        else:
            self._settle(Answered("paste", code))

    async def _begin(self) -> None:
        options = self.attempt.options
        if options.way == "device":
            self._progress = replace(self._progress, deadline=self._deadline)
            self.begin_device()
            return
        if self._listener is not None:
            self._listener.routes[urlsplit(self.attempt.redirect_uri).path] = self._judge
        self._tell(
            url=await self._address.current(),
            deadline=self._deadline,
            browser="opening" if options.open_browser else "off",
        )
        self._tasks["address"] = asyncio.create_task(
            self._address.keep_good(self._means.sleep, lambda url: self._tell(url=url))
        )
        if options.open_browser:
            self._tasks["browser"] = asyncio.create_task(self._open())

    def _tell(self, **changes: object) -> None:
        self._progress = replace(self._progress, **changes)  # type: ignore[arg-type] # its fields
        self._means.watch(self._progress)

    def _judge(self, query: str) -> ResultPage:
        if self._answer.done():
            return foreign_page("This sign-in has its answer already.")
        try:
            code = self.attempt.code_in(query)
        except ForeignAnswer as foreign:
            return foreign_page(str(foreign))
        except DoorkeyError as refused:
            self._fail(refused)
            return refused_page(str(refused))
        is_from_elsewhere = self._progress.browser not in ("opening", "opened")
        self._settle(Answered("browser", code, is_from_elsewhere=is_from_elsewhere))
        return ANSWERED

    async def _redeem(self, code: str) -> None:
        # A code alone brings no state: only that the tenant ties it to this very attempt's
        # verifier (RFC 7636 4.6), and then the nonce in the ID token, make it this one's. It is
        # redeemed here, so that a slip of the hand is told and the sign-in goes on waiting.
        attempt = self.attempt
        try:
            response = await self._provider.exchange_code(
                code, attempt.redirect_uri, attempt.proof_key.verifier, attempt.key
            )
        except GrantRefused:
            raise SignInFailed(
                "The tenant does not know this code. Copy the whole address from the browser."
            ) from None
        self._settle(Answered("paste", response=response))

    async def _open(self) -> None:
        if not await self.open_browser():
            self._tell(browser="failed")

    async def _poll_for_device(self) -> None:
        self._tell(device=None, device_trouble="")
        try:
            authorization = await self._provider.authorize_device(self.attempt.scope)
            self._wait_for_device(authorization)
            response = await self._provider.poll_for_tokens(
                authorization, self._means.sleep, self.attempt.key
            )
        except DoorkeyError as error:
            if self.attempt.options.way == "device":
                self._fail(error)
            else:
                self._tell(device=None, device_trouble=str(error))
        else:
            self._settle(Answered("device", response=response))

    def _wait_for_device(self, authorization: "DeviceAuthorization") -> None:
        """Show the code, and give the sign-in as long as the code lives."""
        deadline = authorization.prompt.deadline
        if deadline > self._deadline:
            left = (deadline - self._means.clock()).total_seconds()
            self._time.reschedule(asyncio.get_running_loop().time() + left)
            self._deadline = deadline
        self._tell(device=authorization.prompt, deadline=self._deadline)

    def _settle(self, answer: Answered) -> None:
        if not self._answer.done():
            self._answer.set_result(answer)

    def _fail(self, error: DoorkeyError) -> None:
        if not self._answer.done():
            self._answer.set_exception(error)

    def _fail_second_opening(self) -> None:
        self._fail(SignInFailed(OPENED_AGAIN))

    def _timed_out(self) -> SignInTimedOut:
        if self.attempt.options.way == "device":
            return SignInTimedOut("Nobody entered the code in time. Ask for a new one.")
        hint = callback_hint(self.attempt.config)
        return SignInTimedOut(
            f"No answer came in time. Sign in again, and finish in the browser. {hint}".rstrip()
        )


async def _end(tasks: Iterable["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
