import httpx
import pytest

from tests.support.clocks import START
from tests.support.silence import nobody_listens
from tests.support.tenants.sign_ins import SignIns
from tui.errors import (
    DoorkeyError,
    GrantRefused,
    IdTokenRejected,
    TenantMisbehaved,
    TenantUnreachable,
)
from tui.json_value import Json


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"issuer": "https://tenant.example"}, "to the letter"),
        ({"issuer": "https://login.example/{tenantid}/v2.0"}, "own issuer"),
        ({"issuer": None}, "names no issuer"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        ({"code_challenge_methods_supported": "S256"}, "PKCE"),
        ({"authorization_endpoint": "http://tenant.example/authorize"}, "https"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "https"),
        ({"authorization_endpoint": "https://tenant.example/\nx"}, "https"),
        ({"token_endpoint": None}, "no token_endpoint"),
        ({"token_endpoint": "http://127.0.0.1.evil.example/"}, "https"),
        ({"jwks_uri": 7}, "https"),
        ({"userinfo_endpoint": "https://user@tenant.example/"}, "https"),
        ({"authorization_endpoint": "https://tenant.example/" + "x" * 2000}, "at most 2000"),
    ],
)
async def test_wrong_metadata_opens_no_browser(
    signing: SignIns, metadata: dict[str, str], words: str
) -> None:
    signing.tenant.metadata |= metadata
    with pytest.raises(TenantMisbehaved, match=words):
        await signing.service.login()
    assert signing.tenant.authorization == {}


@pytest.mark.parametrize(
    "endpoint",
    ["http://127.0.0.1:2375/containers/create", "http://[::1]:631/", "https://localhost:8443/"],
)
@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri", "revocation_endpoint"])
async def test_a_tenant_elsewhere_has_nothing_sent_to_services_of_this_machine(
    signing: SignIns, name: str, endpoint: str
) -> None:
    """security.md 5: no web page could send such a form there, which some services act on."""
    signing.tenant.metadata[name] = endpoint
    with pytest.raises(TenantMisbehaved, match="which is this machine"):
        await signing.service.login()
    assert {each.url.host for each in signing.tenant.requests} == {"tenant.example"}


async def test_a_discovery_document_without_an_issuer_opens_no_browser(signing: SignIns) -> None:
    """security.md 4."""
    del signing.tenant.metadata["issuer"]
    with pytest.raises(TenantMisbehaved, match="names no issuer, and is no OpenID"):
        await signing.service.login()
    assert signing.tenant.authorization == {}


async def test_pkce_is_sent_to_a_tenant_that_does_not_say_whether_it_knows_it(
    signing: SignIns,
) -> None:
    del signing.tenant.metadata["code_challenge_methods_supported"]
    await signing.service.login()
    assert signing.tenant.authorization["code_challenge_method"] == "S256"


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, text="<html>hello</html>"),
        httpx.Response(200, text="[]"),
        httpx.Response(200, json={"error": "oops"}),
        httpx.Response(302, headers={"Location": "https://evil.example/"}),
        httpx.Response(400, json={"error": "invalid_grant"}),
        httpx.Response(400),
        httpx.Response(418, json={"error": "i_am_a_teapot", "error_description": "\x1b[2J"}),
        httpx.Response(401, text="no"),
        httpx.Response(404),
        httpx.Response(500, text="oops"),
        httpx.Response(200, content=b"x" * (1024 * 1024 + 1)),
    ],
)
async def test_a_wrong_token_response_is_one_clear_error(
    signing: SignIns, response: httpx.Response
) -> None:
    signing.tenant.responses["/token"] = lambda _request: response
    with pytest.raises(DoorkeyError) as raised:
        await signing.service.login()
    assert str(raised.value).isprintable()
    assert not signing.service.is_authenticated()
    assert signing.store.load() is None


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"token_type": None}, 'of type "None"; Bearer is expected'),
        ({"token_type": "DPoP"}, 'of type "DPoP"; Bearer is expected'),
        ({"token_type": 7}, 'of type "7"; Bearer is expected'),
        ({"access_token": None}, "no access_token"),
        ({"access_token": ""}, "no access_token"),
        ({"access_token": 7}, "access_token in the tenant's token response is not a text"),
        ({"access_token": "a\nb"}, "access_token .* a character that no token may have"),
        ({"access_token": "a\x00"}, "access_token .* a character that no token may have"),
        ({"access_token": "a\x7fb"}, "access_token .* a character that no token may have"),
        ({"access_token": "é"}, "access_token .* a character that no token may have"),
        ({"access_token": "access-1 "}, "access_token .* has a blank in it"),
        ({"access_token": " access-1"}, "access_token .* has a blank in it"),
        ({"access_token": "access 1"}, "access_token .* has a blank in it"),
        ({"refresh_token": "refresh-1 "}, "refresh_token .* has a blank in it"),
        ({"refresh_token": "a\tb"}, "refresh_token .* a character that no token may have"),
        ({"id_token": "a.b.c "}, "id_token .* has a blank in it"),
        ({"id_token": "a.b.c\n"}, "id_token .* a character that no token may have"),
        ({"scope": "openid\x1b"}, "scope .* a character that no token may have"),
    ],
)
async def test_an_answer_that_is_right_but_for_one_member_is_refused_for_that(
    signing: SignIns, members: dict[str, Json], reason: str
) -> None:
    """security.md 20, 21."""
    signing.tenant.id_claims["at_hash"] = None  # else a changed access token is refused for that
    signing.tenant.token_members = members
    with pytest.raises(TenantMisbehaved, match=reason):
        await signing.service.login()
    assert signing.store.load() is None


