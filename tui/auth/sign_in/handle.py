"""One sign-in under way, from its first question to the tenant until its session is kept."""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tui.auth.session import LoginEvent, Session, SignInProgress
from tui.auth.sign_in.address import AuthorizationAddress
from tui.auth.sign_in.attempt import SignInAttempt, SignInOptions
from tui.auth.sign_in.loopback import LoopbackListener
from tui.auth.sign_in.remarks import remarks_on
from tui.auth.sign_in.start_page import ANY_PORT, StartPage
from tui.auth.sign_in.waiting import Answered, Means, Waiting
from tui.errors import (
    DoorkeyError,
    NoFreeRedirectUri,
    SignInCancelled,
    SignInFailed,
    StoreFailed,
    TenantMisbehaved,
)

if TYPE_CHECKING:
    from tui.auth.tenant.provider import Provider
    from tui.auth.tenant.token_response import TokenResponse
    from tui.config.load import Config

GIVEN_UP: Final = "The sign-in was cancelled."


class SignIn:
    """The handle on a sign-in that is under way; it begins when this is made."""

    def __init__(
        self,
        config: "Config",
        options: SignInOptions,
        means: Means,
        before: "SignIn | None" = None,
    ) -> None:
        self._config = config
        self._options = options
        self._means = means
        self._waiting: Waiting | None = None
        self._why_cancelled = GIVEN_UP
        self._task = asyncio.create_task(self._run(before))
        # Whoever waits for the answer has it; nobody waiting is no reason for a warning.
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def answer(self) -> LoginEvent:
        """Wait for the session; who cancels that cancels the sign-in.

        Raises:
            SignInFailed: no session came of it; the subclass tells why.
            TenantUnreachable, TenantMisbehaved, GrantRefused: the tenant is not up to it.
            StoreFailed: the session cannot be kept.
        """
        try:
            return await self._task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            raise SignInCancelled(self._why_cancelled) from None

    async def take(self, address: str) -> None:
        """Take the address that a browser elsewhere has ended at, or just the code in it.

        Raises:
            SignInFailed: it is not the answer to this sign-in, which goes on waiting.
        """
        await self._open_ways().take(address)

    def begin_device(self) -> None:
        """Ask the tenant for a code for another device, beside the other ways.

        Raises:
            SignInFailed: the sign-in does not wait for an answer.
        """
        self._open_ways().begin_device()

    async def open_browser(self) -> bool:
        """Open the browser, once more if need be; return whether one took the address.

        Raises:
            SignInFailed: the sign-in does not wait for an answer.
        """
        return await self._open_ways().open_browser()

    def cancel(self, why: str = GIVEN_UP) -> None:
        """End the sign-in; `answer` raises SignInCancelled, and says `why`."""
        self._why_cancelled = why
        self._task.cancel()

    async def wait_until_ended(self) -> None:
        """Wait until it has ended, however it does."""
        await asyncio.wait([self._task])

    def _open_ways(self) -> Waiting:
        if self._waiting is None:
            raise SignInFailed("No sign-in is waiting for an answer. Start one first.")
        return self._waiting

    async def _run(self, before: "SignIn | None") -> LoginEvent:
        if before is not None:
            await before.wait_until_ended()  # the port is free then
        await self._means.reserve()  # before a person signs in for nothing
        provider = self._means.make_provider()
        attempt, answer = await self._first_answer(provider)
        self._means.watch(SignInProgress("completing"))
        session = await self._verify(provider, attempt, answer)
        try:
            replaced = await self._means.keep(session)
        except StoreFailed:
            await _abandon(provider, session.token_set.refresh_token)
            raise
        event = self._means.adopt(session)
        # The same person's is left: some tenants end with it all that the person has there.
        if replaced is not None and replaced.profile.subject != session.profile.subject:
            await _abandon(provider, replaced.token_set.refresh_token)
        return replace(event, remarks=remarks_on(session, attempt))

    async def _first_answer(self, provider: "Provider") -> tuple[SignInAttempt, Answered]:
        self._means.watch(SignInProgress("preparing"))
        binds = self._config.dpop
        metadata = await (provider.discover_to_bind() if binds else provider.discover_anew())
        async with AsyncExitStack() as stack:
            listener = await self._open_listener(stack)
            uri = listener.redirect_uri if listener else self._config.redirect_uris[0]
            attempt = SignInAttempt.fresh(self._config, metadata, uri, self._options)
            start = await self._start_page(stack, listener)
            address = AuthorizationAddress(attempt, provider, self._means.clock)
            self._waiting = Waiting(attempt, address, listener, start, provider, self._means)
            try:
                return attempt, await self._waiting.answer()
            finally:
                self._waiting = None

    async def _open_listener(self, stack: AsyncExitStack) -> LoopbackListener | None:
        if self._options.way == "device":
            return None
        try:
            listener = await LoopbackListener.bind(self._config.redirect_uris)
        except NoFreeRedirectUri:
            # The browser is on another machine: its port is what counts, not this machine's.
            if self._options.way == "paste":
                return None
            raise
        return await stack.enter_async_context(listener)

    async def _start_page(
        self, stack: AsyncExitStack, listener: LoopbackListener | None
    ) -> StartPage | None:
        if self._options.way == "device" or not self._means.browser_has_argv:
            return None
        if listener is None:
            listener = await stack.enter_async_context(await LoopbackListener.bind(ANY_PORT))
        return StartPage(listener)

    async def _verify(
        self, provider: "Provider", attempt: SignInAttempt, answer: Answered
    ) -> Session:
        from tui.auth.tenant.session_from_tokens import session_from_response

        response = answer.response or await _redeem(provider, attempt, answer.code)
        try:
            session = await session_from_response(
                provider,
                response,
                self._means.clock(),
                nonce=None if answer.way == "device" else attempt.nonce,
                max_age_seconds=attempt.max_age_seconds,
                organization=attempt.organization,
                key=attempt.key,
                other_scope=attempt.options.scope,
            )
        except DoorkeyError:
            await _abandon(provider, response.refresh_token)
            raise
        return replace(session, signed_in_elsewhere=answer.is_from_elsewhere)


async def _redeem(provider: "Provider", attempt: SignInAttempt, code: str) -> "TokenResponse":
    try:
        verifier = attempt.proof_key.verifier
        return await provider.exchange_code(code, attempt.redirect_uri, verifier, attempt.key)
    except TenantMisbehaved as wrong:
        await _abandon(provider, wrong.refresh_token)
        raise


async def _abandon(provider: "Provider", refresh_token: str | None) -> None:
    """Revoke what nobody will use: a sign-in that failed leaves nothing alive at the tenant."""
    if refresh_token is not None:
        with suppress(DoorkeyError):
            await provider.revoke(refresh_token)
