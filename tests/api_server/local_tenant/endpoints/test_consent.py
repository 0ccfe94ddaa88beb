import pytest

from tests.support.people.forms import last_form
from tests.support.people.visitor import Visitor, parameters_of


async def test_page_names_the_app_the_person_and_every_scope(visitor: Visitor) -> None:
    page = await visitor.log_in(await visitor.follow(await visitor.authorize()))
    expected = ("doorkey-local", "Alice Archer", "alice@example.com", "http://127.0.0.1:8642")
    scopes = ("openid", "profile", "email", "offline_access", "read:messages")
    for text in (*expected, *scopes, "http://localhost:3001"):
        assert text in page.text


async def test_denial_goes_back_to_the_app(visitor: Visitor) -> None:
    page = await visitor.log_in(await visitor.follow(await visitor.authorize()))
    answer = parameters_of(await visitor.submit(page, decision="deny"))
    assert (answer["error"], answer["state"]) == ("access_denied", "the-state")


async def test_denial_is_not_remembered_as_consent(visitor: Visitor) -> None:
    page = await visitor.log_in(await visitor.follow(await visitor.authorize()))
    await visitor.submit(page, decision="deny")
    assert parameters_of(await visitor.authorize(prompt="none"))["error"] == "consent_required"


async def test_consent_to_more_covers_less(visitor: Visitor) -> None:
    await visitor.sign_in(scope="openid profile email")
    assert "code" in parameters_of(await visitor.authorize(scope="openid email"))


async def test_consent_of_one_is_not_that_of_another(visitor: Visitor) -> None:
    await visitor.sign_in("alice")
    page = await visitor.follow(await visitor.authorize(prompt="login"))
    assert 'value="allow"' in (await visitor.log_in(page, "bob")).text


@pytest.mark.parametrize("csrf", [None, "0" * 64])
async def test_form_without_its_token_grants_nothing(visitor: Visitor, csrf: str | None) -> None:
    page = await visitor.log_in(await visitor.follow(await visitor.authorize()))
    answer = await visitor.submit(page, decision="allow", csrf=csrf)
    assert answer.status_code == 403
    assert "location" not in answer.headers
    assert "code" in parameters_of(await visitor.allow(answer))


async def test_token_of_the_login_form_is_not_good_here(visitor: Visitor) -> None:
    login = await visitor.follow(await visitor.authorize())
    page = await visitor.log_in(login)
    answer = await visitor.submit(page, decision="allow", csrf=last_form(login.text).fields["csrf"])
    assert answer.status_code == 403


@pytest.mark.parametrize("decision", [None, "", "maybe"])
async def test_neither_yes_nor_no_grants_nothing(visitor: Visitor, decision: str | None) -> None:
    page = await visitor.log_in(await visitor.follow(await visitor.authorize()))
    answer = await visitor.submit(page, decision=decision)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_consent_needs_somebody_who_is_signed_in(visitor: Visitor) -> None:
    login = await visitor.follow(await visitor.authorize())
    fields = {"sign_in": last_form(login.text).fields["sign_in"], "decision": "allow"}
    answer = await visitor.client.post("/consent", data=fields)
    assert "/login?" in answer.headers["location"]


async def test_answer_is_given_once(visitor: Visitor) -> None:
    page = await visitor.log_in(await visitor.follow(await visitor.authorize()))
    await visitor.allow(page)
    assert "This sign-in is over" in (await visitor.allow(page)).text


async def test_somebody_else_can_sign_in_from_the_consent_page(visitor: Visitor) -> None:
    page = await visitor.log_in(await visitor.follow(await visitor.authorize()))
    login = await visitor.get(f"/login?sign_in={last_form(page.text).fields['sign_in']}")
    assert "Bob Baker" in (await visitor.log_in(login, "bob")).text


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "http://localhost:3001"])
async def test_form_of_another_site_grants_nothing(visitor: Visitor, origin: str) -> None:
    """security.md 10: neither an origin nor the lack of one stands in for the form's token."""
    page = await visitor.log_in(await visitor.follow(await visitor.authorize()))
    fields = last_form(page.text).fields | {"decision": "allow", "csrf": "0" * 64}
    answer = await visitor.client.post("/consent", data=fields, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "This page was out of date" in answer.text


async def test_form_of_ours_is_taken_although_its_origin_is_null(visitor: Visitor) -> None:
    """security.md 10, 15: `Referrer-Policy: no-referrer` has browsers send `Origin: null`."""
    page = await visitor.log_in(await visitor.follow(await visitor.authorize()))
    fields = last_form(page.text).fields | {"decision": "allow"}
    answer = await visitor.client.post("/consent", data=fields, headers={"Origin": "null"})
    assert "code" in parameters_of(answer)
