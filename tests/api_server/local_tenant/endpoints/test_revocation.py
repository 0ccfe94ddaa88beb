import pytest

from tests.support.visitor import Visitor, changed


async def revoke(visitor: Visitor, revoked: object, **changes: str | None) -> int:
    form = changed({"client_id": "doorkey-local", "token": str(revoked)}, changes)
    return (await visitor.client.post("/revoke", data=form)).status_code


@pytest.mark.parametrize("hint", [None, "refresh_token", "access_token", "nonsense"])
async def test_refresh_token_takes_all_of_its_family_along(
    visitor: Visitor, hint: str | None
) -> None:
    tokens = await visitor.tokens()
    assert await revoke(visitor, tokens["refresh_token"], token_type_hint=hint) == 200
    assert (await visitor.renew(tokens["refresh_token"])).json()["error"] == "invalid_grant"
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
