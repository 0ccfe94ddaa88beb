import hashlib
import re
from base64 import b64encode

import httpx
import pytest

from tests.support.people.visitor import Visitor

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}


@pytest.mark.parametrize(
    "path",
    ["/", "/healthz", "/jwks.json", "/nothing-here", "/authorize", "/login", "/logout", "/token"],
)
async def test_every_answer_is_guarded(visitor: Visitor, path: str) -> None:
    headers = (await visitor.get(path)).headers
    assert EVERYWHERE.items() <= dict(headers).items()
    assert headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "base-uri 'none'" in headers["content-security-policy"]


async def test_pages_are_not_stored(visitor: Visitor) -> None:
    page = await visitor.follow(await visitor.authorize())
    assert page.headers["cache-control"] == "no-store"


async def test_policy_allows_the_one_stylesheet_and_no_script(visitor: Visitor) -> None:
    page = await visitor.follow(await visitor.authorize())
    (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}';" in policy
    assert "img-src 'self';" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "<script" not in page.text
    assert " style=" not in page.text


async def test_forms_may_lead_to_this_sign_ins_address_only(visitor: Visitor) -> None:
    page = await visitor.follow(
        await visitor.authorize(redirect_uri="http://127.0.0.1:999/callback")
    )
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' http://127.0.0.1:999;" in policy


async def test_page_without_a_sign_in_posts_nowhere_else(visitor: Visitor) -> None:
    assert "form-action 'self';" in (await visitor.get("/")).headers["content-security-policy"]


@pytest.mark.parametrize("host", ["localhost:3002", "127.0.0.1:3002", "[::1]:3002", "localhost"])
async def test_loopback_names_are_answered(visitor: Visitor, host: str) -> None:
    response = await visitor.client.get("/healthz", headers={"Host": host})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil.example:3002", "192.0.2.1", "[::1", "[]"],
)
async def test_any_other_name_is_refused(visitor: Visitor, host: str) -> None:
    response = await visitor.client.get("/healthz", headers={"Host": host})
    assert response.status_code == 421
    assert response.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "hosts", [[], [""], ["localhost", "localhost"]], ids=["none", "empty", "two"]
)
async def test_request_without_exactly_one_host_is_refused(
    visitor: Visitor, hosts: list[str]
) -> None:
    """security.md 65."""
    request = visitor.client.build_request("GET", "/healthz")
    request.headers = httpx.Headers([("host", host) for host in hosts])
    response = await visitor.client.send(request)
    assert response.status_code == 400
    assert "one Host header" in response.json()["error_description"]
    assert EVERYWHERE.items() <= dict(response.headers).items()
