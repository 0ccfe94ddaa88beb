"""The OpenID Foundation's relying-party tests of the code flow, by their names, and more."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant, browse, public_jwk, rsa_key
from tests.support.tenants.services import refused
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore
from tui.auth.tenant.id_token import Expected
from tui.auth.tenant.provider import Provider
from tui.errors import IdTokenRejected, TenantMisbehaved
from tui.json_value import Json


async def test_discovery_issuer_mismatch(tenant: ScriptedTenant, service: AuthService) -> None:
    tenant.metadata["issuer"] = "https://other.example/"
    with pytest.raises(TenantMisbehaved, match="to the letter"):
        await service.login()


async def test_id_token_invalid_iss(tenant: ScriptedTenant, service: AuthService) -> None:
    for issuer in ("https://other.example/", "https://tenant.example", None):
        tenant.id_claims["iss"] = issuer
        assert "iss" in await refused(service)


async def test_id_token_missing_sub(tenant: ScriptedTenant, service: AuthService) -> None:
    wrong: tuple[Json, ...] = (None, "", 7, ["alice"])
    for subject in wrong:
        tenant.id_claims["sub"] = subject
        assert "sub" in await refused(service)


@pytest.mark.parametrize("audience", ["other", None, [], ["other"], 7, "the-client-2"])
async def test_id_token_invalid_aud(
    tenant: ScriptedTenant, service: AuthService, audience: Json
) -> None:
    tenant.id_claims["aud"] = audience
    assert "aud" in await refused(service)


async def test_id_token_several_aud_need_azp(tenant: ScriptedTenant, service: AuthService) -> None:
    tenant.id_claims["aud"] = ["the-client", "other"]
    assert "azp" in await refused(service)
    tenant.id_claims["azp"] = "other"
    assert "azp" in await refused(service)
    tenant.id_claims["azp"] = "the-client"
    assert (await service.login()).logged_in


@pytest.mark.parametrize("issued", [None, "1700000000", True])
async def test_id_token_missing_iat(
    tenant: ScriptedTenant, service: AuthService, issued: Json
) -> None:
    tenant.id_claims["iat"] = issued
    assert "iat" in await refused(service)


async def test_nonce_invalid(tenant: ScriptedTenant, service: AuthService) -> None:
    for nonce in ("wrong", None, 7):
        tenant.id_claims["nonce"] = nonce
        assert "nonce" in await refused(service)


async def test_id_token_kid_absent_single_jwks(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.header, tenant.keys = {}, [public_jwk("first")]
    assert (await service.login()).logged_in


async def test_id_token_kid_absent_multiple_jwks(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.header = {}
    tenant.keys = [public_jwk("second", "second"), public_jwk("first", "first")]
    assert (await service.login()).logged_in


async def test_id_token_sig_none(tenant: ScriptedTenant, service: AuthService) -> None:
    tenant.algorithm = "none"
    assert "RS256, PS256, ES256, EdDSA or one of their kind is expected" in await refused(service)


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
async def test_id_token_sig_hs(
    tenant: ScriptedTenant, service: AuthService, algorithm: str
) -> None:
    tenant.algorithm, tenant.signing_key = algorithm, "x" * 64
    assert "RS256, PS256, ES256, EdDSA or one of their kind is expected" in await refused(service)


async def test_id_token_invalid_sig_rs256(tenant: ScriptedTenant, service: AuthService) -> None:
    tenant.signing_key = rsa_key("second")
    assert "signature" in await refused(service)


async def test_userinfo_invalid_sub(tenant: ScriptedTenant, service: AuthService) -> None:
    tenant.id_claims = {"email": None}
    tenant.userinfo = {"sub": "mallory", "email": "m@evil.example"}
    event = await service.login()
    assert event.profile is not None
    assert event.profile.email == ""


async def test_signing_key_rotation(tenant: ScriptedTenant, service: AuthService) -> None:
    await service.login()
    tenant.keys = [public_jwk("second", "second")]
    tenant.signing_key, tenant.header = rsa_key("second"), {"kid": "second"}
    assert (await service.login()).logged_in
    assert tenant.count("/jwks") == 2


async def test_signing_key_rotation_just_before_signing(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    await service.login()
    tenant.keys.append(public_jwk("second", "second"))
    tenant.signing_key, tenant.header = rsa_key("second"), {"kid": "second"}
    assert (await service.login()).logged_in


async def test_an_unknown_kid_fetches_the_keys_again_once_under_a_cooldown(
    tenant: ScriptedTenant, service: AuthService, clock: Clock
) -> None:
    tenant.header = {"kid": "nobody's"}
    assert "nobody's" in await refused(service)
    assert tenant.count("/jwks") == 2
    clock.advance(9)
    assert "fetched a moment ago; try again in 21 s." in await refused(service)
    assert tenant.count("/jwks") == 2
    clock.advance(22)
    await refused(service)
    assert tenant.count("/jwks") == 3


async def test_another_key_under_the_same_kid_is_found_at_once_and_asked_for_under_the_cooldown(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    await service.login()
    tenant.keys[0] = public_jwk("second", "first")
    tenant.signing_key = rsa_key("second")
    assert (await service.login()).logged_in
    assert tenant.count("/jwks") == 2
    tenant.signing_key = rsa_key("first")
    for _ in range(2):
        with pytest.raises(IdTokenRejected, match="is not by the tenant's key"):
            await service.login()
    assert tenant.count("/jwks") == 2


async def test_refresh_token(tenant: ScriptedTenant, service: AuthService, clock: Clock) -> None:
    await service.login()
    clock.advance(3600)
    assert await service.get_access_token() == "access-2"


async def test_refresh_token_invalid_issuer(
    tenant: ScriptedTenant, service: AuthService, clock: Clock
) -> None:
    await service.login()
    tenant.id_claims["iss"] = "https://other.example/"
    with pytest.raises(IdTokenRejected, match="iss"):
        await service.renew_tokens()


async def test_refresh_token_invalid_sub(
    tenant: ScriptedTenant, service: AuthService, clock: Clock
) -> None:
    await service.login()
    tenant.id_claims["sub"] = "mallory"
    with pytest.raises(IdTokenRejected, match="somebody else"):
        await service.renew_tokens()


# RP-Initiated Logout 1.0.


class Leaving:
    """A browser that follows the log out and comes back as the test says."""

    def __init__(self, change: Callable[[str], str]) -> None:
        self.change = change
        self.sent: httpx.QueryParams | None = None
        self.back: asyncio.Task[str] | None = None

    async def __call__(self, url: str) -> bool:
        head = (await browse(url)).partition("\r\n\r\n")[0]
        location = head.lower().partition("location: ")[2].partition("\r\n")[0]
        assert location.startswith("https://tenant.example/logout?")
        self.sent = httpx.URL(head[head.lower().index(location) :].partition("\r\n")[0]).params
        address = self.sent["post_logout_redirect_uri"] + self.change(self.sent["state"])
        self.back = asyncio.create_task(browse(address))
        return True


async def log_out_there(
    tenant: ScriptedTenant, clock: Clock, change: Callable[[str], str]
) -> Leaving:
    leaving = Leaving(change)
    store = MemoryStore(session())
    async with AuthService(
        CONFIG, store=store, transport=tenant, clock=clock, open_url=leaving
    ) as service:
        service.take_up()
        steps = await service.log_out()
    assert [step.outcome for step in steps] == ["done", "done", "done"]
    assert leaving.back is not None
    assert "You are signed out" in await leaving.back
    return leaving


async def test_rp_init_logout(tenant: ScriptedTenant, clock: Clock) -> None:
    leaving = await log_out_there(tenant, clock, lambda state: f"?state={state}")
    assert leaving.sent is not None
    assert leaving.sent["id_token_hint"] == "the-id-token"
    assert leaving.sent["client_id"] == "the-client"
    assert leaving.sent["post_logout_redirect_uri"].startswith("http://127.0.0.1:")


async def test_rp_init_logout_other_state(tenant: ScriptedTenant, clock: Clock) -> None:
    await log_out_there(tenant, clock, lambda _state: "?state=another")


async def test_rp_init_logout_no_state(tenant: ScriptedTenant, clock: Clock) -> None:
    await log_out_there(tenant, clock, lambda _state: "")


@pytest.mark.parametrize(("seconds", "asked"), [(3599, 1), (3600, 2), (-1, 2)])
async def test_what_the_tenant_says_of_itself_is_asked_for_once_an_hour(
    tenant: ScriptedTenant, clock: Clock, seconds: float, asked: int
) -> None:
    """A clock that was set back knows nothing of the age."""
    provider = Provider(CONFIG, clock, tenant)
    await provider.discover()
    clock.advance(seconds)
    await provider.discover()
    await provider.aclose()
    assert tenant.count("/.well-known/openid-configuration") == asked


@pytest.mark.parametrize(("seconds", "asked"), [(3599, 1), (3600, 2), (-1, 2)])
async def test_the_tenants_keys_are_fetched_once_an_hour(
    tenant: ScriptedTenant, clock: Clock, seconds: float, asked: int
) -> None:
    provider = Provider(CONFIG, clock, tenant)
    expected = Expected(CONFIG.issuer, CONFIG.client_id)
    for passing in (0, seconds):
        clock.advance(passing)
        token = tenant.id_token("a", nonce=None)
        await provider.verify_id_token(token, expected, timedelta())
    await provider.aclose()
    assert tenant.count("/jwks") == asked


async def test_keys_are_not_taken_from_an_error(tenant: ScriptedTenant, clock: Clock) -> None:
    keys = {"keys": tenant.keys}
    tenant.responses["/jwks"] = lambda _request: httpx.Response(404, json=keys)
    provider = Provider(CONFIG, clock, tenant)
    with pytest.raises(TenantMisbehaved, match="jwks_uri answered with 404"):
        await provider.verify_id_token(
            tenant.id_token("a", nonce=None), Expected(CONFIG.issuer, CONFIG.client_id), timedelta()
        )
    await provider.aclose()
