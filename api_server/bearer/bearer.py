"""Access tokens as Starlette means authentication (RFC 6750): a backend, and who it finds.

    bearer = Bearer(issuer="https://tenant.example/", audience="https://api.example")

    @requires("read:messages")
    async def messages(request: Request) -> Response: ...

    app = Starlette(routes=[Route("/messages", messages)], middleware=[bearer.middleware])

A request is refused where it is not let in, not before: routes without `requires` stay open.
"""

import time
from collections.abc import Callable, Collection, Mapping

import httpx
from starlette.authentication import AuthCredentials, AuthenticationBackend, BaseUser
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection

from api_server.bearer.access_token import AccessToken, AccessTokenVerifier
from api_server.bearer.claims import ClaimRules
from api_server.bearer.credentials import bearer_token
from api_server.bearer.key_set import KeySet, KeySource
from api_server.bearer.refusal import Challenger, Refusal


class Bearer(AuthenticationBackend):
    """Authenticates requests by access tokens of one issuer for one audience."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        algorithms: Collection[str] = ("RS256",),
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
        """Return who sent the request; a refusal is kept in the user until somebody `requires`."""
        try:
            sent = bearer_token(conn.scope)
            token = self._verifier.recall(sent) or await self._verifier.verify(sent)
        except Refusal as refusal:
            # kept beyond this frame: without the traceback, which would keep the token too
            return self._nobody, Stranger(refusal.with_traceback(None))
        return BearerCredentials(token.scopes, self._challenger), Caller(token)

    async def aclose(self) -> None:
        """Cancel what runs in the background, and close the connections to the issuer."""
        await self.keys.aclose()
        await self._source.aclose()


class Caller(BaseUser):
    """Who sent a token that was accepted: `request.user`."""

    def __init__(self, token: AccessToken) -> None:
        self.token = token

    @property
    def claims(self) -> Mapping[str, object]:
        """What the token says, checked."""
        return self.token.claims

    @property
    def is_authenticated(self) -> bool:
        """Always true."""
        return True

    @property
    def display_name(self) -> str:
        """The same as `identity`: an access token is not about names."""
        return self.identity

    @property
    def identity(self) -> str:
        """The claim `sub`: a user, or a client that acts for itself; empty if it names nobody."""
        subject = self.token.claims.get("sub")
        return subject if isinstance(subject, str) else ""


class Stranger(BaseUser):
    """Who sent no token that was accepted: `request.user`, with the reason."""

    identity = display_name = ""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal

    @property
    def is_authenticated(self) -> bool:
        """Always false."""
        return False


class BearerCredentials(AuthCredentials):
    """The scopes of a request, and how a refusal of it is written: `request.auth`."""

    def __init__(self, scopes: frozenset[str], challenger: Challenger) -> None:
        # the request's own list: nothing that an endpoint does to it reaches the next request
        self.scopes = list(scopes)
        self.challenger = challenger
