import re
from urllib.parse import urlencode

import httpx
import pytest

from api_server.local_tenant.records.device_codes import ALPHABET, GRANT_TYPE, draw_user_code
from api_server.local_tenant.records.tenant import Tenant
from tests.support.clocks import Seconds
from tests.support.people.forms import last_form
from tests.support.people.visitor import ALL_SCOPES, Visitor, claims_of

REQUEST = {
    "client_id": "doorkey-local",
    "scope": ALL_SCOPES,
    "audience": "http://localhost:3001",
}


async def ask(visitor: Visitor, **changes: str) -> dict[str, object]:
    response = await visitor.client.post("/device_authorization", data=REQUEST | changes)
    assert response.status_code == 200, response.text
    codes: dict[str, object] = response.json()
    return codes


async def poll(visitor: Visitor, codes: dict[str, object]) -> httpx.Response:
    return await visitor.token(grant_type=GRANT_TYPE, device_code=str(codes["device_code"]))


async def error_of_poll(visitor: Visitor, codes: dict[str, object]) -> str:
    response = await poll(visitor, codes)
    assert response.status_code == 400
    return str(response.json()["error"])


async def enter(visitor: Visitor, code: object) -> httpx.Response:
    """Type a code in, and follow on."""
    page = await visitor.get("/device")
    return await visitor.follow(await visitor.submit(page, user_code=str(code)))


async def consent_page_of(visitor: Visitor, codes: dict[str, object]) -> httpx.Response:
    page = await enter(visitor, codes["user_code"])
    return await visitor.log_in(page) if 'name="password"' in page.text else page


async def test_device_gets_what_rfc_8628_says(visitor: Visitor) -> None:
    response = await visitor.client.post("/device_authorization", data=REQUEST)
    codes = response.json()
    assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", codes["user_code"])
    assert codes["verification_uri"] == "http://localhost:3002/device"
    assert codes["verification_uri_complete"] == (
        f"http://localhost:3002/device?user_code={codes['user_code']}"
    )
    assert (codes["expires_in"], codes["interval"]) == (600, 5)
    assert response.headers["cache-control"] == "no-store"


async def test_device_gets_tokens_once_the_person_has_allowed_it(
    visitor: Visitor, clock: Seconds
) -> None:
    codes = await ask(visitor)
    assert await error_of_poll(visitor, codes) == "authorization_pending"
    done = await visitor.allow(await consent_page_of(visitor, codes))
    assert "Your terminal is connected" in done.text
    clock.advance(5)
    tokens = (await poll(visitor, codes)).json()
    assert claims_of(tokens["access_token"])["aud"] == "http://localhost:3001"
    assert claims_of(tokens["id_token"])["sub"] == "local|alice"
    assert "nonce" not in claims_of(tokens["id_token"])
    assert (await visitor.renew(tokens["refresh_token"])).status_code == 200


async def test_denial_is_told_to_the_device(visitor: Visitor) -> None:
    codes = await ask(visitor)
    page = await visitor.submit(await consent_page_of(visitor, codes), decision="deny")
    assert "Nothing was allowed" in page.text
    assert await error_of_poll(visitor, codes) == "access_denied"


async def test_cancelled_login_is_told_to_the_device(visitor: Visitor) -> None:
    codes = await ask(visitor)
    page = await enter(visitor, codes["user_code"])
    await visitor.submit(page, action="cancel")
    assert await error_of_poll(visitor, codes) == "access_denied"


async def test_polling_too_fast_makes_the_interval_longer(visitor: Visitor, clock: Seconds) -> None:
    codes = await ask(visitor)
    assert await error_of_poll(visitor, codes) == "authorization_pending"
    clock.advance(4)
    assert await error_of_poll(visitor, codes) == "slow_down"
    clock.advance(9)
    assert await error_of_poll(visitor, codes) == "slow_down"
    clock.advance(15)
    assert await error_of_poll(visitor, codes) == "authorization_pending"


async def test_device_code_expires(visitor: Visitor, clock: Seconds) -> None:
    codes = await ask(visitor)
    clock.advance(600)
    assert await error_of_poll(visitor, codes) == "expired_token"
    page = await enter(visitor, codes["user_code"])
    assert "There is no such code" in page.text


async def test_code_that_expires_at_the_consent_page_grants_nothing(
    visitor: Visitor, clock: Seconds
) -> None:
    codes = await ask(visitor)
    page = await consent_page_of(visitor, codes)
    clock.advance(600)
    assert "This sign-in is over" in (await visitor.allow(page)).text


async def test_device_code_is_good_once_and_a_replay_revokes(visitor: Visitor) -> None:
    codes = await ask(visitor)
    await visitor.allow(await consent_page_of(visitor, codes))
    tokens = (await poll(visitor, codes)).json()
    replayed = await poll(visitor, codes)
    assert replayed.json()["error"] == "invalid_grant"
    assert "The device code was used before" in replayed.json()["error_description"]
    assert (await visitor.renew(tokens["refresh_token"])).status_code == 400


async def test_unknown_device_code_is_refused(visitor: Visitor) -> None:
    assert await error_of_poll(visitor, {"device_code": "unknown"}) == "invalid_grant"