@pytest.mark.parametrize("expires_in", [0, -1, "0", "an hour", True, 1e12, float("inf"), [], {}])
async def test_an_absurd_lifetime_is_refused(signing: SignIns, expires_in: object) -> None:
    signing.tenant.token_members = {"expires_in": expires_in}  # type: ignore[dict-item]
    if expires_in == float("inf"):
        signing.tenant.responses["/token"] = lambda _request: httpx.Response(
            200, text='{"access_token": "a", "token_type": "bearer", "expires_in": Infinity}'
        )
    with pytest.raises(TenantMisbehaved, match="ten years"):
        await signing.service.login()


async def test_lifetime_may_be_digits(signing: SignIns) -> None:
    """Entra ID's older endpoint sends a text."""
    signing.tenant.token_members = {"expires_in": "3599"}
    await signing.service.login()
    expiry = signing.service.access_token_expiry
    assert expiry is not None
    assert (expiry - START).total_seconds() == 3599


async def test_without_a_lifetime_an_opaque_access_token_lasts_five_minutes(
    signing: SignIns,
) -> None:
    signing.tenant.token_members = {"expires_in": None}
    await signing.service.login()
    expiry = signing.service.access_token_expiry
    assert expiry is not None
    assert (expiry - START).total_seconds() == 300


async def test_without_an_id_token_nobody_is_signed_in(signing: SignIns) -> None:
    signing.tenant.token_members = {"id_token": None}
    with pytest.raises(IdTokenRejected, match="openid"):
        await signing.service.login()


async def test_token_type_is_taken_in_any_case(signing: SignIns) -> None:
    signing.tenant.token_members = {"token_type": "bEaReR"}
    assert (await signing.service.login()).logged_in


async def test_no_refresh_token_is_fine_and_known(signing: SignIns) -> None:
    signing.tenant.token_members = {"refresh_token": None}
    await signing.service.login()
    assert signing.service.session is not None
    assert not signing.service.session.renewable


async def test_userinfo_fills_in_what_the_id_token_leaves_out(signing: SignIns) -> None:
    signing.tenant.id_claims = {"email": None}
    signing.tenant.userinfo = {"sub": "alice", "email": "a@b.example", "name": "Not Alice"}
    event = await signing.service.login()
    assert event.profile is not None
    assert (event.profile.name, event.profile.email) == ("Alice", "a@b.example")


@pytest.mark.parametrize("who", [{"sub": "mallory"}, {}, {"sub": None}, {"sub": ["alice"]}])
async def test_userinfo_of_somebody_else_or_of_nobody_is_dropped(
    signing: SignIns, who: dict[str, Json]
) -> None:
    """security.md 28."""
    signing.tenant.id_claims = {"email": None}
    signing.tenant.userinfo = {**who, "email": "mallory@evil.example"}
    event = await signing.service.login()
    assert event.profile is not None
    assert event.profile.email == ""


async def test_a_tenant_without_userinfo_is_not_asked_for_it(signing: SignIns) -> None:
    signing.tenant.metadata["userinfo_endpoint"] = None
    signing.tenant.id_claims = {"name": None, "email": None}
    await signing.service.login()
    assert signing.service.profile is not None
    assert signing.service.profile.name == "alice"
    assert {each.url.path for each in signing.tenant.requests} <= {
        "/.well-known/openid-configuration", "/token", "/jwks",
    }  # fmt: skip


@pytest.mark.parametrize("status", [302, 401, 403, 500])
async def test_a_tenant_without_userinfo_for_this_token_is_no_failure(
    signing: SignIns, status: int
) -> None:
    signing.tenant.id_claims = {"email": None}
    signing.tenant.responses["/userinfo"] = lambda _request: httpx.Response(status)
    assert (await signing.service.login()).logged_in


async def test_an_unreachable_tenant_is_said_and_opens_no_browser(signing: SignIns) -> None:
    signing.tenant.responses["/.well-known/openid-configuration"] = nobody_listens
    with pytest.raises(TenantUnreachable, match=r"tenant\.example cannot be reached"):
        await signing.service.login()
    assert signing.tenant.authorization == {}


async def test_a_failed_sign_in_leaves_the_session_that_was_there(signing: SignIns) -> None:
    await signing.service.login()
    before = signing.service.session
    signing.tenant.responses["/token"] = lambda _request: httpx.Response(
        400, json={"error": "invalid_grant"}
    )
    with pytest.raises(GrantRefused):
        await signing.service.login()
    assert signing.service.session == before
    assert signing.store.load() == before
