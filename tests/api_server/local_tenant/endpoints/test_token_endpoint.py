import asyncio

import httpx
import pytest

from api_server.local_tenant.records.tenant import Tenant
from tests.support.clocks import Seconds
from tests.support.people.visitor import VERIFIER, Visitor


def assert_refused(response: httpx.Response, error: str) -> None:
    assert response.status_code in (400, 401)
    assert response.json()["error"] == error
    assert response.headers["cache-control"] == "no-store"


async def test_code_becomes_tokens(visitor: Visitor) -> None:
    response = await visitor.redeem((await visitor.sign_in())["code"])
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert set(response.json()) == {
        "access_token",
        "token_type",
        "expires_in",
        "scope",
        "id_token",
        "refresh_token",
    }


async def test_grant_of_another_client_is_none_of_this_ones(
    visitor: Visitor, tenant: Tenant
) -> None:
    code = (await visitor.sign_in())["code"]
    with tenant.database.transaction() as db:
        db.execute("UPDATE grants SET client_id = 'another'")
    response = await visitor.redeem(code)
    assert_refused(response, "invalid_grant")
    assert "given to another client" in response.json()["error_description"]


async def test_replayed_code_revokes_what_came_of_it(visitor: Visitor) -> None:
    code = (await visitor.sign_in())["code"]
    tokens = (await visitor.redeem(code)).json()
    renewed = (await visitor.renew(tokens["refresh_token"])).json()
    replayed = await visitor.redeem(code)
    assert_refused(replayed, "invalid_grant")
    assert "The code was used before" in replayed.json()["error_description"]
    assert_refused(await visitor.renew(renewed["refresh_token"]), "invalid_grant")
    for access_token in (tokens["access_token"], renewed["access_token"]):
        assert (await visitor.userinfo(access_token)).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "x" * 43},
        {"code_verifier": VERIFIER + "x"},
        {"code_verifier": VERIFIER[:-1]},
        {"code_verifier": None},
        {"code_verifier": "\u00fc" * 43},
        {"redirect_uri": "http://127.0.0.1:18642/callback"},
        {"redirect_uri": None},
    ],
)
async def test_first_use_burns_the_code_also_when_it_is_wrong(
    visitor: Visitor, wrong: dict[str, str | None]
) -> None:
    code = (await visitor.sign_in())["code"]
    assert_refused(await visitor.redeem(code, **wrong), "invalid_grant")
    assert_refused(await visitor.redeem(code), "invalid_grant")


async def test_of_many_uses_at_once_exactly_one_wins(visitor: Visitor) -> None:
    code = (await visitor.sign_in())["code"]
    answers = await asyncio.gather(*(visitor.redeem(code) for _ in range(20)))
    (won,) = [answer for answer in answers if answer.status_code == 200]
    assert (await visitor.renew(won.json()["refresh_token"])).status_code == 400


async def test_code_expires(visitor: Visitor, clock: Seconds) -> None:
    code = (await visitor.sign_in())["code"]
    clock.advance(60)
    assert_refused(await visitor.redeem(code), "invalid_grant")


async def test_code_is_good_until_its_last_second(visitor: Visitor, clock: Seconds) -> None:
    code = (await visitor.sign_in())["code"]
    clock.advance(59)
    assert (await visitor.redeem(code)).status_code == 200


async def test_challenge_in_place_of_the_verifier_is_refused(visitor: Visitor) -> None:
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    code = (await visitor.sign_in())["code"]
    assert_refused(await visitor.redeem(code, code_verifier=challenge), "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"client_id": None}, "invalid_request"),
        ({"client_id": "somebody-else"}, "invalid_client"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"code": None}, "invalid_request"),
        ({"code": "unknown"}, "invalid_grant"),
    ],
)
async def test_faulty_request_is_refused_and_burns_nothing(
    visitor: Visitor, changes: dict[str, str | None], error: str
) -> None:
    code = (await visitor.sign_in())["code"]
    assert_refused(await visitor.redeem(code, **changes), error)
    assert (await visitor.redeem(code)).status_code == 200


@pytest.mark.parametrize("name", ["code", "grant_type", "client_id", "redirect_uri", "x"])
async def test_repeated_parameter_is_refused(visitor: Visitor, name: str) -> None:
    body = f"grant_type=authorization_code&client_id=doorkey-local&code=x&{name}=1&{name}=2"
    response = await visitor.client.post(
        "/token",
        content=body,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert_refused(response, "invalid_request")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("", b"grant_type=authorization_code"),
        ("application/x-www-form-urlencoded", b"\xff\xfe"),
        ("application/x-www-form-urlencoded", b"code=%ff%fe"),
        ("application/x-www-form-urlencoded", b"a=1&" * 100),
        ("multipart/form-data; boundary=x", b"--x--"),
    ],
)
async def test_body_that_is_no_form_is_refused(visitor: Visitor, kind: str, body: bytes) -> None:
    response = await visitor.client.post("/token", content=body, headers={"Content-Type": kind})
    assert_refused(response, "invalid_request")
    is_form = kind == "application/x-www-form-urlencoded"
    reason = "cannot be read" if is_form else "The body must be application/x-www-form-urlencoded"
    assert reason in response.json()["error_description"]


async def test_body_beyond_the_cap_is_refused(visitor: Visitor) -> None:
    response = await visitor.client.post("/token", data={"code": "x" * 40_000})
    assert response.status_code == 413


async def test_credentials_in_the_header_are_refused(visitor: Visitor) -> None:
    response = await visitor.client.post(
        "/token", data={"grant_type": "refresh_token"}, auth=("doorkey-local", "")
    )
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_client"


async def test_other_target_than_at_the_sign_in_is_refused(visitor: Visitor) -> None:
    answer = await visitor.sign_in(audience=None)
    response = await visitor.redeem(answer["code"], resource="http://localhost:3001")
    assert_refused(response, "invalid_target")


async def test_same_target_as_at_the_sign_in_is_fine(visitor: Visitor) -> None:
    answer = await visitor.sign_in(audience=None, resource="http://localhost:3001")
    response = await visitor.redeem(answer["code"], resource="http://localhost:3001")
    assert response.status_code == 200


async def test_get_is_not_allowed(visitor: Visitor) -> None:
    response = await visitor.get("/token?grant_type=authorization_code")
    assert response.status_code == 405


async def test_code_of_a_grant_that_was_revoked_meanwhile_is_refused(
    visitor: Visitor, tenant: Tenant
) -> None:
    code = (await visitor.sign_in())["code"]
    tenant.database.connection.execute("UPDATE grants SET revoked = 1")
    response = await visitor.redeem(code)
    assert_refused(response, "invalid_grant")
    assert "It was revoked" in response.json()["error_description"]
