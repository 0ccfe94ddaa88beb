from urllib.parse import urlencode

import pytest

from tests.support.clocks import Seconds
from tests.support.people.visitor import (
    CHALLENGE,
    REDIRECT_URI,
    REQUEST,
    Visitor,
    claims_of,
    parameters_of,
)


async def test_answer_has_code_state_and_issuer(visitor: Visitor) -> None:
    answer = await visitor.sign_in()
    assert set(answer) == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("the-state", "http://localhost:3002/")


async def test_answer_without_a_state_has_none(visitor: Visitor) -> None:
    assert set(await visitor.sign_in(state=None)) == {"code", "iss"}


async def test_request_can_be_posted(visitor: Visitor) -> None:
    response = await visitor.client.post("/authorize", data=REQUEST)
    # 303: a 307 would have the browser post the form on (RFC 9700 4.12)
    assert response.status_code == 303
    page = await visitor.follow(response)
    assert "alice-password" in page.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": CHALLENGE[:-1]}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
        ({"code_challenge": "!" * 43}, "invalid_request"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "unheard-of"}, "invalid_scope"),
        ({"audience": "https://elsewhere.example"}, "invalid_target"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "1e3"}, "invalid_request"),
        ({"max_age": "\u0661"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "urn:x"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
    ],
)
async def test_fault_goes_back_to_the_app_with_state_and_issuer(
    visitor: Visitor, changes: dict[str, str | None], error: str
) -> None:
    response = await visitor.authorize(**changes)
    assert response.headers["location"].startswith(REDIRECT_URI + "?")
    answer = parameters_of(response)
    assert (answer["error"], answer["state"]) == (error, "the-state")
    assert answer["iss"] == "http://localhost:3002/"
    assert "code" not in answer


@pytest.mark.parametrize("name", ["scope", "nonce", "code_challenge", "prompt", "audience"])
async def test_repeated_parameter_is_refused(visitor: Visitor, name: str) -> None:
    params = [*REQUEST.items(), (name, REQUEST.get(name, "login")), (name, "login")]
    answer = parameters_of(await visitor.get(f"/authorize?{urlencode(params)}"))
    assert answer["error"] == "invalid_request"


async def test_repeated_state_is_refused_and_neither_comes_back(visitor: Visitor) -> None:
    params = [*REQUEST.items(), ("state", "another")]
    answer = parameters_of(await visitor.get(f"/authorize?{urlencode(params)}"))
    assert answer["error"] == "invalid_request"
    assert "state" not in answer


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_repeated_address_is_shown_and_never_followed(visitor: Visitor, name: str) -> None:
    params = [*REQUEST.items(), (name, REQUEST[name])]
    response = await visitor.get(f"/authorize?{urlencode(params)}")
    assert response.status_code == 400
    assert "location" not in response.headers


@pytest.mark.parametrize("client_id", [None, "somebody-else", "DOORKEY-LOCAL"])
async def test_unknown_client_is_shown_a_page(visitor: Visitor, client_id: str | None) -> None:
    response = await visitor.authorize(client_id=client_id)
    assert response.status_code == 400
    assert "Unknown client" in response.text


async def test_long_texts_of_a_request_are_cut_short_on_the_page(visitor: Visitor) -> None:
    """security.md 13: nothing that others wrote fills a page."""
    response = await visitor.authorize(client_id="c" * 81)
    assert "“" + "c" * 80 + "”" in response.text
    response = await visitor.authorize(redirect_uri="u" * 201)
    assert "“" + "u" * 200 + "”" in response.text


async def test_resource_may_come_twice_with_the_same_value(visitor: Visitor) -> None:
    params = [
        *((name, value) for name, value in REQUEST.items() if name != "audience"),
        ("resource", "http://localhost:3001"),
        ("resource", "http://localhost:3001"),
    ]
    page = await visitor.follow(await visitor.get(f"/authorize?{urlencode(params)}"))
    answer = parameters_of(await visitor.allow(await visitor.log_in(page)))
    tokens = (await visitor.redeem(answer["code"])).json()
    assert claims_of(tokens["access_token"])["aud"] == "http://localhost:3001"


async def test_parameters_that_mean_nothing_here_are_ignored(visitor: Visitor) -> None:
    answer = await visitor.sign_in(
        acr_values="urn:x", ui_locales="de", display="page", organization="acme", claims="{}"
    )
    assert "code" in answer


