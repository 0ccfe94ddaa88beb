from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from api_server.local_tenant.app import build_app
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.settings import Settings
from tests.support.people.visitor import Visitor, changed


async def revoke(visitor: Visitor, revoked: object, **changes: str | None) -> int:
    form = changed({"client_id": "doorkey-local", "token": str(revoked)}, changes)
    return (await visitor.client.post("/revoke", data=form)).status_code


@pytest.mark.parametrize("hint", [None, "refresh_token", "access_token", "nonsense"])
async def test_refresh_token_takes_all_of_its_family_along(
    visitor: Visitor, hint: str | None
) -> None:
    tokens = await visitor.tokens()
    assert await revoke(visitor, tokens["refresh_token"], token_type_hint=hint) == 200
    refused = (await visitor.renew(tokens["refresh_token"])).json()
    assert refused["error"] == "invalid_grant"
    assert "The refresh token was revoked." in refused["error_description"]
    assert (await visitor.userinfo(tokens["access_token"])).status_code == 401


async def test_refresh_token_that_was_used_still_names_its_family(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    renewed = (await visitor.renew(tokens["refresh_token"])).json()
    await revoke(visitor, tokens["refresh_token"])
    assert (await visitor.renew(renewed["refresh_token"])).status_code == 400


async def test_access_token_goes_alone(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    assert await revoke(visitor, tokens["access_token"]) == 200
    assert (await visitor.userinfo(tokens["access_token"])).status_code == 401
    assert (await visitor.renew(tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize("token", ["unknown", "a.b.c", "\u00fc"])
async def test_unknown_token_is_as_good_as_revoked(visitor: Visitor, token: str) -> None:
    assert await revoke(visitor, token) == 200


async def test_revoking_twice_is_fine(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    for _ in range(2):
        assert await revoke(visitor, tokens["refresh_token"]) == 200


async def test_other_clients_cannot_revoke(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    assert await revoke(visitor, tokens["refresh_token"], client_id="somebody-else") == 401
    assert await revoke(visitor, tokens["refresh_token"], client_id=None) == 400
    assert (await visitor.renew(tokens["refresh_token"])).status_code == 200


async def test_request_without_a_token_is_refused(visitor: Visitor) -> None:
    assert await revoke(visitor, "x", token=None) == 400


async def test_tokens_of_another_client_are_not_revoked(
    visitor: Visitor, settings: Settings, open_one: Callable[[Settings], Tenant], tenant: Tenant
) -> None:
    """RFC 7009 2.1."""
    tokens = await visitor.tokens()
    other = build_app(open_one(replace(settings, client_id="another")))
    transport = httpx.ASGITransport(other)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3002") as client:
        for name in ("access_token", "refresh_token"):
            assert await revoke(Visitor(client), tokens[name], client_id="another") == 200
    assert (await visitor.userinfo(tokens["access_token"])).status_code == 200
    assert (await visitor.renew(tokens["refresh_token"])).status_code == 200
