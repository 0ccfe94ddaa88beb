"""A person with a browser and an app, as the tenant sees them over HTTP."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.support.builders.proofs import Prover
from tests.support.people.forms import last_form

REDIRECT_URI = "http://127.0.0.1:8642/callback"
ALL_SCOPES = "openid profile email offline_access read:messages"
# RFC 7636 appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

REQUEST = {
    "response_type": "code",
    "client_id": "doorkey-local",
    "redirect_uri": REDIRECT_URI,
    "scope": ALL_SCOPES,
    "state": "the-state",
    "nonce": "the-nonce",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "audience": "http://localhost:3001",
}

Changes = str | None


def parameters_of(response: httpx.Response) -> dict[str, str]:
    """Read the query of the address that a redirect leads to; each comes once."""
    query = parse_qs(urlsplit(response.headers["location"]).query, strict_parsing=True)
    assert all(len(values) == 1 for values in query.values())
    return {name: values[0] for name, values in query.items()}


def claims_of(token: object) -> dict[str, object]:
    """Read a JWT without checking it."""
    return _decoded(token, 1)


def header_of(token: object) -> dict[str, object]:
    """Read a JWT's header."""
    return _decoded(token, 0)


def _decoded(token: object, part: int) -> dict[str, object]:
    text = str(token).split(".")[part]
    decoded: dict[str, object] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return decoded


def changed(request: dict[str, str], changes: dict[str, Changes]) -> dict[str, str]:
    """Replace what has a value, take out what is None."""
    return {name: value for name, value in {**request, **changes}.items() if value is not None}


@dataclass
class Visitor:
    """Does what a browser and an app do, step by step."""

    client: httpx.AsyncClient
    prover: Prover | None = None
    """Makes a proof of possession for each token request (RFC 9449)."""

    async def get(self, url: str) -> httpx.Response:
        """Open a page."""
        return await self.client.get(url)

    async def authorize(self, **changes: Changes) -> httpx.Response:
        """Send an authorization request; the answer is as it is, a redirect or a page."""
        return await self.client.get("/authorize", params=changed(REQUEST, changes))

    async def follow(self, response: httpx.Response) -> httpx.Response:
        """Follow redirects within the tenant, not out of it."""
        while response.is_redirect and "127.0.0.1:" not in response.headers["location"]:
            response = await self.client.get(response.headers["location"])
        return response

    async def submit(self, page: httpx.Response, **values: Changes) -> httpx.Response:
        """Fill the page's last form in and post it; the answer is not followed."""
        form = last_form(page.text)
        return await self.client.post(form.action, data=changed(form.fields, values))

    async def log_in(
        self, page: httpx.Response, name: str = "alice", password: str | None = None
    ) -> httpx.Response:
        """Fill the login page in and follow on."""
        password = password or f"{name}-password"
        answer = await self.submit(page, username=name, password=password, action="login")
        return await self.follow(answer)

    async def allow(self, page: httpx.Response) -> httpx.Response:
        """Press Allow on the consent page."""
        return await self.submit(page, decision="allow")

    async def sign_in(self, name: str = "alice", **changes: Changes) -> dict[str, str]:
        """Go the whole way; give what the app gets back."""
        page = await self.follow(await self.authorize(**changes))
        if not page.is_redirect and 'name="password"' in page.text:
            page = await self.log_in(page, name)
        if not page.is_redirect:
            page = await self.allow(page)
        return parameters_of(page)

    async def token(self, **form: Changes) -> httpx.Response:
        """Ask the token endpoint."""
        data = changed({"client_id": "doorkey-local"}, form)
        headers = {}
        if self.prover is not None:
            headers["DPoP"] = self.prover.prove("POST", "http://localhost:3002/token")
        return await self.client.post("/token", data=data, headers=headers)

    async def redeem(self, right_code: str, /, **changes: Changes) -> httpx.Response:
        """Turn a code into tokens."""
        form: dict[str, Changes] = {
            "grant_type": "authorization_code",
            "code": right_code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
        }
        return await self.token(**{**form, **changes})

    async def renew(self, refresh_token: object, **changes: Changes) -> httpx.Response:
        """Use a refresh token."""
        form: dict[str, Changes] = {
            "grant_type": "refresh_token",
            "refresh_token": str(refresh_token),
        }
        return await self.token(**{**form, **changes})

    async def tokens(self, name: str = "alice", **changes: Changes) -> dict[str, object]:
        """Sign in and get tokens."""
        answer = await self.sign_in(name, **changes)
        redirect_uri = changes.get("redirect_uri") or REDIRECT_URI
        response = await self.redeem(answer["code"], redirect_uri=redirect_uri)
        assert response.status_code == 200, response.text
        tokens: dict[str, object] = response.json()
        return tokens

    async def userinfo(self, access_token: object) -> httpx.Response:
        """Ask who an access token is about."""
        headers = {"Authorization": f"Bearer {access_token}"}
        return await self.client.get("/userinfo", headers=headers)
