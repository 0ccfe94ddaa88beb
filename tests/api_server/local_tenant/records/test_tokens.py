from collections.abc import Callable
from dataclasses import replace

import httpx

from api_server.local_tenant.app import build_app
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.records.tokens import at_hash
from api_server.local_tenant.settings import Settings
from tests.support.clocks import Seconds
from tests.support.people.visitor import Visitor, claims_of, header_of

START = 1_800_000_000


async def test_id_token_says_who_when_and_for_whom(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    claims = claims_of(tokens["id_token"])
    assert claims["iss"] == "http://localhost:3002/"
    assert claims["sub"] == "local|alice"
    assert claims["aud"] == claims["azp"] == "doorkey-local"
    assert claims["nonce"] == "the-nonce"
    assert claims["iat"] == claims["auth_time"] == START
    assert claims["exp"] == START + 36000
    assert claims["at_hash"] == at_hash(str(tokens["access_token"]))
    assert claims["amr"] == ["pwd"]


async def test_id_token_tells_of_the_person_what_the_scopes_allow(visitor: Visitor) -> None:
    claims = claims_of((await visitor.tokens("carol"))["id_token"])
    assert claims["name"] == "Carol Núñez"
    assert claims["email"] == "carol@example.com"
    assert claims["email_verified"] is True
    assert claims["picture"] == "http://localhost:3002/people/carol.svg"


async def test_nothing_is_told_beyond_the_scopes(visitor: Visitor) -> None:
    claims = claims_of((await visitor.tokens(scope="openid"))["id_token"])
    assert not {"name", "picture", "nickname", "email", "email_verified"} & set(claims)


async def test_sid_is_the_same_within_a_browser_session(visitor: Visitor) -> None:
    first = claims_of((await visitor.tokens())["id_token"])["sid"]
    second = claims_of((await visitor.tokens())["id_token"])["sid"]
    assert first == second


async def test_access_token_is_as_rfc_9068_wants_it(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    header, claims = header_of(tokens["access_token"]), claims_of(tokens["access_token"])
    assert (header["typ"], header["alg"]) == ("at+jwt", "RS256")
    assert header["kid"] == header_of(tokens["id_token"])["kid"]
    assert claims | {"jti": ""} == {
        "iss": "http://localhost:3002/",
        "sub": "local|alice",
        "aud": "http://localhost:3001",
        "client_id": "doorkey-local",
        "scope": "openid profile email offline_access read:messages",
        "iat": START,
        "exp": START + 3600,
        "auth_time": START,
        "acr": "1",
        "jti": "",
    }
    assert tokens["expires_in"] == 3600
    assert tokens["token_type"] == "Bearer"


async def test_each_access_token_has_an_id_of_its_own(visitor: Visitor) -> None:
    tokens = [claims_of((await visitor.tokens())["access_token"])["jti"] for _ in range(2)]
    assert tokens[0] != tokens[1]


async def test_audience_is_userinfo_when_no_api_was_asked_for(visitor: Visitor) -> None:
    tokens = await visitor.tokens(audience=None)
    assert claims_of(tokens["access_token"])["aud"] == "http://localhost:3002/userinfo"


async def test_resource_asks_for_the_api_as_audience_does(visitor: Visitor) -> None:
    tokens = await visitor.tokens(audience=None, resource="http://localhost:3001")
    assert claims_of(tokens["access_token"])["aud"] == "http://localhost:3001"


async def test_scopes_that_are_unknown_are_left_out_and_that_is_said(visitor: Visitor) -> None:
    tokens = await visitor.tokens(scope="openid unheard-of email")
    assert tokens["scope"] == "openid email"
    assert claims_of(tokens["access_token"])["scope"] == "openid email"


async def test_no_refresh_token_without_offline_access(visitor: Visitor) -> None:
    assert "refresh_token" not in await visitor.tokens(scope="openid profile")


async def test_no_id_token_without_openid(visitor: Visitor) -> None:
    assert "id_token" not in await visitor.tokens(scope="read:messages")


async def test_nonce_is_left_out_when_none_was_sent(visitor: Visitor) -> None:
    assert "nonce" not in claims_of((await visitor.tokens(nonce=None))["id_token"])


async def test_lifetimes_are_those_that_were_set(
    settings: Settings, open_one: Callable[[Settings], Tenant]
) -> None:
    settings = replace(settings, access_token_lifetime_seconds=60, id_token_lifetime_seconds=90)
    transport = httpx.ASGITransport(build_app(open_one(settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3002") as client:
        tokens = await Visitor(client).tokens()
    assert tokens["expires_in"] == 60
    assert claims_of(tokens["access_token"])["exp"] == START + 60
    assert claims_of(tokens["id_token"])["exp"] == START + 90


async def test_picture_can_be_seen(visitor: Visitor, clock: Seconds) -> None:
    claims = claims_of((await visitor.tokens())["id_token"])
    response = await visitor.get(str(claims["picture"]))
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert "Alice Archer" in response.text
    assert response.headers["cache-control"] == "public, max-age=86400"
    assert (await visitor.get("/people/nobody.svg")).status_code == 404
