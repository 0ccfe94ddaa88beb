from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from api_server.local_tenant.app import build_app
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.settings import Settings
from tests.support.clocks import Seconds
from tests.support.people.forms import last_form
from tests.support.people.visitor import REQUEST, Visitor, parameters_of


async def login_page_of(visitor: Visitor) -> str:
    return (await visitor.follow(await visitor.authorize())).text


async def test_page_names_everybody_and_their_passwords(visitor: Visitor) -> None:
    text = await login_page_of(visitor)
    for name in ("alice", "bob", "carol"):
        assert f"<code>{name}</code>" in text
        assert f"<code>{name}-password</code>" in text


async def test_page_says_that_it_is_not_for_production(visitor: Visitor) -> None:
    assert "Not for production." in await login_page_of(visitor)


@pytest.mark.parametrize("name", ["alice", "ALICE", " alice ", "alice@example.com"])
async def test_name_or_email_will_do_in_any_case(visitor: Visitor, name: str) -> None:
    page = await visitor.follow(await visitor.authorize())
    page = await visitor.log_in(page, name, "alice-password")
    assert "Alice Archer" in page.text


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("alice", "wrong"),
        ("alice", "bob-password"),
        ("alice", ""),
        ("", ""),
        ("nobody", "nobody-password"),
        ("alice\x00", "alice-password"),
        ("' OR 1=1 --", "x"),
        ("alice", "\u0000\U0001f511" * 100),
        ("a" * 10_000, "x"),
        ("alice", "alice-password" + " " * 1000),
    ],
)
async def test_wrong_password_and_unknown_name_get_the_same_answer(
    visitor: Visitor, name: str, password: str
) -> None:
    page = await visitor.follow(await visitor.authorize())
    answer = await visitor.submit(page, username=name, password=password, action="login")
    assert answer.status_code == 401
    assert "The username or the password is wrong." in answer.text
    assert "set-cookie" not in answer.headers


async def test_password_is_never_sent_back(visitor: Visitor) -> None:
    page = await visitor.follow(await visitor.authorize())
    answer = await visitor.submit(page, username="alice", password="canary-4711", action="login")
    assert "canary-4711" not in answer.text


async def test_tries_are_limited_even_with_the_right_password(
    visitor: Visitor, clock: Seconds
) -> None:
    page = await visitor.follow(await visitor.authorize())
    for _ in range(10):
        answer = await visitor.submit(page, username="alice", password="wrong", action="login")
        assert answer.status_code == 401
    right = {"username": "Alice@example.com", "password": "alice-password", "action": "login"}
    assert (await visitor.submit(page, **right)).status_code == 429
    clock.advance(300)
    assert (await visitor.submit(page, **right)).status_code == 303


async def test_right_password_in_between_lets_the_tries_begin_anew(visitor: Visitor) -> None:
    for _ in range(2):
        page = await visitor.follow(await visitor.authorize(prompt="login"))
        for _ in range(9):
            await visitor.submit(page, username="alice", password="wrong", action="login")
        assert "Alice Archer" in (await visitor.log_in(page)).text


async def test_limit_for_one_does_not_lock_another_out(visitor: Visitor) -> None:
    page = await visitor.follow(await visitor.authorize())
    for _ in range(11):
        await visitor.submit(page, username="alice", password="wrong", action="login")
    assert "Bob Baker" in (await visitor.log_in(page, "bob")).text


@pytest.mark.parametrize("csrf", [None, "", "0" * 64, "\u00fc"])
async def test_form_without_its_token_signs_nobody_in(visitor: Visitor, csrf: str | None) -> None:
    page = await visitor.follow(await visitor.authorize())
    values = {"username": "alice", "password": "alice-password", "action": "login"}
    answer = await visitor.submit(page, csrf=csrf, **values)
    assert answer.status_code == 403
    assert "This page was out of date" in answer.text
    assert "set-cookie" not in answer.headers


async def test_token_of_another_browser_is_refused(visitor: Visitor) -> None:
    page = await visitor.follow(await visitor.authorize())
    foreign = last_form(page.text).fields["csrf"]
    visitor.client.cookies.clear()
    page = await visitor.follow(await visitor.authorize())
    values = {"username": "alice", "password": "alice-password", "action": "login"}
    assert (await visitor.submit(page, csrf=foreign, **values)).status_code == 403


