"""A sign-in that waits for its answer: listener bound, browser opened, clock running."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tui.auth.errors import DoorkeyError, SignInFailed, SignInTimedOut
from tui.auth.models import SignInProgress
from tui.auth.sign_in.attempt import ForeignAnswer, SignInAttempt
from tui.auth.sign_in.browser import BrowserOpener
from tui.auth.sign_in.loopback import LoopbackListener
from tui.auth.sign_in.result_page import ANSWERED, ResultPage, foreign_page, refused_page

Watcher = Callable[[SignInProgress], None]


class WaitingSignIn:
    """Waits for the one answer to an attempt, from whichever way it comes first."""

    def __init__(self, attempt: SignInAttempt, listener: LoopbackListener) -> None:
        self.attempt = attempt
        self._listener = listener
        self._code: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def code(
        self, watch: Watcher, clock: Callable[[], datetime], opener: BrowserOpener
    ) -> str:
        """Show the way, wait, and give the authorization code.

        Raises:
            SignInRefused: the tenant said no.
            SignInTimedOut: nobody answered in time.
        """
        options = self.attempt.options
        progress = SignInProgress(
            "waiting",
            _safe_url(self.attempt),
            self.attempt.redirect_uri,
            clock() + timedelta(seconds=options.patience_seconds),
            "opening" if options.open_browser else "off",
        )
        self._listener.routes[urlsplit(self.attempt.redirect_uri).path] = self._judge
        watch(progress)
        browser = asyncio.create_task(self._open(progress, watch, opener))
        try:
            async with asyncio.timeout(options.patience_seconds):
                return await self._code
        except TimeoutError:
            raise SignInTimedOut(
                f"No answer came from the browser within {options.patience_seconds:.0f} s. "
                "Sign in again, and finish in the browser."
            ) from None
        finally:
            browser.cancel()
            with suppress(asyncio.CancelledError):
                await browser

    def take(self, pasted: str) -> None:
        """Take the address that a person pasted as the answer.

        Raises:
            SignInFailed: it is not the answer to this sign-in, which goes on waiting.
        """
        try:
            code = self.attempt.code_in_url(pasted)
        except ForeignAnswer as foreign:
            raise SignInFailed(f"{foreign} Copy the whole address from the browser.") from None
        except DoorkeyError as refused:
            self._fail(refused)
            return
        if not self._code.done():
            self._code.set_result(code)

    def _judge(self, query: str) -> ResultPage:
        if self._code.done():
            return foreign_page("This sign-in has its answer already.")
        try:
            code = self.attempt.code_in(query)
        except ForeignAnswer as foreign:
            return foreign_page(str(foreign))
        except DoorkeyError as refused:
            self._fail(refused)
            return refused_page(str(refused))
        self._code.set_result(code)
        return ANSWERED

    def _fail(self, error: DoorkeyError) -> None:
        if not self._code.done():
            self._code.set_exception(error)

    async def _open(self, progress: SignInProgress, watch: Watcher, opener: BrowserOpener) -> None:
        if progress.browser == "opening":
            opened = await opener(progress.url)
            watch(replace(progress, browser="opened" if opened else "failed"))


def _safe_url(attempt: SignInAttempt) -> str:
    try:
        return attempt.url
    except ValueError as error:
        raise SignInFailed(
            f"The tenant's authorization_endpoint makes no safe address: {error}."
        ) from None
