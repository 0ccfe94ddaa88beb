"""Sign-ins that are too long ago, or too weak (RFC 9470)."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api_server.bearer import Bearer, requires
from tests.support import ROOT
from tests.support.apis.checked_api import K1, Api, assert_refused, challenge_of
from tests.support.builders.tokens import AUDIENCE, ISSUER, claims, token
from tests.support.clocks import NOW, Seconds
from tests.support.tenants.issuers import Issuer

VAULT = "/api/vault"

Endpoint = Callable[[Request], Awaitable[Response]]


async def visit(api: Api, **changes: object) -> httpx.Response:
    return await api.ping(token(K1, claims(**changes)), VAULT)


@pytest.mark.parametrize("seconds", [0, 299, 300, 305])
async def test_vault_opens_to_a_fresh_sign_in(api: Api, seconds: int) -> None:
    response = await visit(api, auth_time=NOW - seconds)
    assert response.status_code == 200
    assert response.json()["msg"].startswith("You signed in within the last 5 minutes")
    assert response.headers["cache-control"] == "no-store"


async def test_sign_in_too_long_ago_is_401_and_says_what_is_needed(api: Api) -> None:
    response = await visit(api, auth_time=NOW - 412)
    said = assert_refused(response, 401, "insufficient_user_authentication")
    assert said == "This needs a sign-in within 300 s; it was 412 s ago"
    assert 'max_age="300"' in challenge_of(response)
    assert "acr_values" not in challenge_of(response)


@pytest.mark.parametrize("moment", [None, NOW + 60, str(NOW), True, -1, 1e300, []], ids=str)
async def test_sign_in_at_an_unknown_time_is_not_fresh(api: Api, moment: object) -> None:
    response = await visit(api, auth_time=moment)
    said = assert_refused(response, 401, "insufficient_user_authentication")
    assert said == "This needs a sign-in within 300 s; the token does not say when it was"


async def test_vault_needs_a_token_first(api: Api) -> None:
    response = await api.get(VAULT)
    assert_refused(response, 401, None)
    assert "max_age" not in challenge_of(response)


@requires("read:things", acr="mfa phr", max_age=60)
async def things(request: Request) -> Response:
    return JSONResponse({})


async def ask(endpoint: Endpoint = things, **changes: object) -> httpx.Response:
    """Ask for what needs a scope, a class and a fresh sign-in, unless told otherwise."""
    bearer = Bearer(ISSUER, AUDIENCE, transport=Issuer(K1), clock=Seconds(NOW))
    app = Starlette(routes=[Route("/", endpoint)], middleware=[bearer.middleware])
    said = claims(**({"scope": "read:things", "acr": "mfa", "auth_time": NOW} | changes))
    headers = {"authorization": f"Bearer {token(K1, said)}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=AUDIENCE) as client:
        return await client.get("/", headers=headers)


@pytest.mark.parametrize("acr", ["mfa", "phr"])
async def test_any_of_the_classes_does(acr: str) -> None:
    assert (await ask(acr=acr)).status_code == 200


@pytest.mark.parametrize("acr", [None, "pwd", "mfa phr", "", 7, ["mfa"]], ids=str)
async def test_another_class_is_401_and_both_demands_are_told(acr: object) -> None:
    response = await ask(acr=acr)
    assert response.status_code == 401
    body = response.json()
    assert body["error"] == "insufficient_user_authentication"
    assert body["error_description"].startswith("This needs a sign-in of the class mfa phr; ")
    assert 'acr_values="mfa phr", max_age="60"' in challenge_of(response)


async def test_class_does_not_stand_in_for_freshness() -> None:
    response = await ask(auth_time=NOW - 66)
    assert "it was 66 s ago" in response.json()["error_description"]
    assert 'acr_values="mfa phr", max_age="60"' in challenge_of(response)


async def test_scope_is_asked_for_first() -> None:
    assert (await ask(scope="openid", acr=None)).json()["error"] == "insufficient_scope"


@requires(acr="mfa", max_age=300)
async def of_the_readme(request: Request) -> Response:
    return JSONResponse({})


@pytest.mark.parametrize(
    ("acr", "seconds", "status"), [("mfa", 300, 200), ("pwd", 0, 401), ("mfa", 306, 401)]
)
async def test_the_readmes_guard_asks_for_its_class_within_300_s(
    acr: str, seconds: int, status: int
) -> None:
    assert '`@requires(acr="mfa", max_age=300)` asks for a sign-in of that class within 300 s' in (
        (ROOT / "README.md").read_text()
    )
    response = await ask(of_the_readme, acr=acr, auth_time=NOW - seconds)
    assert response.status_code == status
    if status == 401:
        assert 'acr_values="mfa", max_age="300"' in challenge_of(response)
