from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from api_server.local_tenant.app import build_app
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.settings import Settings
from tests.support.clocks import Seconds
from tests.support.people.visitor import Visitor, parameters_of


async def logout(visitor: Visitor, **params: object) -> httpx.Response:
    strings = {name: str(value) for name, value in params.items()}
    return await visitor.client.get("/logout", params=strings)


async def is_signed_in(visitor: Visitor) -> bool:
    return "code" in parameters_of(await visitor.authorize(prompt="none"))


async def test_own_id_token_signs_out_at_once_and_leads_back(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    response = await logout(
        visitor,
        id_token_hint=tokens["id_token"],
        client_id="doorkey-local",
        post_logout_redirect_uri="http://127.0.0.1:8642/signed-out",
        state="the-state",
    )
    assert response.status_code == 303
    assert response.headers["location"] == "http://127.0.0.1:8642/signed-out?state=the-state"
    assert not await is_signed_in(visitor)


async def test_without_a_return_address_a_page_says_it_is_done(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    response = await logout(visitor, id_token_hint=tokens["id_token"])
    assert "You are signed out" in response.text
    assert not await is_signed_in(visitor)


async def test_expired_id_token_will_do(visitor: Visitor, clock: Seconds) -> None:
    tokens = await visitor.tokens()
    clock.advance(40_000)
    assert "You are signed out" in (await logout(visitor, id_token_hint=tokens["id_token"])).text
    assert not await is_signed_in(visitor)


async def test_without_an_id_token_the_person_is_asked(visitor: Visitor) -> None:
    await visitor.sign_in()
    page = await logout(
        visitor,
        client_id="doorkey-local",
        post_logout_redirect_uri="http://127.0.0.1:8642/",
        state="s",
    )
    assert "Alice Archer" in page.text
    assert await is_signed_in(visitor)
    answer = await visitor.submit(page)
    assert answer.headers["location"] == "http://127.0.0.1:8642/?state=s"
    assert not await is_signed_in(visitor)


async def test_who_is_asked_and_allows_it_is_led_back_by_the_hint_that_names_the_client(
    visitor: Visitor,
) -> None:
    alice = await visitor.tokens("alice")
    page = await visitor.follow(await visitor.authorize(prompt="login"))
    await visitor.log_in(page, "bob")
    uri = "http://127.0.0.1:8642/"
    page = await logout(
        visitor, id_token_hint=alice["id_token"], post_logout_redirect_uri=uri, state="s"
    )
    assert (await visitor.submit(page)).headers["location"] == f"{uri}?state=s"


@pytest.mark.parametrize("hint", ["nonsense", "a.b.c"])
async def test_hint_that_is_not_ours_asks_too(visitor: Visitor, hint: str) -> None:
    await visitor.sign_in()
    assert "Sign out?" in (await logout(visitor, id_token_hint=hint)).text
    assert await is_signed_in(visitor)


async def test_access_token_is_no_hint(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    assert "Sign out?" in (await logout(visitor, id_token_hint=tokens["access_token"])).text


async def test_hint_of_somebody_else_asks_too(visitor: Visitor) -> None:
    alice = await visitor.tokens("alice")
    page = await visitor.follow(await visitor.authorize(prompt="login"))
    await visitor.log_in(page, "bob")
    response = await logout(visitor, id_token_hint=alice["id_token"])
    assert "Bob Baker" in response.text


@pytest.mark.parametrize("csrf", ["", "0" * 64])
async def test_confirmation_without_its_token_signs_nobody_out(visitor: Visitor, csrf: str) -> None:
    await visitor.sign_in()
    answer = await visitor.submit(await logout(visitor), csrf=csrf)
    assert answer.status_code == 403
    assert await is_signed_in(visitor)


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        "http://127.0.0.1:8642/elsewhere",
        "http://localhost:8642/signed-out",
        "http://127.0.0.1:8642@evil.example/signed-out",
        "javascript:alert(1)",
    ],
)
async def test_unregistered_return_address_is_not_followed(visitor: Visitor, uri: str) -> None:
    tokens = await visitor.tokens()
    response = await logout(visitor, id_token_hint=tokens["id_token"], post_logout_redirect_uri=uri)
    assert response.status_code == 200
    assert "which is not registered here" in response.text


async def test_return_address_that_nobody_vouches_for_is_not_followed(visitor: Visitor) -> None:
    response = await logout(visitor, post_logout_redirect_uri="http://127.0.0.1:8642/")
    assert "location" not in response.headers


async def test_wrong_client_is_not_led_back(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    response = await logout(
        visitor,
        id_token_hint=tokens["id_token"],
        client_id="somebody-else",
        post_logout_redirect_uri="http://127.0.0.1:8642/",
    )
    assert "location" not in response.headers


@pytest.mark.parametrize("path", ["/", "/signed-out", "/callback"])
async def test_return_may_be_on_any_port_when_nobody_is_signed_in(
    visitor: Visitor, path: str
) -> None:
    tokens = await visitor.tokens()
    await logout(visitor, id_token_hint=tokens["id_token"])
    uri = f"http://127.0.0.1:54321{path}"
    response = await logout(visitor, id_token_hint=tokens["id_token"], post_logout_redirect_uri=uri)
    assert response.headers["location"] == uri


async def test_request_can_be_posted(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    form = {"id_token_hint": str(tokens["id_token"])}
    response = await visitor.client.post("/logout", data=form)
    assert response.status_code == 303
    response = await visitor.follow(response)
    assert "You are signed out" in response.text


async def test_markup_in_the_request_is_only_ever_shown_as_text(visitor: Visitor) -> None:
    await visitor.sign_in()
    hostile = '"><script>alert(1)</script>'
    page = await logout(visitor, state=hostile, post_logout_redirect_uri=hostile)
    assert "<script" not in page.text
    assert "<script" not in (await visitor.submit(page)).text


async def test_browser_that_nobody_is_signed_in_with_is_asked_nothing(visitor: Visitor) -> None:
    # it has a cookie of ours, but nobody's
    await visitor.get("/device")
    params = {"client_id": "doorkey-local", "post_logout_redirect_uri": "http://127.0.0.1:8642/"}
    response = await visitor.client.get("/logout", params=params)
    assert response.headers["location"] == "http://127.0.0.1:8642/"
    answer = await visitor.client.post("/logout/confirm", data=params)
    assert answer.headers["location"] == "http://127.0.0.1:8642/"


async def test_repeated_return_address_is_not_followed(visitor: Visitor) -> None:
    """security.md 13."""
    uri = "post_logout_redirect_uri=http://127.0.0.1:8642/"
    response = await visitor.get(f"/logout?client_id=doorkey-local&{uri}&{uri}")
    assert response.status_code == 200
    assert "location" not in response.headers


async def test_hint_that_was_given_to_another_client_asks(
    visitor: Visitor, settings: Settings, open_one: Callable[[Settings], Tenant], tenant: Tenant
) -> None:
    """RP-Initiated Logout 2: the hint's audience is the client."""
    tokens = await visitor.tokens()
    tenant.close()
    app = build_app(open_one(replace(settings, client_id="another")))
    visitor.client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://localhost:3002",
        cookies=visitor.client.cookies,
    )
    assert "Sign out?" in (await logout(visitor, id_token_hint=tokens["id_token"])).text