async def test_sign_in_of_another_browser_cannot_be_gone_on_with(visitor: Visitor) -> None:
    page = await visitor.authorize()
    visitor.client.cookies.clear()
    await visitor.authorize()
    answer = await visitor.get(page.headers["location"])
    assert answer.status_code == 400
    assert "This sign-in is over" in answer.text


async def test_cookie_is_new_after_the_login_and_the_old_one_void(visitor: Visitor) -> None:
    response = await visitor.authorize()
    ((name, planted),) = visitor.client.cookies.items()
    await visitor.log_in(await visitor.follow(response))
    ((_, fresh),) = visitor.client.cookies.items()
    assert fresh != planted
    visitor.client.cookies.clear()
    visitor.client.cookies.set(name, planted)
    assert parameters_of(await visitor.authorize(prompt="none"))["error"] == "login_required"


async def test_cookie_is_kept_from_scripts_and_other_sites(visitor: Visitor) -> None:
    cookie = (await visitor.authorize()).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


async def test_cookie_of_another_issuer_on_this_host_has_another_name(
    visitor: Visitor, tenant: Tenant
) -> None:
    # browsers send the cookies of one port of localhost to all others
    await visitor.authorize()
    ((name, _),) = visitor.client.cookies.items()
    assert tenant.settings.short_name in name


async def test_cancel_goes_back_to_the_app(visitor: Visitor) -> None:
    page = await visitor.follow(await visitor.authorize())
    answer = parameters_of(await visitor.submit(page, action="cancel"))
    assert (answer["error"], answer["state"]) == ("access_denied", "the-state")
    assert "This sign-in is over" in (await visitor.get(str(page.url))).text


async def test_two_tabs_can_sign_in_one_after_the_other(visitor: Visitor) -> None:
    first = await visitor.follow(await visitor.authorize(state="one"))
    second = await visitor.follow(await visitor.authorize(state="two"))
    assert "Alice Archer" in (await visitor.log_in(first)).text
    # the second tab's form is of before the login: it is shown again, and then works
    again = await visitor.submit(
        second, username="alice", password="alice-password", action="login"
    )
    assert again.status_code == 403
    page = await visitor.log_in(again)
    assert parameters_of(await visitor.allow(page))["state"] == "two"


async def test_sign_in_that_took_too_long_is_over(visitor: Visitor, clock: Seconds) -> None:
    page = await visitor.follow(await visitor.authorize())
    clock.advance(900)
    answer = await visitor.submit(page, username="alice", password="alice-password")
    assert "This sign-in is over" in answer.text


async def test_browser_session_ends_after_a_day(visitor: Visitor, clock: Seconds) -> None:
    await visitor.sign_in()
    clock.advance(24 * 3600)
    assert parameters_of(await visitor.authorize(prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize("field", ["login_hint", "state", "nonce"])
async def test_markup_from_the_request_is_only_ever_shown_as_text(
    visitor: Visitor, field: str
) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    page = await visitor.follow(await visitor.authorize(**{field: hostile}))
    for text in (page.text, (await visitor.log_in(page)).text):
        assert "<script" not in text
        assert "<img src=x" not in text


async def test_markup_in_the_username_is_only_ever_shown_as_text(visitor: Visitor) -> None:
    page = await visitor.follow(await visitor.authorize())
    hostile = "'\"><svg onload=alert(1)>$csrf${sign_in}"
    answer = await visitor.submit(page, username=hostile, password="x", action="login")
    assert "<svg onload" not in answer.text
    assert "$csrf${sign_in}" in answer.text


async def test_passwords_are_not_in_the_database(tenant: Tenant) -> None:
    rows = tenant.database.connection.execute("SELECT * FROM people").fetchall()
    assert len(rows) == 3
    assert "-password" not in str([tuple(row) for row in rows])


async def test_cookie_is_for_the_path_of_the_issuer(
    settings: Settings, open_one: Callable[[Settings], Tenant]
) -> None:
    app = build_app(open_one(replace(settings, issuer="http://localhost:3002/realms/one")))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3002") as client:
        response = await client.get("/realms/one/authorize", params=REQUEST)
    assert "Path=/realms/one;" in response.headers["set-cookie"]
