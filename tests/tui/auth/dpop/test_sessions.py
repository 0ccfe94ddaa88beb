"""Sessions whose tokens are bound to a key: from the sign-in through renewals."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from api_server.bearer.dpop_memory import NONCE_SECONDS, Nonces
from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.tenants.bound import ProvingTenant
from tests.support.tenants.sign_ins import SignIns
from tui.auth.dpop.session_key import SessionKey
from tui.errors import ConfigInvalid, StoreFailed, TenantMisbehaved

BINDING = replace(CONFIG, dpop=True)


@pytest.fixture
def tenant(clock: Clock) -> ProvingTenant:
    return ProvingTenant(clock)


@pytest.fixture
async def binding(tenant: ProvingTenant, clock: Clock) -> AsyncIterator[SignIns]:
    made = SignIns(tenant, clock, BINDING)
    yield made
    await made.service.aclose()


def key_of(signing: SignIns) -> SessionKey:
    kept = signing.store.load()
    assert kept is not None
    assert kept.key is not None
    return kept.key


async def test_a_key_whose_parts_do_not_belong_together_is_told_and_signs_nothing(
    binding: SignIns,
) -> None:
    """security.md 60: such as one that another session's secret was written into."""
    await binding.service.login()
    mixed = replace(key_of(binding), d=SessionKey.fresh().d)
    with pytest.raises(StoreFailed, match="was changed where it is kept"):
        mixed.sign(b"content")


async def test_a_sign_in_binds_code_and_tokens_to_a_key_of_its_own(
    binding: SignIns, tenant: ProvingTenant
) -> None:
    await binding.service.login()
    first = key_of(binding)
    assert tenant.authorization["dpop_jkt"] == first.thumbprint
    await binding.service.login()
    assert key_of(binding) != first
    assert tenant.at_token.refused == []


async def test_each_renewal_carries_a_proof_of_the_same_key(
    binding: SignIns, tenant: ProvingTenant, clock: Clock
) -> None:
    await binding.service.login()
    key = key_of(binding)
    for _ in range(3):
        clock.advance(3601)
        await binding.service.get_access_token()
    assert key_of(binding) == key
    assert len({request.headers["dpop"] for request in tenant.at_token.asked}) == 4
    assert tenant.at_token.refused == []


async def test_a_device_grant_is_bound_too(binding: SignIns, tenant: ProvingTenant) -> None:
    tenant.device_allowed = True
    tenant.id_claims = {"nonce": None}
    await binding.begin(way="device")
    assert key_of(binding)
    assert tenant.at_token.refused == []


async def test_userinfo_gets_a_proof_for_the_token(binding: SignIns, tenant: ProvingTenant) -> None:
    tenant.id_claims = {"name": None}
    tenant.userinfo = {"sub": "alice", "name": "Alice of userinfo"}
    await binding.service.login()
    assert binding.service.profile is not None
    assert binding.service.profile.name == "Alice of userinfo"
    assert tenant.at_userinfo.refused == []


async def test_nonces_that_the_tenant_wants_cost_one_request_each_time_they_change(
    clock: Clock,
) -> None:
    tenant = ProvingTenant(clock, Nonces(b"of the tests", lambda: clock().timestamp()))
    binding = SignIns(tenant, clock, BINDING)
    tenant.id_claims = {"name": None}
    await binding.service.login()
    await binding.service.renew_tokens()
    assert tenant.at_token.refused == ["nonce"]
    assert tenant.at_userinfo.refused == []  # its origin is the same, and so is the nonce
    clock.advance(2 * NONCE_SECONDS)
    await binding.service.renew_tokens()
    assert tenant.at_token.refused == ["nonce", "nonce"]
    await binding.service.aclose()


async def test_a_tenant_that_likes_no_nonce_is_asked_twice(
    binding: SignIns, tenant: ProvingTenant
) -> None:
    asked = []

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        members = {"error": "use_dpop_nonce"}
        return httpx.Response(400, json=members, headers={"DPoP-Nonce": "again"})

    tenant.responses["/token"] = refuse
    with pytest.raises(Exception, match="use_dpop_nonce"):
        await binding.service.login()
    assert len(asked) == 2


@pytest.mark.parametrize("token_type", ["Bearer", "N_A", None])
async def test_a_sign_in_fails_where_the_tenant_did_not_bind_the_token(
    binding: SignIns, tenant: ProvingTenant, token_type: str | None
) -> None:
    tenant.token_members = {"token_type": token_type}
    with pytest.raises(TenantMisbehaved, match="did not bind the token to the session's key"):
        await binding.service.login()
    assert not binding.service.is_authenticated()
    assert tenant.refresh_tokens == {"the-refresh-token"}  # the new one is revoked


async def test_a_tenant_that_takes_no_es256_is_told_before_a_browser_opens(
    binding: SignIns, tenant: ProvingTenant
) -> None:
    tenant.metadata["dpop_signing_alg_values_supported"] = ["RS256", "EdDSA"]
    with pytest.raises(ConfigInvalid, match=r"proofs of RS256, EdDSA .* take `dpop` out"):
        await binding.service.login()
    assert tenant.authorization == {}
    tenant.metadata["dpop_signing_alg_values_supported"] = ["RS256", "ES256"]
    await binding.service.login()
    assert key_of(binding)


async def test_without_dpop_no_proof_is_sent_and_a_bound_token_is_refused(
    tenant: ProvingTenant, clock: Clock
) -> None:
    del tenant.responses["/token"]
    signing = SignIns(tenant, clock)
    with pytest.raises(TenantMisbehaved, match="Bearer is expected"):
        await signing.service.login()
    assert "dpop_jkt" not in tenant.authorization
    assert all("dpop" not in request.headers for request in tenant.requests)
    await signing.service.aclose()


@pytest.mark.parametrize("hours", [-5, 5])
async def test_proofs_are_made_by_the_clock_of_the_tenant(
    binding: SignIns, tenant: ProvingTenant, clock: Clock, hours: int
) -> None:
    tenant.ahead = timedelta(hours=hours)
    tenant.at_token.clock = Clock(clock() + tenant.ahead)
    await binding.service.login()
    assert tenant.at_token.refused == []


async def test_log_out_wipes_the_key(binding: SignIns) -> None:
    await binding.service.login()
    await binding.service.log_out(at_tenant=False)
    assert binding.store.load() is None
    assert binding.service.session is None
