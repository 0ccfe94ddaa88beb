"""Access tokens as Starlette means authentication (RFC 6750): a backend, and who it finds.

    bearer = Bearer(issuer="https://tenant.example/", audience="https://api.example")

    @requires("read:messages")
    async def messages(request: Request) -> Response: ...

    app = Starlette(routes=[Route("/messages", messages)], middleware=[bearer.middleware])

A request is refused where it is not let in, not before: routes without `requires` stay open.
"""

import time
from collections.abc import Callable, Collection, Mapping
from typing import Final, Literal

import httpx
from starlette.authentication import AuthCredentials, AuthenticationBackend, BaseUser
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_server.bearer.access_token import AccessToken, AccessTokenVerifier
from api_server.bearer.claims import AudienceClaim, ClaimRules
from api_server.bearer.credentials import BEARER, DPOP, sent_token
from api_server.bearer.dpop import PROOF_ALGORITHMS, ProofVerifier
from api_server.bearer.dpop_memory import Nonces
from api_server.bearer.key_set import KeySet, KeySource
from api_server.bearer.refusal import Challenger, Refusal

DpopMode = Literal["off", "allowed", "required"]
"""Whether tokens may, or must, be bound to a key of their client (RFC 9449)."""

SCHEMES: Final[Mapping[DpopMode, tuple[str, ...]]] = {
    "off": (BEARER,),
    "allowed": (BEARER, DPOP),
    "required": (DPOP,),
}


class Bearer(AuthenticationBackend):
    """Authenticates requests by access tokens of one issuer for one audience.

    `origins` are the API's own, such as `https://api.example`, that proofs must name; without
    any the Host header is believed, and another server that gets a proof could pass it on.
    `nonce_secret` makes the nonces that proofs then need; processes that share it share them.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        algorithms: Collection[str] = ("RS256",),
        strict: bool = False,
        token_issuer: str | None = None,
        audience_claim: AudienceClaim = "aud",
        dpop: DpopMode = "allowed",
        origins: Collection[str] = (),
        nonce_secret: bytes | None = None,
        metadata_url: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = KeySource(issuer, algorithms, transport)
        self.keys = KeySet(self._source, monotonic)
        rules = ClaimRules(token_issuer or issuer, audience, strict, audience_claim)
        self._verifier = AccessTokenVerifier(rules, self.keys, algorithms, clock=clock)
        self._clock = clock
        self._origins = tuple(origin.rstrip("/") for origin in origins)
        self.nonces = None if nonce_secret is None else Nonces(nonce_secret, clock)
        self._proofs = ProofVerifier(clock, nonces=self.nonces)
        self._schemes = SCHEMES[dpop]
        self._challenger = Challenger(
            metadata_url=metadata_url, schemes=self._schemes, proof_algorithms=PROOF_ALGORITHMS
        )

    @property
    def middleware(self) -> Middleware:
        """What to put into a Starlette or FastAPI app's `middleware`."""
        if self.nonces is None:
            return Middleware(AuthenticationMiddleware, backend=self)
        return Middleware(NonceMiddleware, backend=self, nonces=self.nonces)

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser]:
        """Return who sent the request; a refusal is kept in the user until somebody `requires`."""
        scheme, now = self._schemes[0], self._clock()
        try:
            sent = sent_token(conn.scope, self._schemes)
            scheme = sent.scheme
            token = self._verifier.recall(sent.token) or await self._verifier.verify(sent.token)
            urls = self._urls(conn.scope)
            nonce = self._proofs.check_sender(conn.scope, scheme, token.ath, token.bound_to, urls)
        except Refusal as refusal:
            # kept beyond this frame: without the traceback, which would keep the token too
            return self._credentials((), scheme, now), Stranger(refusal.with_traceback(None))
        return self._credentials(token.scopes, scheme, now), Caller(token, nonce)

    async def aclose(self) -> None:
        """Cancel what runs in the background, and close the connections to the issuer."""
        await self.keys.aclose()
        await self._source.aclose()

    def _credentials(self, scopes: Collection[str], scheme: str, now: float) -> "BearerCredentials":
        return BearerCredentials(scopes, self._challenger, scheme, now)

    def _urls(self, scope: Scope) -> list[str]:
        """Return the addresses that the request may have had for its client."""
        path = scope["raw_path"].decode("latin-1")
        return [f"{origin}{path}" for origin in self._origins or (_named_origin(scope),)]


class NonceMiddleware:
    """AuthenticationMiddleware that gives the next nonce while the proof's is still accepted.

    So no request fails for an old one (RFC 9449 8.2).
    """

    def __init__(self, app: ASGIApp, backend: AuthenticationBackend, nonces: Nonces) -> None:
        self._app = AuthenticationMiddleware(app, backend=backend)
        self._nonces = nonces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the app's life."""

        async def send_with_nonce(message: Message) -> None:
            user = scope.get("user")
            if message["type"] == "http.response.start" and isinstance(user, Caller):
                current = self._nonces.current()
                if user.nonce not in (None, current):
                    MutableHeaders(scope=message)["dpop-nonce"] = current
            await send(message)

        await self._app(scope, receive, send_with_nonce)


class Caller(BaseUser):
    """Who sent a token that was accepted: `request.user`."""

    def __init__(self, token: AccessToken, nonce: str | None = None) -> None:
        self.token = token
        self.nonce = nonce
        """What the proof of possession was made with, if anything."""

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

    def __init__(
        self, scopes: Collection[str], challenger: Challenger, scheme: str, checked_at: float
    ) -> None:
        # the request's own list: nothing that an endpoint does to it reaches the next request
        self.scopes = list(scopes)
        self.challenger = challenger
        self.scheme = scheme
        self.checked_at = checked_at
        """Epoch seconds."""


def _named_origin(scope: Scope) -> str:
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return f"{scope['scheme']}://{b''.join(hosts[:1]).decode('latin-1')}"
