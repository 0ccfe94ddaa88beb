"""An issuer as the API sees it: discovery and a key set, with everything that can go wrong."""

import asyncio
import json
from collections.abc import Mapping

import httpx

from tests.support.builders.tokens import ISSUER, AnyKey, EcKey, RsaKey


class Issuer(httpx.AsyncBaseTransport):
    """Answers discovery and key set requests, and counts them."""

    def __init__(self, *keys: RsaKey | EcKey | AnyKey, issuer: str = ISSUER) -> None:
        self.issuer = issuer
        self.keys: list[Mapping[str, object]] = [key.jwk() for key in keys]
        self.jwks_uri: object = issuer + "keys"
        self.down = False
        self.gate = asyncio.Event()
        """Closed, requests wait for it: a slow issuer."""
        self.gate.set()
        self.asked = asyncio.Event()
        """Set once a request has come in."""
        self.discoveries = 0
        self.fetches = 0
        self.override: Mapping[str, httpx.Response] = {}
        """Answers by the end of the path."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        is_discovery = request.url.path.endswith("openid-configuration")
        if is_discovery:
            self.discoveries += 1
        else:
            self.fetches += 1
        self.asked.set()
        await self.gate.wait()
        if self.down:
            raise httpx.ConnectError("connection refused", request=request)
        for end, answer in self.override.items():
            if request.url.path.endswith(end):
                return answer
        if is_discovery:
            return json_answer({"issuer": self.issuer, "jwks_uri": self.jwks_uri})
        return json_answer({"keys": self.keys})

    def rotate(self, *keys: RsaKey | EcKey | AnyKey) -> None:
        self.keys = [key.jwk() for key in keys]


def json_answer(body: object, status: int = 200) -> httpx.Response:
    return streamed(json.dumps(body).encode(), status)


def streamed(
    body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """Return a response whose body is read from a stream, as from a socket."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))
