"""Setting up a tenant: what is found where somebody points, and the config that comes of it."""

import json
from pathlib import Path

import httpx
import pytest

from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.auth.tenant.setting_up import (
    Found,
    config_members,
    look_up,
    registration,
)
from tui.config.load import parse_config
from tui.config.vendors.table import BY_KEY
from tui.errors import ConfigInvalid, TenantMisbehaved, TenantUnreachable
from tui.json_value import Json

API = "https://api.example"


async def found_at(clock: Clock, issuer: str, **metadata: Json) -> Found:
    tenant = ScriptedTenant(clock, issuer)
    paths = {"/.well-known/openid-configuration", issuer.partition("://")[2].partition("/")[2]}
    tenant.metadata |= metadata
    document = httpx.Response(200, json=tenant.metadata)
    for path in paths:
        whole = f"/{path.strip('/')}/.well-known/openid-configuration".replace("//", "/")
        tenant.responses[whole] = lambda _request: document
    return await look_up(issuer, transport=tenant)


@pytest.mark.parametrize(
    "typed",
    [
        "tenant.example",
        " tenant.example/ ",
        "https://tenant.example",
        "https://tenant.example/",
        "https://tenant.example/.well-known/openid-configuration",
    ],
)
async def test_the_tenants_own_spelling_is_taken(tenant: ScriptedTenant, typed: str) -> None:
    assert (await look_up(typed, transport=tenant)).issuer == "https://tenant.example/"


async def test_no_such_host_is_told(tenant: ScriptedTenant) -> None:
    def fails(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno -2] Name or service not known")

    tenant.responses["/.well-known/openid-configuration"] = fails
    with pytest.raises(TenantUnreachable, match=r"tenant\.example cannot be reached") as raised:
        await look_up("tenant.example", transport=tenant)
    assert "config" not in str(raised.value)


async def test_where_no_openid_provider_is_that_is_told(tenant: ScriptedTenant) -> None:
    with pytest.raises(TenantMisbehaved, match="There is no OpenID Provider at the issuer"):
        await look_up("https://tenant.example/elsewhere", transport=tenant)


async def test_a_tenant_that_calls_itself_otherwise_is_not_taken(tenant: ScriptedTenant) -> None:
    tenant.metadata["issuer"] = "https://other.example/"
    with pytest.raises(TenantMisbehaved, match=r'calls itself "https://other\.example/"'):
        await look_up("tenant.example", transport=tenant)


async def test_common_is_no_issuer(tenant: ScriptedTenant) -> None:
    tenant.metadata["issuer"] = "https://login.microsoftonline.com/{tenantid}/v2.0"
    with pytest.raises(TenantMisbehaved, match=r"TENANT-ID/v2\.0"):
        await look_up("tenant.example", transport=tenant)


@pytest.mark.parametrize("typed", ["", "no host", "https://", "http://tenant.example", "a?b"])
async def test_what_is_no_issuer_is_told_without_a_request(
    tenant: ScriptedTenant, typed: str
) -> None:
    with pytest.raises(ConfigInvalid, match="The issuer must be"):
        await look_up(typed, transport=tenant)
    assert tenant.requests == []


async def test_where_no_native_app_signs_in_the_reason_is_told(tenant: ScriptedTenant) -> None:
    with pytest.raises(ConfigInvalid, match="without OpenID Connect"):
        await look_up("github.com", transport=tenant)
    assert tenant.requests == []


async def test_what_is_as_usual_is_left_out(clock: Clock) -> None:
    found = await found_at(clock, "https://a.eu.auth0.com/")
    members = config_members(found, "c", API)
    assert members == {"domain": "https://a.eu.auth0.com/", "clientId": "c", "audience": API}


async def test_entra_is_asked_by_scope_and_comes_back_to_localhost(clock: Clock) -> None:
    app_id = "11111111-2222-3333-4444-555555555555"
    found = await found_at(clock, "https://login.microsoftonline.com/t/v2.0")
    members = config_members(found, "c", f"api://{app_id}")
    assert members["audience"] == app_id
    assert members["audienceParameter"] == "none"
    assert members["scope"] == f"openid profile email offline_access api://{app_id}/.default"
    assert members["redirectUris"] == [
        "http://localhost:8642/callback",
        "http://localhost:18642/callback",
    ]


async def test_google_is_asked_offline_and_wants_a_secret(clock: Clock) -> None:
    found = await found_at(clock, "https://accounts.google.com")
    members = config_members(found, "c", API)
    assert members["scope"] == "openid profile email"
    assert members["authorizationParams"] == {"access_type": "offline", "prompt": "consent"}
    assert found.may_demand_secret


@pytest.mark.parametrize(
    ("methods", "takes", "may_demand"),
    [
        (["none"], False, False),
        (["none", "client_secret_basic"], True, False),
        (["client_secret_post"], True, True),
        (["private_key_jwt"], False, False),
    ],
)
async def test_secret_is_taken_where_one_is_listed_and_may_be_demanded_without_none(
    clock: Clock, methods: list[Json], *, takes: bool, may_demand: bool
) -> None:
    """oidc-provider-mock lists `none`, and demands one all the same."""
    found = await found_at(
        clock, "https://id.example/", token_endpoint_auth_methods_supported=methods
    )
    assert (found.takes_secret, found.may_demand_secret) == (takes, may_demand)


async def test_another_api_of_dex_is_asked_for_by_its_scope(clock: Clock) -> None:
    issuer = "https://h.example/dex"
    found = await found_at(
        clock, issuer, authorization_endpoint=f"{issuer}/auth", jwks_uri=f"{issuer}/keys"
    )
    assert str(config_members(found, "c", "api")["scope"]).endswith(
        " audience:server:client_id:c audience:server:client_id:api"
    )
    assert "audience:" not in str(config_members(found, "c", "c").get("scope", ""))


@pytest.mark.parametrize(("audience", "way"), [(API, "resource"), ("the-api", None)])
async def test_an_unknown_vendor_is_asked_by_resource_where_the_audience_is_a_uri(
    clock: Clock, audience: str, way: str | None
) -> None:
    found = await found_at(clock, "https://id.example/")
    assert config_members(found, "c", audience).get("audienceParameter") == way


async def test_a_refresh_token_is_asked_for_as_the_tenant_lists_it(clock: Clock) -> None:
    found = await found_at(
        clock, "https://id.example/", scopes_supported=["openid", "email", "offline_access"]
    )
    members = config_members(found, "c", API)
    assert members["scope"] == "openid email offline_access"
    assert members["authorizationParams"] == {"prompt": "consent"}
    without = await found_at(clock, "https://id.example/", scopes_supported=["openid", "email"])
    assert config_members(without, "c", API)["scope"] == "openid email"
    assert "authorizationParams" not in config_members(without, "c", API)


async def test_oktas_org_server_is_warned_of(clock: Clock) -> None:
    found = await found_at(clock, "https://a.okta.com")
    assert "https://a.okta.com/oauth2/default" in found.remark
    assert (await found_at(clock, "https://a.okta.com/oauth2/default")).remark == ""


async def test_every_vendor_gives_a_config_and_steps_with_its_values(clock: Clock) -> None:
    metadata = (await found_at(clock, "https://id.example/")).metadata
    for vendor in BY_KEY.values():
        found = Found(metadata, vendor)
        members = config_members(found, "the-client", API)
        parse_config(json.dumps(members), Path("auth_config.json"))
        steps = "\n".join(registration(found, members))
        assert "8642/callback" in steps or vendor.key == "google"
        assert "{" not in steps
