from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tests.support.tenants.sign_ins import SignIns
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.sign_in.remarks import callback_hint, short_callback_hint
from tui.config.keys import allowed
from tui.config.load import parse_config
from tui.config.paths import BUILT_IN


async def test_a_sign_in_as_asked_for_has_no_remarks(signing: SignIns) -> None:
    assert (await signing.service.login()).remarks == ()


async def test_a_scope_that_was_not_granted_is_said(signing: SignIns) -> None:
    signing.tenant.token_members = {"scope": "openid read:messages"}
    options = SignInOptions(scope="openid offline_access read:messages write:messages")
    (remark,) = (await signing.service.login(options=options)).remarks
    assert "missing: write:messages." in remark


async def test_a_tenant_that_lists_the_apis_scopes_alone_has_granted_the_rest(
    signing: SignIns,
) -> None:
    signing.tenant.token_members = {"scope": "read:messages"}
    options = SignInOptions(scope="openid profile email read:messages")
    assert (await signing.service.login(options=options)).remarks == ()


async def test_no_refresh_token_is_said_where_one_was_asked_for(signing: SignIns) -> None:
    signing.tenant.token_members = {"refresh_token": None}
    (remark,) = (await signing.service.login()).remarks
    assert "no refresh token" in remark
    assert "doorkey login --prompt consent, r in the app, or" in remark
    assert '"authorizationParams": {"prompt": "consent"} in the config' in remark
    unasked = SignInOptions(scope="openid")
    assert (await signing.service.login(options=unasked)).remarks == ()


async def test_no_refresh_token_despite_consent_is_a_matter_of_the_tenants_settings(
    signing: SignIns,
) -> None:
    signing.tenant.token_members = {"refresh_token": None}
    options = SignInOptions(prompt="login consent")
    (remark,) = (await signing.service.login(options=options)).remarks
    assert "no refresh token" in remark
    assert "Allow offline access for this client and API" in remark


async def test_google_gives_a_refresh_token_in_its_own_way(clock: Clock) -> None:
    google = ScriptedTenant(clock, "https://accounts.google.com")
    google.metadata["token_endpoint"] = "https://oauth2.googleapis.com/token"
    google.metadata["jwks_uri"] = "https://www.googleapis.com/jwks"
    google.token_members = {"refresh_token": None}
    config = replace(CONFIG, domain="https://accounts.google.com", scope="openid email")
    signing = SignIns(google, clock, config)
    (remark,) = (await signing.service.login()).remarks
    assert '{"access_type": "offline", "prompt": "consent"}' in remark
    await signing.service.aclose()


@pytest.mark.parametrize(("acr", "said"), [(None, "not said"), ("pwd", '"pwd"'), ([1], "[1]")])
async def test_another_way_of_signing_in_than_asked_for_is_said_and_not_fatal(
    signing: SignIns, acr: str | None, said: str
) -> None:
    signing.tenant.id_claims = {"acr": acr}
    event = await signing.service.login(options=SignInOptions(acr_values="mfa phr"))
    assert event.logged_in
    assert said in event.remarks[0]
    assert "mfa, phr" in event.remarks[0]


async def test_the_way_of_signing_in_that_was_asked_for_needs_no_remark(signing: SignIns) -> None:
    signing.tenant.id_claims = {"acr": "phr"}
    options = SignInOptions(acr_values="mfa phr")
    assert (await signing.service.login(options=options)).remarks == ()


async def test_connection_and_organization_are_asked_for(signing: SignIns) -> None:
    signing.tenant.id_claims["org_id"] = "org_1"
    await signing.service.login(options=SignInOptions(connection="ldap", organization="org_1"))
    assert signing.tenant.authorization["connection"] == "ldap"
    assert signing.tenant.authorization["organization"] == "org_1"


def test_callback_urls_are_named_as_a_tenant_has_to_allow_them() -> None:
    uris = ("http://127.0.0.1:8642/callback", "http://127.0.0.1:18642/callback")
    hint = callback_hint(replace(CONFIG, redirect_uris=uris))
    assert (
        "client the-client: http://127.0.0.1:8642/callback, http://127.0.0.1:18642/callback."
    ) in hint
    assert hint.endswith("About an unknown client? Then correct `clientId` in the config.")


def test_at_the_built_in_tenant_there_is_nothing_to_allow() -> None:
    built_in = parse_config(BUILT_IN, Path("auth_config.json"))
    elsewhere = replace(built_in, domain="localhost:8080")
    for hint in (callback_hint, short_callback_hint):
        assert hint(built_in) == ""
        assert hint(replace(built_in, audience="https://api.example")) == ""
        assert "http://127.0.0.1:8642/callback" in hint(elsewhere)


def test_nobody_is_told_to_allow_port_0() -> None:
    assert allowed(["http://127.0.0.1:0/callback", "http://[::1]:0/0:0/"]) == [
        "http://127.0.0.1/callback (with any port)",
        "http://[::1]/0:0/ (with any port)",
    ]
