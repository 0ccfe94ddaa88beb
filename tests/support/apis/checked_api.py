"""The API under test, its clocks and its log in hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from starlette.types import Message

from api_server.app import create_app
from api_server.settings import Settings
from tests.support.builders.proofs import Prover
from tests.support.builders.tokens import AUDIENCE, ISSUER, RsaKey, claims, header, token
from tests.support.clocks import NOW, Seconds
from tests.support.tenants.issuers import Issuer

K1 = RsaKey.named("k1")
K2 = RsaKey.named("k2")

FRESH = 600
REFRESH = 480
"""Seconds: keys wait for newer ones from the one age on, and are renewed from the other on."""


@dataclass
class Api:
    """One API process, without the process."""

    issuer: Issuer = field(default_factory=lambda: Issuer(K1))
    settings: Settings = field(default_factory=lambda: Settings(ISSUER, AUDIENCE))
    wall: Seconds = field(default_factory=lambda: Seconds(NOW))
    monotonic: Seconds = field(default_factory=lambda: Seconds(50.0))
    log: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = create_app(
            self.settings,
            transport=self.issuer,
            clock=self.wall,
            monotonic=self.monotonic,
            write_log=self.log.append,
        )
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://api.example"
        )

    def advance(self, seconds: float) -> None:
        self.wall.advance(seconds)
        self.monotonic.advance(seconds)

    async def get(self, path: str = "/api/external", *authorization: str | bytes) -> httpx.Response:
        return await self.send("GET", path, authorization)

    async def send(
        self,
        method: str,
        path: str,
        authorization: Sequence[str | bytes] = (),
        body: bytes | None = None,
        **headers: str,
    ) -> httpx.Response:
        sent = [(b"authorization", _bytes(value)) for value in authorization]
        sent += [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ]
        request = self.client.build_request(method, path, headers=sent, content=body)
        return await self.client.send(request)

    async def ping(self, sent: str | None = None, path: str = "/api/external") -> httpx.Response:
        """Call with a token; a good one unless told otherwise."""
        return await self.get(path, f"Bearer {token(K1) if sent is None else sent}")

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """Let the app start and end, as a server does; the log is complete after it."""
        events: asyncio.Queue[Message] = asyncio.Queue()
        answers: asyncio.Queue[Message] = asyncio.Queue()
        scope = {"type": "lifespan", "state": {}}
        life = asyncio.ensure_future(self.app(scope, events.get, answers.put))
        await events.put({"type": "lifespan.startup"})
        assert await answers.get() == {"type": "lifespan.startup.complete"}
        yield
        await events.put({"type": "lifespan.shutdown"})
        await life

    async def stop(self) -> None:
        """Let the app end."""
        async with self.living():
            pass

    def log_lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in b"".join(self.log).splitlines()]


def long_lived(key: RsaKey = K1) -> str:
    """Return a token that outlives every test."""
    return token(key, claims(exp=2_000_000_000), header(kid=key.kid))


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")


def challenge_of(response: httpx.Response) -> str:
    return str(response.headers["www-authenticate"])


def challenges_of(response: httpx.Response) -> list[str]:
    return response.headers.get_list("www-authenticate")


def assert_refused(
    response: httpx.Response, status: int, error: str | None, scheme: str = "Bearer"
) -> str:
    """The answer is this refusal, in header and body; returns its description."""
    assert response.status_code == status
    body = response.json()
    challenge = challenge_of(response)
    assert challenge.startswith(f'{scheme} realm="api"')
    assert challenge.isascii()
    assert "resource_metadata=" in challenge
    if error is None:
        assert "error=" not in challenge
    else:
        assert f'error="{error}"' in challenge
        assert body["error"] == error
    return str(body["error_description"])


async def refused(api: Api, sent: str) -> str:
    """The token is refused as invalid; returns why."""
    return assert_refused(await api.ping(sent), 401, "invalid_token")


async def settle() -> None:
    """Let what goes on in the background come to its end."""
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))


BOUND_PATH = "/api/external"
BOUND_URL = AUDIENCE + BOUND_PATH


def bound_token(prover: Prover, **changes: object) -> str:
    """Return a token that is bound to the prover's key."""
    return token(K1, claims(cnf={"jkt": prover.thumbprint}, **changes))


async def send_bound(api: Api, sent: str, *proofs: str, path: str = BOUND_PATH) -> httpx.Response:
    """Call as whoever holds the token, with these proofs."""
    headers = [("authorization", f"DPoP {sent}"), *(("dpop", proof) for proof in proofs)]
    return await api.client.get(path, headers=headers)


async def call_bound(api: Api, prover: Prover, **changes: object) -> httpx.Response:
    """Call with a bound token and a proof that is good but for the changes."""
    sent = bound_token(prover)
    return await send_bound(api, sent, prover.prove("GET", BOUND_URL, sent, **changes))
