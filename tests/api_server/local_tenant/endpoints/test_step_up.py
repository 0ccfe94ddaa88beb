"""Stronger and fresher sign-ins on demand (RFC 9470 5, OIDC Core 3.1.2.1)."""

import httpx
import pytest

from tests.support.clocks import Seconds
from tests.support.people.visitor import Visitor, claims_of, parameters_of


async def login_page(visitor: Visitor, **changes: str) -> httpx.Response:
    return await visitor.follow(await visitor.authorize(**changes))


async def log_in_with_code(
    visitor: Visitor, page: httpx.Response, code: str | None = "123456"
) -> httpx.Response:
    values = {"username": "alice", "password": "alice-password", "action": "login"}
    return await visitor.follow(await visitor.submit(page, **values, code=code))


async def tokens_of(visitor: Visitor, page: httpx.Response) -> dict[str, object]:
    """Allow what the consent page asks, where there is one, and redeem the code."""
    answer = page if page.is_redirect else await visitor.allow(page)
    tokens: dict[str, object] = (await visitor.redeem(parameters_of(answer)["code"])).json()
    return tokens


async def test_both_tokens_say_how_and_when_the_person_signed_in(
    visitor: Visitor, clock: Seconds
) -> None:
    """RFC 9470 6.1, RFC 9068 2.2.1."""
    tokens = await visitor.tokens()
    clock.advance(100)
    for each in (tokens, (await visitor.renew(tokens["refresh_token"])).json()):
        for name in ("access_token", "id_token"):
            claims = claims_of(each[name])
            assert (claims["acr"], claims["auth_time"]) == ("1", int(clock()) - 100)
        assert claims["amr"] == ["pwd"]


async def test_stronger_sign_in_asks_for_a_code_and_both_tokens_say_so(visitor: Visitor) -> None:
    """RFC 9470 5."""
    page = await login_page(visitor, acr_values="2")
    assert "<code>123456</code>" in page.text
    tokens = await tokens_of(visitor, await log_in_with_code(visitor, page))
    for name in ("access_token", "id_token"):
        assert claims_of(tokens[name])["acr"] == "2"
    assert claims_of(tokens["id_token"])["amr"] == ["pwd", "otp", "mfa"]


async def test_page_asks_for_no_code_where_nobody_demands_one(visitor: Visitor) -> None:
    assert 'name="code"' not in (await login_page(visitor)).text


async def test_weaker_session_must_step_up(visitor: Visitor) -> None:
    """RFC 9470 5."""
    await visitor.sign_in()
    silent = parameters_of(await visitor.authorize(acr_values="2", prompt="none"))
    assert silent["error"] == "login_required"
    page = await login_page(visitor, acr_values="2")
    assert 'name="code"' in page.text
    assert "Go on as" not in page.text
    tokens = await tokens_of(visitor, await log_in_with_code(visitor, page))
    assert claims_of(tokens["access_token"])["acr"] == "2"


async def test_stronger_session_does_for_less_and_for_the_same(visitor: Visitor) -> None:
    await tokens_of(
        visitor, await log_in_with_code(visitor, await login_page(visitor, acr_values="2"))
    )
    for acr_values in (None, "1", "2"):
        answer = parameters_of(await visitor.authorize(acr_values=acr_values, prompt="none"))
        tokens = (await visitor.redeem(answer["code"])).json()
        assert claims_of(tokens["access_token"])["acr"] == "2"


@pytest.mark.parametrize("code", [None, "", "000000", "123456x", "1234567", "\u0661"])
async def test_wrong_code_signs_nobody_in(visitor: Visitor, code: str | None) -> None:
    page = await login_page(visitor, acr_values="2")
    answer = await log_in_with_code(visitor, page, code)
    assert answer.status_code == 401
    assert "The username, the password or the code is wrong." in answer.text
    assert "set-cookie" not in answer.headers


async def test_right_code_does_not_stand_in_for_the_password(visitor: Visitor) -> None:
    page = await login_page(visitor, acr_values="2")
    answer = await visitor.submit(page, username="alice", password="wrong", code="123456")
    assert answer.status_code == 401


async def test_wrong_codes_count_as_wrong_passwords(visitor: Visitor) -> None:
    page = await login_page(visitor, acr_values="2")
    for _ in range(10):
        await log_in_with_code(visitor, page, "000000")
    assert (await log_in_with_code(visitor, page)).status_code == 429


async def test_code_cannot_be_stepped_over(visitor: Visitor) -> None:
    """The consent page leads back to the login while the session is too weak."""
    await visitor.sign_in()
    response = await visitor.authorize(acr_values="2")
    past_login = response.headers["location"].replace("/login?", "/consent?")
    assert "/login?" in (await visitor.get(past_login)).headers["location"]


async def test_session_that_became_weaker_meanwhile_must_step_up_again(visitor: Visitor) -> None:
    stepped_up = await log_in_with_code(visitor, await login_page(visitor, acr_values="2"))
    # in another tab of the same browser
    await visitor.log_in(await login_page(visitor, prompt="login"))
    answer = await visitor.submit(stepped_up, decision="allow")
    assert "/login?" in answer.headers["location"]


async def test_first_value_that_is_known_counts(visitor: Visitor) -> None:
    """OIDC Core 3.1.2.1: in order of preference."""
    assert 'name="code"' in (await login_page(visitor, acr_values="urn:x 2 1")).text
    assert 'name="code"' not in (await login_page(visitor, acr_values="urn:x 1 2")).text


async def test_values_that_are_unknown_are_a_wish_only(visitor: Visitor) -> None:
    """OIDC Core 5.5.1.1: the token says what was reached instead."""
    tokens = await visitor.tokens(acr_values="urn:x 3")
    assert claims_of(tokens["access_token"])["acr"] == "1"


async def test_fresh_sign_in_moves_auth_time_in_both_tokens(
    visitor: Visitor, clock: Seconds
) -> None:
    """RFC 9470 5, OIDC Core 3.1.2.1: max_age and prompt=login."""
    await visitor.sign_in()
    for changes in ({"max_age": "300"}, {"max_age": "0"}, {"prompt": "login"}):
        clock.advance(301)
        page = await login_page(visitor, **changes)
        tokens = await tokens_of(visitor, await visitor.log_in(page))
        for name in ("access_token", "id_token"):
            assert claims_of(tokens[name])["auth_time"] == int(clock())


async def test_metadata_says_what_can_be_asked_for(visitor: Visitor) -> None:
    """OIDC Discovery 3, RFC 9470 7."""
    metadata = (await visitor.get("/.well-known/openid-configuration")).json()
    assert metadata["acr_values_supported"] == ["1", "2"]
    assert "login" in metadata["prompt_values_supported"]