async def test_second_sign_in_asks_nothing(visitor: Visitor) -> None:
    await visitor.sign_in()
    assert "code" in parameters_of(await visitor.authorize())


async def test_silent_sign_in_without_a_session_says_so(visitor: Visitor) -> None:
    answer = parameters_of(await visitor.authorize(prompt="none"))
    assert answer["error"] == "login_required"


async def test_silent_sign_in_without_consent_says_so(visitor: Visitor) -> None:
    await visitor.sign_in(scope="openid")
    answer = parameters_of(await visitor.authorize(prompt="none", scope="openid email"))
    assert answer["error"] == "consent_required"


async def test_silent_sign_in_with_session_and_consent_succeeds(visitor: Visitor) -> None:
    await visitor.sign_in()
    assert "code" in parameters_of(await visitor.authorize(prompt="none"))


async def test_prompt_login_asks_for_the_password_again(visitor: Visitor, clock: Seconds) -> None:
    before = claims_of((await visitor.tokens())["id_token"])["auth_time"]
    clock.advance(60)
    page = await visitor.follow(await visitor.authorize(prompt="login"))
    assert "alice-password" in page.text
    answer = parameters_of(await visitor.log_in(page))
    tokens = (await visitor.redeem(answer["code"])).json()
    assert claims_of(tokens["id_token"])["auth_time"] == int(str(before)) + 60


async def test_prompt_login_cannot_be_stepped_over(visitor: Visitor) -> None:
    await visitor.sign_in()
    response = await visitor.authorize(prompt="login")
    past_login = response.headers["location"].replace("/login?", "/consent?")
    assert "/login?" in (await visitor.get(past_login)).headers["location"]


async def test_prompt_consent_asks_again(visitor: Visitor) -> None:
    await visitor.sign_in()
    page = await visitor.follow(await visitor.authorize(prompt="consent"))
    assert 'value="allow"' in page.text


async def test_login_that_is_too_old_for_max_age_is_repeated(
    visitor: Visitor, clock: Seconds
) -> None:
    await visitor.sign_in()
    clock.advance(100)
    assert "code" in parameters_of(await visitor.authorize(max_age="100"))
    clock.advance(1)
    page = await visitor.follow(await visitor.authorize(max_age="100"))
    assert "alice-password" in page.text
    assert parameters_of(await visitor.authorize(max_age="100", prompt="none"))["error"] == (
        "login_required"
    )


async def test_max_age_of_zero_always_asks_and_then_is_content(visitor: Visitor) -> None:
    await visitor.sign_in()
    assert "code" in await visitor.sign_in(max_age="0")


async def test_account_that_is_signed_in_can_be_picked(visitor: Visitor) -> None:
    await visitor.sign_in()
    page = await visitor.follow(await visitor.authorize(prompt="select_account"))
    assert "Go on as Alice Archer" in page.text
    answer = await visitor.submit(page, action="continue", username="", password="")
    assert "code" in parameters_of(await visitor.follow(answer))


async def test_picking_an_account_does_not_stand_in_for_a_login(visitor: Visitor) -> None:
    await visitor.sign_in()
    page = await visitor.follow(await visitor.authorize(prompt="login select_account"))
    assert "Go on as" not in page.text
    answer = await visitor.submit(page, action="continue", username="", password="")
    assert answer.status_code == 401


async def test_hint_at_somebody_else_asks_for_a_login(visitor: Visitor) -> None:
    await visitor.sign_in("alice")
    page = await visitor.follow(await visitor.authorize(login_hint="bob@example.com"))
    assert 'value="bob@example.com"' in page.text
    assert "code" in parameters_of(await visitor.authorize(login_hint="Alice"))


async def test_silent_sign_in_of_a_browser_that_nobody_signed_in_with_says_so(
    visitor: Visitor,
) -> None:
    await visitor.get("/device")
    answer = parameters_of(await visitor.authorize(prompt="none"))
    assert answer["error"] == "login_required"


async def test_nobody_can_go_on_as_nobody(visitor: Visitor) -> None:
    page = await visitor.follow(await visitor.authorize())
    answer = await visitor.submit(page, action="continue", username="", password="")
    assert answer.status_code == 401


async def test_max_age_of_zero_asks_also_in_the_second_of_the_login(visitor: Visitor) -> None:
    """OIDC Core 3.1.2.1: as good as prompt=login."""
    await visitor.sign_in()
    page = await visitor.follow(await visitor.authorize(max_age="0"))
    assert "alice-password" in page.text
