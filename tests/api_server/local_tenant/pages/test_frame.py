from html.parser import HTMLParser
from http import HTTPStatus

import httpx
import pytest

from api_server.local_tenant.pages.frame import Alert, Markup, fill, page
from api_server.local_tenant.settings import Settings
from tests.support.people.visitor import Visitor

QUOTES = """" autofocus onfocus="alert(1)' onfocus='alert(2)"""
"""Breaks out of an attribute where either kind of quote is left as it is."""


class Attributes(HTMLParser):
    """Every attribute of a page, as a browser reads it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += attrs


def assert_stays_in_its_attribute(response: httpx.Response) -> None:
    attributes = Attributes(response.text).found
    assert not [name for name, _ in attributes if name.startswith("on")]
    assert ("value", QUOTES) in attributes


async def test_quotes_in_a_login_hint_stay_in_their_attribute(visitor: Visitor) -> None:
    """security.md 51: text of others is never markup."""
    page = await visitor.follow(await visitor.authorize(login_hint=QUOTES))
    assert_stays_in_its_attribute(page)


async def test_quotes_in_a_username_stay_in_their_attribute(visitor: Visitor) -> None:
    """security.md 51."""
    page = await visitor.follow(await visitor.authorize())
    answer = await visitor.submit(page, username=QUOTES, password="x", action="login")
    assert_stays_in_its_attribute(answer)


async def test_quotes_in_a_user_code_stay_in_their_attribute(visitor: Visitor) -> None:
    """security.md 51."""
    response = await visitor.client.get("/device", params={"user_code": QUOTES[:40]})
    assert ("value", QUOTES[:40]) in Attributes(response.text).found


async def test_quotes_in_the_state_of_a_log_out_stay_in_their_attribute(visitor: Visitor) -> None:
    """security.md 51."""
    await visitor.sign_in()
    assert_stays_in_its_attribute(
        await visitor.client.get("/logout", params={"state": QUOTES, "client_id": "doorkey-local"})
    )


@pytest.mark.parametrize("letter", ["<", ">", "&", '"', "'"])
def test_letters_that_mean_something_in_html_are_escaped(letter: str) -> None:
    """security.md 51."""
    filled = fill('<a title="$text">', text=letter)
    assert Attributes(filled).found == [("title", letter)]
    assert filled.removeprefix('<a title="').removesuffix('">') not in ("", letter)


def test_markup_is_not_escaped_again() -> None:
    assert fill("<p>$text</p>", text=Markup("<b>x</b>")) == "<p><b>x</b></p>"


def test_status_of_a_page_is_that_of_its_alert(settings: Settings) -> None:
    body = Markup("<p>x</p>")
    assert page(settings, "x", body).status_code == 200
    refused = page(settings, "x", body, alert=Alert("No.", HTTPStatus.FORBIDDEN))
    assert refused.status_code == 403


async def test_every_page_may_be_framed_by_nobody(visitor: Visitor) -> None:
    """security.md 15: a page within another site's could be clicked on unseen."""
    login = await visitor.follow(await visitor.authorize())
    consent = await visitor.log_in(login)
    pages = [await visitor.get(path) for path in ("/", "/device", "/logout", "/nothing")]
    pages += [login, consent, await visitor.authorize(redirect_uri="https://evil.example/")]
    for response in pages:
        policy = response.headers["content-security-policy"].split("; ")
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "base-uri 'none'" in policy
        assert response.headers["x-frame-options"] == "DENY"


def test_ipv6_address_is_named_by_its_scheme_in_the_policy(settings: Settings) -> None:
    body = Markup("<p>x</p>")
    response = page(settings, "x", body, redirects_to=["http://[::1]:8642/callback"])
    # CSP 3 2.3.1 has no IPv6 literals: a browser would drop the source, and block the redirect
    assert "form-action 'self' http:;" in response.headers["content-security-policy"]
