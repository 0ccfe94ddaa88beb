"""What vendors do otherwise than the standards: tenants scripted after their documentation."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import jwt
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant, rsa_key
from tests.support.tenants.services import refused
from tui.auth.service import AuthService
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.store.store import MemoryStore
from tui.errors import IdTokenRejected
from tui.json_value import Json


@pytest.fixture
def google(clock: Clock) -> ScriptedTenant:
    tenant = ScriptedTenant(clock, "https://accounts.google.com")
    tenant.metadata |= {
        "token_endpoint": "https://oauth2.googleapis.com/token",
        "jwks_uri": "https://www.googleapis.com/jwks",
        "authorization_response_iss_parameter_supported": None,
    }
    return tenant


@pytest.fixture
async def service_of_google(google: ScriptedTenant, clock: Clock) -> AsyncIterator[AuthService]:
    config = replace(CONFIG, domain="https://accounts.google.com")
    async with AuthService(
        config, store=MemoryStore(), transport=google, clock=clock, open_url=google.browser
    ) as service:
        yield service


@pytest.mark.parametrize("issuer", ["accounts.google.com", "https://accounts.google.com"])
async def test_google_may_name_itself_without_scheme_now_and_at_renewal(
    google: ScriptedTenant, service_of_google: AuthService, issuer: str
) -> None:
    google.id_claims["iss"] = issuer
    assert (await service_of_google.login()).logged_in
    google.id_claims["iss"] = "https://accounts.google.com"
    await service_of_google.renew_tokens()
    assert service_of_google.is_authenticated()


@pytest.mark.parametrize(
    "issuer", ["google.com", "accounts.google.com/", "http://accounts.google.com"]
)
async def test_no_other_spelling_is_google(
    google: ScriptedTenant, service_of_google: AuthService, issuer: str
) -> None:
    google.id_claims["iss"] = issuer
    assert "iss" in await refused(service_of_google)


async def test_nobody_else_may_leave_its_scheme_out(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    for issuer in ("tenant.example/", "tenant.example", "accounts.google.com"):
        tenant.id_claims["iss"] = issuer
        assert "iss" in await refused(service)


@pytest.mark.parametrize(
    ("asked", "claims"),
    [
        ("org_1", {"org_id": "org_1"}),
        ("org_1", {"org_id": "org_1", "org_name": "acme"}),
        ("ACME", {"org_id": "org_1", "org_name": "acme"}),
    ],
)
async def test_organization_that_was_asked_for_is_in_the_id_token(
    tenant: ScriptedTenant, service: AuthService, asked: str, claims: dict[str, Json]
) -> None:
    tenant.id_claims |= claims
    assert (await service.login(options=SignInOptions(organization=asked))).logged_in


@pytest.mark.parametrize(
    ("asked", "claims"),
    [
        ("org_1", {}),
        ("org_1", {"org_id": "org_2"}),
        ("org_1", {"org_id": "ORG_1"}),
        ("org_1", {"org_name": "org_1"}),
        ("acme", {"org_id": "acme"}),
        ("acme", {"org_id": "org_1", "org_name": "acme2"}),
        ("none", {}),
    ],
)
async def test_another_organization_is_refused(
    tenant: ScriptedTenant, service: AuthService, asked: str, claims: dict[str, Json]
) -> None:
    tenant.id_claims |= claims
    with pytest.raises(IdTokenRejected, match=f'the organization "{asked}" was asked for'):
        await service.login(options=SignInOptions(organization=asked))


async def test_organization_of_the_config_counts_as_asked_for(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    config = replace(CONFIG, authorization_params={"organization": "org_1"})
    async with AuthService(
        config, store=MemoryStore(), transport=tenant, clock=clock, open_url=tenant.browser
    ) as service:
        tenant.id_claims["org_id"] = "org_2"
        assert "org_id" in await refused(service)


def userinfo_jwt(tenant: ScriptedTenant, claims: dict[str, Json], key: str = "first") -> None:
    """Answer userinfo with a JWT; its right claims and `claims` over them."""
    right: dict[str, Json] = {
        "iss": tenant.issuer,
        "aud": CONFIG.client_id,
        "sub": "alice",
        "email": "signed@example.com",
    }
    members = {name: value for name, value in (right | claims).items() if value is not None}
    token = jwt.encode(members, rsa_key(key), "RS256", headers={"kid": "first"})
    tenant.id_claims["email"] = None
    tenant.responses["/userinfo"] = lambda _request: httpx.Response(
        200, text=token, headers={"Content-Type": "application/jwt"}
    )


@pytest.mark.parametrize(
    "claims", [{}, {"aud": ["other", "the-client"]}, {"iss": None, "aud": None}]
)
async def test_signed_userinfo_is_verified_and_taken(
    tenant: ScriptedTenant, service: AuthService, claims: dict[str, Json]
) -> None:
    userinfo_jwt(tenant, claims)
    profile = (await service.login()).profile
    assert profile is not None
    assert profile.email == "signed@example.com"


@pytest.mark.parametrize(
    ("key", "claims"),
    [
        ("second", {}),
        ("first", {"iss": "https://evil.example/"}),
        ("first", {"aud": "other"}),
        ("first", {"sub": "mallory"}),
        ("first", {"sub": None}),
    ],
    ids=["another key", "iss", "aud", "another sub", "no sub"],
)
async def test_signed_userinfo_that_fails_a_check_is_dropped(
    tenant: ScriptedTenant, service: AuthService, key: str, claims: dict[str, Json]
) -> None:
    userinfo_jwt(tenant, claims, key)
    profile = (await service.login()).profile
    assert profile is not None
    assert profile.email == ""


async def test_scope_that_the_tenant_leaves_out_is_not_taken_for_granted(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.token_members["scope"] = None
    event = await service.login()
    assert service.session is not None
    assert service.session.token_set.scope == ""
    assert event.remarks == ()
