"""One sign-in from its first question to the tenant until there is a session."""

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from tui.auth.session import Session, SignInProgress
from tui.auth.sign_in.attempt import SignInAttempt, SignInOptions
from tui.auth.sign_in.loopback import LoopbackListener
from tui.auth.sign_in.remarks import remarks_on
from tui.auth.sign_in.waiting import Answered, Means, WaitingSignIn
from tui.auth.tenant.session_from_tokens import session_from_response
from tui.errors import NoFreeRedirectUri, SignInFailed

if TYPE_CHECKING:
    from tui.config.load import Config

NOT_WAITING = "No sign-in is waiting for an answer. Start one first."


class Journey:
    """One attempt at a session; what a person does meanwhile goes to `take` and `begin_device`."""

    def __init__(self, config: "Config", options: SignInOptions, means: Means) -> None:
        self._config = config
        self._options = options
        self._means = means
        self._waiting: WaitingSignIn | None = None

    async def session(self) -> tuple[Session, tuple[str, ...]]:
        """Give the session, and what about it is otherwise than asked for, in words.

        Raises:
            SignInFailed: no session came of it; the subclass tells why.
            TenantUnreachable, TenantMisbehaved, GrantRefused: the tenant is not up to it.
        """
        means = self._means
        means.watch(SignInProgress("preparing"))
        metadata = await means.provider.discover()
        async with AsyncExitStack() as stack:
            listener = await self._listener(stack)
            uri = listener.redirect_uri if listener else self._config.redirect_uris[0]
            attempt = SignInAttempt.fresh(self._config, metadata, uri, self._options)
            self._waiting = WaitingSignIn(attempt, listener, means)
            try:
                answer = await self._waiting.answer()
            finally:
                self._waiting = None
        means.watch(SignInProgress("completing"))
        session = await self._verified(attempt, answer)
        return session, remarks_on(session, attempt)

    async def take(self, pasted: str) -> None:
        """Take what a person pasted; raises SignInFailed where it is not the answer."""
        if self._waiting is None:
            raise SignInFailed(NOT_WAITING)
        await self._waiting.take(pasted)

    def begin_device(self) -> None:
        """Ask for a code for another device; raises SignInFailed where nothing waits for one."""
        if self._waiting is None:
            raise SignInFailed(NOT_WAITING)
        self._waiting.begin_device()

    async def _listener(self, stack: AsyncExitStack) -> LoopbackListener | None:
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

    async def _verified(self, attempt: SignInAttempt, answer: Answered) -> Session:
        provider = self._means.provider
        response = answer.response or await provider.exchange_code(
            answer.code, attempt.redirect_uri, attempt.proof_key.verifier
        )
        nonce = None if answer.way == "device" else attempt.nonce
        return await session_from_response(
            provider,
            response,
            self._means.clock(),
            scope=attempt.scope,
            nonce=nonce,
            max_age_seconds=attempt.options.max_age_seconds,
        )
