"""Further checks of an ID token (OpenID Connect Core 3.1.3.7)."""

import httpx
import jwt
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import expired, session
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant, public_jwk, rsa_key
from tests.support.tenants.services import refused
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore
from tui.errors import IdTokenRejected, TenantMisbehaved
from tui.json_value import Json


@pytest.mark.parametrize(("offset", "fine"), [(-59, True), (-61, False)])
async def test_an_id_token_may_have_expired_by_the_leeway_and_no_more(
    tenant: ScriptedTenant, service: AuthService, clock: Clock, offset: int, fine: bool
) -> None:
    tenant.id_claims["exp"] = int(clock().timestamp()) + offset
    if fine:
        assert (await service.login()).logged_in
    else:
        assert "expired" in await refused(service)


@pytest.mark.parametrize("name", ["iat", "nbf"])
async def test_an_id_token_from_the_future_names_the_clock(
    tenant: ScriptedTenant, service: AuthService, clock: Clock, name: str
) -> None:
    tenant.id_claims[name] = int(clock().timestamp()) + 61
    assert "clock" in await refused(service)
    tenant.id_claims[name] = int(clock().timestamp()) + 59
    assert (await service.login()).logged_in


@pytest.mark.parametrize("expires", [None, "soon", True, 10**400, 1e308, -(10**400)])
async def test_an_absurd_exp_is_refused(
    tenant: ScriptedTenant, service: AuthService, expires: Json
) -> None:
    tenant.id_claims["exp"] = expires
    assert "exp" in await refused(service)


async def test_at_hash_is_checked_when_present(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.id_claims["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA"
    assert "at_hash" in await refused(service)
    tenant.id_claims["at_hash"] = 7
    assert "at_hash" in await refused(service)
    tenant.id_claims["at_hash"] = None
    assert (await service.login()).logged_in


async def test_at_hash_is_checked_without_a_nonce_too(
    tenant: ScriptedTenant, service: AuthService, clock: Clock
) -> None:
    """security.md 25: a renewal has no nonce, and neither has a device grant."""
    await service.login()
    tenant.id_claims["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA"
    clock.advance(3600)
    with pytest.raises(IdTokenRejected, match="at_hash is not of the access token beside it"):
        await service.renew_tokens()


@pytest.mark.parametrize(
    "key",
    [
        {**public_jwk("first", "first"), "use": "enc"},
        {**public_jwk("first", "first"), "key_ops": ["sign"]},
        {**public_jwk("first", "first"), "alg": "RS512"},
        {**public_jwk("first", "first"), "kty": "oct", "k": "AAAA"},
        {**public_jwk("first", "first"), "n": "!"},
        {"kid": "first"},
        "not a key",
        None,
    ],
)
async def test_a_key_that_may_not_verify_is_not_used(
    tenant: ScriptedTenant, service: AuthService, key: dict[str, Json]
) -> None:
    tenant.keys = [key]
    assert "not among the tenant's published keys" in await refused(service)


async def test_a_short_rsa_key_is_not_used(tenant: ScriptedTenant, service: AuthService) -> None:
    tenant.keys, tenant.signing_key = [public_jwk("weak", "first")], rsa_key("weak")
    with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
        assert "not among" in await refused(service)


async def test_keys_in_the_tokens_own_header_are_not_used(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.signing_key = rsa_key("second")
    tenant.header = {"kid": "first", "jwk": public_jwk("second", "first")}
    assert "signature" in await refused(service)


@pytest.mark.parametrize("header", [{"crit": ["b64"], "b64": False}, {"crit": ["x"], "x": 1}])
async def test_an_unknown_critical_extension_is_refused(
    tenant: ScriptedTenant, service: AuthService, header: dict[str, Json]
) -> None:
    tenant.header = {"kid": "first", **header}
    assert "ID token" in await refused(service)


@pytest.mark.parametrize(
    "token", ["x", "a.b", "a.b.c", "....", "e30.e30.", "é.é.é", "x" * 300_000, "W10.W10.W10"]
)
async def test_what_is_no_jwt_is_refused(
    tenant: ScriptedTenant, service: AuthService, token: str
) -> None:
    tenant.token_members = {"id_token": token}
    with pytest.raises(TenantMisbehaved):
        await service.login()


async def test_hostile_text_in_a_claim_is_made_printable_in_the_error(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.id_claims["iss"] = "\x1b]52;c;eHh4\x07\u202e"
    message = await refused(service)
    assert message.isprintable()


async def test_a_key_set_that_cannot_be_had_is_an_error(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    for response in (httpx.Response(404), httpx.Response(200, text="x")):
        tenant.responses["/jwks"] = lambda _request, found=response: found  # type: ignore[misc]
        with pytest.raises(TenantMisbehaved, match="key"):
            await service.login()


async def test_an_opaque_access_token_works_as_well_as_any(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    service = AuthService(
        CONFIG, store=MemoryStore(expired(session())), transport=tenant, clock=clock
    )
    await service.restore()
    assert await service.get_access_token() == "access-1"
    await service.aclose()