async def test_user_code_does_not_work_as_a_device_code(visitor: Visitor) -> None:
    codes = await ask(visitor)
    assert await error_of_poll(visitor, {"device_code": codes["user_code"]}) == "invalid_grant"


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", ""), " - ".join])
async def test_code_may_be_typed_carelessly(visitor: Visitor, change: object) -> None:
    codes = await ask(visitor)
    assert callable(change)
    page = await enter(visitor, change(str(codes["user_code"])))
    assert 'name="password"' in page.text


async def test_complete_address_fills_the_code_in_but_does_not_submit_it(visitor: Visitor) -> None:
    codes = await ask(visitor)
    page = await visitor.get(str(codes["verification_uri_complete"]))
    assert last_form(page.text).fields["user_code"] == codes["user_code"]
    assert await error_of_poll(visitor, codes) == "authorization_pending"


async def test_person_is_asked_each_time_and_shown_the_code(visitor: Visitor) -> None:
    await visitor.sign_in()
    codes = await ask(visitor)
    page = await enter(visitor, codes["user_code"])
    for text in ("Alice Archer", "doorkey-local", str(codes["user_code"]), "read:messages"):
        assert text in page.text


async def test_code_that_was_decided_on_is_not_known_any_more(visitor: Visitor) -> None:
    codes = await ask(visitor)
    await visitor.allow(await consent_page_of(visitor, codes))
    assert "There is no such code" in (await enter(visitor, codes["user_code"])).text


@pytest.mark.parametrize("code", ["", "BBBB-BBBB", "AEIO-U123", "\u212a" * 8, "B" * 1000, "%00"])
async def test_wrong_code_is_asked_for_again(visitor: Visitor, code: str) -> None:
    page = await visitor.get("/device")
    answer = await visitor.submit(page, user_code=code)
    assert answer.status_code == 400
    assert "There is no such code" in answer.text


async def test_tries_are_limited_whatever_browser_they_come_from(
    visitor: Visitor, clock: Seconds
) -> None:
    codes = await ask(visitor)
    for _ in range(20):
        visitor.client.cookies.clear()
        await enter(visitor, "BBBB-BBBB")
    assert "Too many wrong codes" in (await enter(visitor, codes["user_code"])).text
    clock.advance(300)
    assert 'name="password"' in (await enter(visitor, codes["user_code"])).text


@pytest.mark.parametrize("csrf", ["", "0" * 64])
async def test_form_without_its_token_leads_nowhere(visitor: Visitor, csrf: str) -> None:
    codes = await ask(visitor)
    page = await visitor.get("/device")
    answer = await visitor.submit(page, user_code=str(codes["user_code"]), csrf=csrf)
    assert answer.status_code == 403


async def test_markup_in_the_code_is_only_ever_shown_as_text(visitor: Visitor) -> None:
    hostile = '"><script>alert(1)</script>'
    page = await visitor.get(f"/device?{urlencode({'user_code': hostile})}")
    assert "<script" not in page.text
    assert "<script" not in (await visitor.submit(page, user_code=hostile)).text


@pytest.mark.parametrize(
    ("form", "error", "status"),
    [
        ({"scope": "openid"}, "invalid_request", 400),
        ({"client_id": "somebody-else", "scope": "openid"}, "invalid_client", 401),
        ({"client_id": "doorkey-local"}, "invalid_scope", 400),
        (REQUEST | {"audience": "https://elsewhere.example"}, "invalid_target", 400),
    ],
)
async def test_faulty_request_is_refused(
    visitor: Visitor, form: dict[str, str], error: str, status: int
) -> None:
    response = await visitor.client.post("/device_authorization", data=form)
    assert (response.status_code, response.json()["error"]) == (status, error)


async def test_sign_in_of_a_device_cannot_be_turned_into_a_redirect(visitor: Visitor) -> None:
    codes = await ask(visitor)
    page = await consent_page_of(visitor, codes)
    assert "form-action 'self';" in page.headers["content-security-policy"]
    answer = await visitor.submit(page, decision="allow", redirect_uri="https://evil.example/")
    assert "location" not in answer.headers


async def test_device_codes_are_stored_as_digests_only(visitor: Visitor, tenant: Tenant) -> None:
    codes = await ask(visitor)
    rows = tenant.database.connection.execute("SELECT * FROM device_codes").fetchall()
    assert str(codes["device_code"]) not in str([tuple(row) for row in rows])


def test_letters_of_user_codes_come_equally_often() -> None:
    # each value once: those from 240 on are drawn again, the rest are 12 of each
    drawn = iter([*range(240, 256), *range(240)])
    letters = "".join(draw_user_code(lambda _: bytes([next(drawn)])) for _ in range(30))
    assert {letters.count(letter) for letter in ALPHABET} == {12}
    assert list(drawn) == []


async def test_code_that_has_expired_is_known_as_such_for_an_hour(
    visitor: Visitor, clock: Seconds
) -> None:
    codes = await ask(visitor)
    clock.advance(600 + 3599)
    await ask(visitor)
    assert await error_of_poll(visitor, codes) == "expired_token"
    clock.advance(1)
    await ask(visitor)
    assert await error_of_poll(visitor, codes) == "invalid_grant"
