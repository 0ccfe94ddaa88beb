import httpx
import pytest

from api_server.local_tenant.records.tenant import Tenant
from tests.support.clocks import Seconds
from tests.support.visitor import Visitor


async def test_claims_go_by_the_scopes_of_the_token(visitor: Visitor) -> None:
    everything = (await visitor.userinfo((await visitor.tokens())["access_token"])).json()
    assert everything["sub"] == "local|alice"
    assert everything["name"] == "Alice Archer"
    assert everything["email"] == "alice@example.com"
    little = (await visitor.userinfo((await visitor.tokens(scope="openid"))["access_token"])).json()
    assert little == {"sub": "local|alice"}


async def test_token_can_be_posted(visitor: Visitor) -> None:
    token = str((await visitor.tokens())["access_token"])
    in_form = await visitor.client.post("/userinfo", data={"access_token": token})
    in_header = await visitor.client.post("/userinfo", headers={"Authorization": f"bearer {token}"})
    assert in_form.json() == in_header.json()
    assert in_form.json()["sub"] == "local|alice"


async def test_no_token_gets_a_challenge_without_an_error(visitor: Visitor) -> None:
    response = await visitor.get("/userinfo")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="userinfo"'


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30", "x" * 15_000])
async def test_bad_token_gets_a_challenge_that_says_so(visitor: Visitor, token: str) -> None:
    assert_invalid(await visitor.userinfo(token))


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "token"])
async def test_header_of_another_form_is_refused(visitor: Visitor, header: str) -> None:
    response = await visitor.client.get("/userinfo", headers={"Authorization": header})
    assert response.status_code == 400
    assert 'error="invalid_request"' in response.headers["www-authenticate"]


async def test_another_scheme_gets_a_challenge_without_an_error(visitor: Visitor) -> None:
    response = await visitor.client.get("/userinfo", headers={"Authorization": "Basic eDp5"})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="userinfo"'


async def test_token_in_two_places_is_refused(visitor: Visitor) -> None:
    token = str((await visitor.tokens())["access_token"])
    response = await visitor.client.post(
        "/userinfo", data={"access_token": token}, headers={"Authorization": f"Bearer {token}"}
    )
    assert response.status_code == 400


async def test_expired_token_is_refused(visitor: Visitor, clock: Seconds) -> None:
    token = (await visitor.tokens())["access_token"]
    clock.advance(3600)
    assert_invalid(await visitor.userinfo(token))


async def test_id_token_is_no_access_token(visitor: Visitor) -> None:
    assert_invalid(await visitor.userinfo((await visitor.tokens())["id_token"]))


async def test_token_without_openid_lacks_the_scope(visitor: Visitor) -> None:
    tokens = await visitor.tokens(scope="profile")
    response = await visitor.userinfo(tokens["access_token"])
    assert response.status_code == 403
    assert 'error="insufficient_scope"' in response.headers["www-authenticate"]
    assert 'scope="openid"' in response.headers["www-authenticate"]


async def test_token_that_another_key_signed_is_refused(visitor: Visitor, tenant: Tenant) -> None:
    token = str((await visitor.tokens())["access_token"])
    head, body, signature = token.split(".")
    forged = "A" if signature[10] != "A" else "B"
    assert_invalid(
        await visitor.userinfo(f"{head}.{body}.{signature[:10]}{forged}{signature[11:]}")
    )


def assert_invalid(response: httpx.Response) -> None:
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]
    assert response.json()["error"] == "invalid_token"
