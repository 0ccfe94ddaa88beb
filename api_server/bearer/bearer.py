"""Bearer tokens as Starlette means authentication (RFC 6750): a backend, and `requires`.

    bearer = Bearer(issuer="https://tenant.example/", audience="https://api.example")

    @requires("read:messages")
    async def messages(request: Request) -> Response: ...

    app = Starlette(routes=[Route("/messages", messages)], middleware=[bearer.middleware])

A request is refused where it is not let in, not before: routes without `requires` stay open.
"""

import time
from collections.abc import Callable, Sequence

import httpx
from starlette.authentication import AuthCredentials, AuthenticationBackend, BaseUser
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection

from api_server.bearer.access_token import AccessTokenVerifier
from api_server.bearer.challenge import Challenger
from api_server.bearer.claims import ClaimRules
from api_server.bearer.credentials import bearer_token
from api_server.bearer.key_set import KeySet
from api_server.bearer.key_source import KeySource
from api_server.bearer.refusal import Refusal
from api_server.bearer.requires import requires
from api_server.bearer.users import BearerCredentials, Caller, Stranger

__all__ = ["Bearer", "Caller", "Stranger", "requires"]


class Bearer(AuthenticationBackend):
    """Authenticates requests by access tokens of one issuer for one audience."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        algorithms: Sequence[str] = ("RS256",),
        strict: bool = False,
        metadata_url: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = KeySource(issuer, algorithms, transport)
        self.keys = KeySet(self._source, monotonic)
        rules = ClaimRules(issuer, audience, strict)
        self._verifier = AccessTokenVerifier(rules, self.keys, algorithms, clock=clock)
        self._challenger = Challenger(metadata_url=metadata_url)
        self._nobody = BearerCredentials(frozenset(), self._challenger)

    @property
    def middleware(self) -> Middleware:
        """What to put into a Starlette or FastAPI app's `middleware`."""
        return Middleware(AuthenticationMiddleware, backend=self)

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser]:
        """Say who sent the request; a refusal waits in the user until somebody `requires`."""
        try:
            sent = bearer_token(conn.scope)
            token = self._verifier.recall(sent) or await self._verifier.verify(sent)
        except Refusal as refusal:
            # kept beyond this frame: without the traceback, which would keep the token too
            return self._nobody, Stranger(refusal.with_traceback(None))
        return BearerCredentials(token.scopes, self._challenger), Caller(token)

    async def aclose(self) -> None:
        """End what goes on in the background, and the connections to the issuer."""
        await self.keys.aclose()
        await self._source.aclose()
