"""The keys of an issuer that nobody has a config for."""

from collections.abc import Callable

import httpx
import pytest

from tests.support.tenants.scripted_tenant import public_jwk
from tui.auth.tenant.published_keys import fetch_keys, fetch_keys_of_issuer, require_secure
from tui.errors import TenantMisbehaved, WrongUsage
from tui.json_value import Json

ISSUER = "https://tenant.example/"
OPENID, OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"


class Issuer:
    """Answers for its metadata and its keys as a test wants it."""

    def __init__(self, **metadata: Json) -> None:
        self.metadata: dict[str, Json] = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}keys", **metadata}
        self.place = OPENID
        self.status = 200
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if request.url.path == self.place:
            return httpx.Response(200, json=self.metadata)
        if request.url.path == "/keys":
            return httpx.Response(self.status, json={"keys": [public_jwk("first")]})
        return httpx.Response(404, json={})


def at(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    return httpx.MockTransport(answer)


@pytest.mark.parametrize("place", [OPENID, OAUTH])
async def test_the_keys_are_found_by_either_kind_of_metadata(place: str) -> None:
    issuer = Issuer()
    issuer.place = place
    assert len(await fetch_keys_of_issuer(ISSUER, at(issuer))) == 1
    assert issuer.asked == [OPENID, *([OAUTH] if place == OAUTH else []), "/keys"]


async def test_an_issuer_without_metadata_is_said() -> None:
    issuer = Issuer()
    issuer.place = "/elsewhere"
    with pytest.raises(TenantMisbehaved, match="publishes no metadata"):
        await fetch_keys_of_issuer(ISSUER, at(issuer))
    with pytest.raises(TenantMisbehaved, match="publishes no metadata"):
        await fetch_keys_of_issuer(ISSUER, at(lambda _request: httpx.Response(200, text="[]")))


@pytest.mark.parametrize("other", ["https://evil.example/", None, "https://tenant.example"])
async def test_metadata_of_another_issuer_is_not_taken(other: Json) -> None:
    issuer = Issuer(issuer=other)
    with pytest.raises(TenantMisbehaved, match="calls itself"):
        await fetch_keys_of_issuer(ISSUER, at(issuer))
    assert "/keys" not in issuer.asked


@pytest.mark.parametrize("where", ["http://tenant.example/keys", None, "file:///keys", "https://"])
async def test_keys_come_over_https_only(where: Json) -> None:
    issuer = Issuer(jwks_uri=where)
    with pytest.raises(TenantMisbehaved, match="no https:// address"):
        await fetch_keys_of_issuer(ISSUER, at(issuer))
    assert "/keys" not in issuer.asked


async def test_an_issuer_of_this_machine_may_have_its_keys_here() -> None:
    local = "http://127.0.0.1:3002/"
    issuer = Issuer(issuer=local, jwks_uri=f"{local}keys")
    assert len(await fetch_keys_of_issuer(local, at(issuer))) == 1


async def test_no_keys_are_taken_from_an_error() -> None:
    issuer = Issuer()
    issuer.status = 404
    with pytest.raises(TenantMisbehaved, match="answered with 404"):
        await fetch_keys_of_issuer(ISSUER, at(issuer))
    with pytest.raises(TenantMisbehaved, match="answered with 404"):
        await fetch_keys(f"{ISSUER}keys", at(issuer))


@pytest.mark.parametrize("url", ["http://tenant.example/", "ftp://localhost/", "x", "https://"])
async def test_what_anybody_could_answer_for_is_not_asked(url: str) -> None:
    with pytest.raises(WrongUsage, match="no https:// address"):
        require_secure(url)
    with pytest.raises(WrongUsage, match="no https:// address"):
        await fetch_keys(url, at(Issuer()))
    with pytest.raises(WrongUsage, match="no https:// address"):
        await fetch_keys_of_issuer(url, at(Issuer()))


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "\x1b[2J" + "x" * 5000},
        {"jwks_uri": "\x1b[2J" + "x" * 5000},
        {"jwks_uri": "https://127.0.0.1/" + "x" * 5000},
    ],
)
async def test_what_an_issuer_says_is_shown_short_and_harmless(metadata: dict[str, Json]) -> None:
    with pytest.raises((TenantMisbehaved, WrongUsage)) as raised:
        await fetch_keys_of_issuer(ISSUER, at(Issuer(**metadata)))
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 400


async def test_a_long_address_of_keys_is_shown_short() -> None:
    issuer = Issuer(jwks_uri=f"{ISSUER}keys?" + "x" * 5000)
    issuer.status = 404
    with pytest.raises(TenantMisbehaved) as raised:
        await fetch_keys_of_issuer(ISSUER, at(issuer))
    assert len(str(raised.value)) < 400
