"""A tenant for tests: right by default, wrong wherever a test says so."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime
from functools import cache
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from tests.support.builders.configs import CONFIG
from tests.support.builders.tokens import base64url
from tests.support.clocks import Clock
from tui.json_value import Json

SIGNER = jwt.PyJWS()
SIGNER.register_algorithm("Ed25519", jwt.algorithms.OKPAlgorithm())

HASHES = {"256": "sha256", "384": "sha384", "512": "sha512"}
"""Of `at_hash`, by the algorithm's number; Ed25519 has its own, SHA-512."""

SigningKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey | str

Respond = Callable[[httpx.Request], httpx.Response]


@cache
def rsa_key(name: str) -> RSAPrivateKey:
    """Make a key once for all tests; `name` tells keys apart, "weak" is too short."""
    return generate_private_key(65537, 1024 if name == "weak" else 2048)


def public_jwk(name: str, kid: str | None = None) -> dict[str, Json]:
    key = jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key(name).public_key(), as_dict=True)
    return {**key, "use": "sig", "alg": "RS256"} | ({"kid": kid} if kid else {})


class ScriptedTenant(httpx.AsyncBaseTransport):
    """Answers the client's requests, and plays the person's browser."""

    def __init__(self, clock: Clock, issuer: str = CONFIG.issuer) -> None:
        self.clock = clock
        self.issuer = issuer
        self.requests: list[httpx.Request] = []
        self.metadata: dict[str, Json] = {
            "issuer": issuer,
            "authorization_endpoint": issuer + "authorize",
            "token_endpoint": issuer + "token",
            "jwks_uri": issuer + "jwks",
            "userinfo_endpoint": issuer + "userinfo",
            "revocation_endpoint": issuer + "revoke",
            "end_session_endpoint": issuer + "logout",
            "device_authorization_endpoint": issuer + "device_authorization",
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        self.keys: list[dict[str, Json]] = [public_jwk("first", "first")]
        self.signing_key: SigningKey = rsa_key("first")
        self.header: dict[str, Json] = {"kid": "first"}
        self.algorithm = "RS256"
        self.id_claims: dict[str, Json] = {}
        """Over the right ones; a claim that is None is left out."""
        self.token_members: dict[str, Json] = {}
        """Over the right ones of a token response; a member that is None is left out."""
        self.answer_parameters: dict[str, str | None] = {}
        """Over the right ones of the authorization response; one that is None is left out."""
        self.userinfo: dict[str, Json] = {"sub": "alice"}
        self.responses: dict[str, Respond] = {}
        """By path, instead of the right ones."""
        self.authorization: dict[str, str] = {}
        """The parameters of the last authorization request."""
        self.refresh_tokens = {"the-refresh-token"}
        self.codes = {"the-code", "c"}
        self.device_members: dict[str, Json] = {}
        """Over the right ones of a device authorization response; None leaves one out."""
        self.device_polls: list[Respond] = []
        """The answers to the next polls for a device code, before the usual one."""
        self.device_allowed = False
        self.issued = 0
        self.ahead = timedelta()
        """How far its clock is ahead of the client's."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        response = self._response(request)
        response.headers["Date"] = format_datetime(self.clock() + self.ahead, usegmt=True)
        return response

    def _response(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        respond = self.responses.get(path)
        if respond is not None:
            return respond(request)
        if path == "/.well-known/openid-configuration":
            return httpx.Response(200, json=self.metadata)
        if path == "/authorize":  # with prompt=none: nobody is signed in
            back = urlencode({"error": "login_required", "state": request.url.params["state"]})
            uri = request.url.params["redirect_uri"]
            return httpx.Response(302, headers={"Location": f"{uri}?{back}"})
        if path == "/jwks":
            return httpx.Response(200, json={"keys": self.keys})
        if path == "/userinfo":
            return httpx.Response(200, json=self.userinfo)
        if path == "/revoke":
            self.refresh_tokens.discard(form_of(request)["token"])
            return httpx.Response(200)
        if path == "/device_authorization":
            return self._device_authorization()
        if path == "/token":
            form = form_of(request)
            return self._device_poll(request) if "device_code" in form else self._token(form)
        return httpx.Response(404)

    def count(self, path: str) -> int:
        """Return how many requests came for `path`."""
        return sum(request.url.path == path for request in self.requests)

    # The person's browser.

    async def browser(self, url: str) -> bool:
        """Sign in at once and come back, as a person's browser would."""
        await self.no_browser(url)
        parameters: dict[str, str | None] = {
            "code": "the-code",
            "state": self.authorization["state"],
            "iss": self.issuer,
            **self.answer_parameters,
        }
        query = urlencode({name: text for name, text in parameters.items() if text is not None})
        self.page = await browse(f"{self.authorization['redirect_uri']}?{query}")
        return True

    async def no_browser(self, url: str) -> bool:
        """A machine without a browser; what it was asked to open is noted all the same."""
        self.authorization = dict(parse_qsl(urlsplit(await led_on(url)).query))
        return False

    # Tokens.

    def id_token(self, access_token: str, *, nonce: str | None) -> str:
        now = int((self.clock() + self.ahead).timestamp())
        digest = hashlib.new(
            HASHES.get(self.algorithm[2:], "sha512"), access_token.encode()
        ).digest()
        half = digest[: len(digest) // 2]
        claims: dict[str, Json] = {
            "iss": self.issuer,
            "aud": CONFIG.client_id,
            "sub": "alice",
            "iat": now,
            "exp": now + 3600,
            "auth_time": now,
            "name": "Alice",
            "email": "alice@example.com",
            "at_hash": base64url(half),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        claims.update(self.id_claims)
        claims = {name: value for name, value in claims.items() if value is not None}
        headers = {name: value for name, value in self.header.items() if value is not None}
        if self.algorithm == "none":
            return jwt.encode(claims, None, "none", headers=headers)  # type: ignore[arg-type] # no key
        content = json.dumps(claims).encode()
        return SIGNER.encode(content, self.signing_key, self.algorithm, headers=headers)

    def _device_authorization(self) -> httpx.Response:
        members: dict[str, Json] = {
            "device_code": "the-device-code",
            "user_code": "WDJB-MJHT",
            "verification_uri": self.issuer + "device",
            "verification_uri_complete": self.issuer + "device?user_code=WDJB-MJHT",
            "expires_in": 600,
            "interval": 5,
            **self.device_members,
        }
        return httpx.Response(
            200, json={name: value for name, value in members.items() if value is not None}
        )

    def _device_poll(self, request: httpx.Request) -> httpx.Response:
        form = form_of(request)
        assert form["device_code"] == "the-device-code"
        if self.device_polls:
            return self.device_polls.pop(0)(request)
        if self.device_allowed:
            return self._token(form)
        return httpx.Response(400, json={"error": "authorization_pending"})

    def _token(self, form: dict[str, str]) -> httpx.Response:
        nonce = None
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self.refresh_tokens:
                return httpx.Response(400, json={"error": "invalid_grant"})
            self.refresh_tokens.discard(form["refresh_token"])
        elif "code" in form:
            if form["code"] not in self.codes:
                return httpx.Response(400, json={"error": "invalid_grant"})
            challenge = base64url(hashlib.sha256(form["code_verifier"].encode()).digest())
            assert self.authorization["code_challenge"] == challenge
            nonce = self.authorization["nonce"]
        self.issued += 1
        access_token, refresh_token = f"access-{self.issued}", f"refresh-{self.issued}"
        self.refresh_tokens.add(refresh_token)
        members: dict[str, Json] = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": refresh_token,
            "id_token": self.id_token(access_token, nonce=nonce),
            "scope": "openid profile email offline_access",
            **self.token_members,
        }
        return httpx.Response(
            200, json={name: value for name, value in members.items() if value is not None}
        )


def form_of(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


async def led_on(url: str) -> str:
    """Return where the page leads at which a browser begins; another address as it is."""
    if "/start/" not in url:
        return url
    head = (await browse(url)).partition("\r\n\r\n")[0]
    lines = (line.partition(": ") for line in head.split("\r\n"))
    return next(value for name, _, value in lines if name.lower() == "location")


async def browse(url: str, *, headers: str = "", method: str = "GET") -> str:
    """Fetch `url` over a socket as a browser does, and give the whole response as text."""
    address = urlsplit(url)
    target = address.path + (f"?{address.query}" if address.query else "")
    request = f"{method} {target} HTTP/1.1\r\nHost: {address.netloc}\r\n{headers}\r\n"
    return await exchange(address.port or 80, request.encode("latin-1"))


async def exchange(port: int, request: bytes) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        return (await reader.read()).decode("utf-8")
    finally:
        await hang_up(writer)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
