"""Tokens of the local tenant at the bundled API: bound to a key, and of a fresh sign-in."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api_server.app import create_app
from api_server.local_tenant.app import build_app
from api_server.local_tenant.records.tenant import Tenant
from api_server.settings import Settings as ApiSettings
from tests.support.builders.proofs import Prover
from tests.support.builders.tokens import EcKey
from tests.support.clocks import Seconds
from tests.support.people.visitor import Visitor

API = "http://localhost:3001"


@pytest.fixture
async def api(tenant: Tenant, clock: Seconds) -> AsyncIterator[httpx.AsyncClient]:
    """The API that the tenant's tokens are for; it fetches the tenant's keys by itself."""
    app = create_app(
        ApiSettings(tenant.settings.issuer, tenant.settings.audience),
        transport=httpx.ASGITransport(build_app(tenant)),
        clock=clock,
        monotonic=clock,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=API) as client:
        yield client


async def call(
    api: httpx.AsyncClient, token: object, prover: Prover | None, path: str = "/api/external"
) -> httpx.Response:
    headers = {"Authorization": f"{'Bearer' if prover is None else 'DPoP'} {token}"}
    if prover is not None:
        headers["DPoP"] = prover.prove("GET", f"{API}{path}", str(token))
    return await api.get(path, headers=headers)


async def test_bound_token_opens_the_api_to_its_key_alone(
    visitor: Visitor, api: httpx.AsyncClient, clock: Seconds
) -> None:
    """RFC 9449 7.1, security.md 67."""
    visitor.prover = Prover(clock=clock)
    token = (await visitor.tokens())["access_token"]
    assert (await call(api, token, visitor.prover)).status_code == 200
    stolen = await call(api, token, None)
    assert stolen.status_code == 401
    assert "without proof" in stolen.json()["error_description"]
    thief = Prover(EcKey.named("thief"), clock=clock)
    assert "another key" in (await call(api, token, thief)).json()["error_description"]


async def test_renewed_token_is_good_with_the_same_key(
    visitor: Visitor, api: httpx.AsyncClient, clock: Seconds
) -> None:
    visitor.prover = Prover(clock=clock)
    tokens = await visitor.tokens()
    # 5 s of leeway
    clock.advance(3605)
    assert (await call(api, tokens["access_token"], visitor.prover)).status_code == 401
    renewed = (await visitor.renew(tokens["refresh_token"])).json()
    assert (await call(api, renewed["access_token"], visitor.prover)).status_code == 200


async def test_fresh_sign_in_opens_the_vault_again(
    visitor: Visitor, api: httpx.AsyncClient, clock: Seconds
) -> None:
    """RFC 9470 3 and 5."""
    tokens = await visitor.tokens()
    assert (await call(api, tokens["access_token"], None, "/api/vault")).status_code == 200
    # 300 s and 5 s of leeway
    clock.advance(306)
    # a renewal is no sign-in
    tokens = (await visitor.renew(tokens["refresh_token"])).json()
    refused = await call(api, tokens["access_token"], None, "/api/vault")
    assert refused.status_code == 401
    assert refused.json()["error"] == "insufficient_user_authentication"
    assert 'max_age="300"' in refused.headers["www-authenticate"]
    token = (await visitor.tokens(max_age="300"))["access_token"]
    assert (await call(api, token, None, "/api/vault")).status_code == 200
