"""One call from the token to the reason of a refusal, for the app and the commands alike."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tui.api.answer import NoAnswer, PingResult
from tui.api.challenge import token_challenge
from tui.api.refusal import Explanation, Refused, explain
from tui.api.request import PING, ApiRequest
from tui.auth.authorized_request import AuthorizedRequest
from tui.auth.dpop.authorization import Authorization, joined
from tui.moments import Clock

if TYPE_CHECKING:
    from tui.api.client import ApiClient
    from tui.api.upload import Upload
    from tui.auth.service import AuthService
    from tui.auth.session import TokenSet
    from tui.config.load import Config
    from tui.http.exchange import StreamedAnswer

REFUSALS: Final = frozenset({401, 403})
"""The statuses by which an API refuses a token (RFC 6750 3.1)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call that has ended: with an answer, which may be a refusal, or with none."""

    at: datetime
    request: ApiRequest
    result: PingResult | None = None
    explanation: Explanation | None = field(default=None, repr=False)
    """Why the token was refused, where it was."""
    no_answer: NoAnswer | None = None

    @property
    def ok(self) -> bool:
        """Whether the API took the token."""
        return self.result is not None and self.result.ok

    @property
    def outcome(self) -> str:
        """The status, or `none` where no answer came."""
        return str(self.result.status) if self.result else "none"

    @property
    def elapsed_seconds(self) -> float | None:
        """How long the answer took, or None where there was none."""
        return self.result.elapsed_seconds if self.result else None


class Caller:
    """Calls the API as whoever is signed in, with a token that is renewed if need be."""

    def __init__(self, service: "AuthService", api: "ApiClient", clock: Clock) -> None:
        self._service = service
        self._api = api
        self._clock = clock
        self.require: Callable[[], Awaitable[None]] | None = None
        """Asked just before each token is sent; raises DoorkeyError where none is to be now."""
        self.sent = Authorization("")
        """What authorized the answer of `stream`, and is not to be shown where that repeats it."""

    @property
    def config(self) -> "Config":
        """Whose API is called."""
        return self._service.config

    @property
    def token_set(self) -> "TokenSet | None":
        """The tokens that are held now; others after a renewal or a sign-in."""
        return self._service.session.token_set if self._service.session else None

    def secrets(self) -> tuple[str, ...]:
        """Return the tokens that are held now, which nobody is to write down."""
        held = self.token_set
        return (held.access_token, held.id_token, held.refresh_token or "") if held else ()

    async def aclose(self) -> None:
        """Close the connection to the API."""
        await self._api.aclose()

    async def call(self, request: ApiRequest = PING) -> Call:
        """Make one call and return what came of it.

        Raises:
            DoorkeyError: there is no token to call with, or it is not to be sent; says why.
        """
        authorized = self._authorized(request)
        try:
            result = await self._api.call(await self._authorization(authorized), request)
            while authorized.goes_again(result.status, result.headers, renews=False):
                result = await self._api.call(await self._authorization(authorized), request)
        except NoAnswer as error:
            return Call(self._clock(), request, no_answer=error)
        return Call(self._clock(), request, result, await self.explain(result))

    @asynccontextmanager
    async def stream(
        self, request: ApiRequest, upload: "Upload | None" = None
    ) -> "AsyncIterator[StreamedAnswer]":
        """Make one call of any length; the answer comes in the block, whatever the status.

        Where the API says `invalid_token`, the token is renewed and the call made again, once,
        if its body can be sent again; so it is where the API wants its nonce in the proof, or the
        time of its own clock.

        Raises:
            NoAnswer: no whole answer came.
            DoorkeyError: there is no token to call with; says why.
        """
        authorized = self._authorized(request)
        may_repeat = upload is None or upload.is_repeatable
        while True:
            authorization = await self._authorization(authorized)
            self.sent = authorization
            async with self._api.stream(authorization, request, upload) as answer:
                if (
                    not authorized.goes_again(answer.status, joined(answer.headers))
                    or not may_repeat
                ):
                    yield answer
                    return

    def _authorized(self, request: ApiRequest) -> AuthorizedRequest:
        return AuthorizedRequest(self._service, request.method, self.config.api_url + request.path)

    async def _authorization(self, authorized: AuthorizedRequest) -> Authorization:
        authorization = await authorized.authorization()
        if self.require is not None:  # and not sooner: a renewal may have taken seconds
            await self.require()
        return authorization

    async def explain(self, result: PingResult) -> Explanation | None:
        """Return why the token was refused, or None where it was not."""
        session = self._service.session
        if result.status not in REFUSALS or session is None:
            return None
        challenge = token_challenge(result.challenge)
        metadata = await self._api.metadata(challenge.resource_metadata)
        now = self._clock()
        told = result.reason_in_body
        return explain(Refused(result.status, challenge, session, self.config, now, metadata, told))
