"""Each way in which a tenant says no, and the one remedy that is told: a table, by what it says."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.auth.service import AuthService
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.store.store import MemoryStore
from tui.auth.tenant.remedies.explain import RULES, remedy_for
from tui.config.load import Config
from tui.errors import (
    DoorkeyError,
    GrantRefused,
    SignInRefused,
    TenantMisbehaved,
)
from tui.json_value import Json

Make = Callable[..., AuthService]


@pytest.fixture
async def make(clock: Clock) -> AsyncIterator[Make]:
    made: list[AuthService] = []

    def service(tenant: ScriptedTenant, config: Config, store: MemoryStore) -> AuthService:
        made.append(
            AuthService(config, store=store, transport=tenant, clock=clock, open_url=tenant.browser)
        )
        made[-1].take_up()
        return made[-1]

    yield service
    for each in made:
        await each.aclose()


# What comes back from the authorization endpoint: error, description, the remedy's words, its rule.
AT_AUTHORIZATION = [
    ("invalid_scope", "", 'Correct `scope` in the config (openid', "scope-unlisted"),
    ("invalid_scope", "AADSTS70011: The provided value for scope is not valid", "api://APP-ID/NAME",
     "entra-scope"),
    ("invalid_target", "", "correct `audience` in the config, or register the API", "api-unknown"),
    ("access_denied", "Service not found: https://api.example",
     "knows no API https://api.example", "auth0-api-unknown"),
    ("access_denied", "Client is not authorized to access resource server https://api.example",
     "Application Access", "auth0-api-not-allowed"),
    ("invalid_request", "parameter organization is required for this client",
     "doorkey login --organization NAME", "auth0-organization"),
    ("access_denied", "User is not assigned to the client application.",
     "Applications, Assignments", "okta-not-assigned"),
    ("access_denied", "Policy evaluation failed for this request, please check the policy",
     "Access Policies", "okta-policy"),
    ("invalid_request", "Pushed Authorization Request must be used",
     "set `pushedRequests` to true in the config", "pushed-requests"),
    ("invalid_request", "DPoP is required for this client", "set `dpop` to true in the config",
     "bound-tokens-in-words"),
    ("invalid_request", "code_challenge_method must be plain", "Set S256", "proof-key"),
    ("invalid_request", "The redirect_uri is not in the list",
     "http://127.0.0.1/callback (with any port)", "callback"),
    ("unauthorized_client", "Unknown client: the-client", "Correct `clientId`", "client-unknown"),
    ("unauthorized_client", "The client is not allowed this grant",
     "Allow the grants authorization code and refresh token", "grant-not-allowed"),
    ("unauthorized_client", "AADSTS700016: Application with identifier 'x' was not found",
     "not registered in the tenant of `domain`", "entra-client-unknown"),
    ("unsupported_response_type", "", "authorization code flow", "code-flow-not-allowed"),
    ("consent_required", "", "doorkey login --prompt consent", "consent"),
    ("access_denied", "AADSTS65001: The user or administrator has not consented",
     "doorkey login --prompt consent", "entra-consent"),
    ("invalid_request", "AADSTS50020: User account from identity provider does not exist",
     "TENANT-ID/v2.0", "entra-other-tenant"),
    ("access_denied", "AADSTS50105: The signed in user is not assigned to a role",
     "Enterprise applications", "entra-not-assigned"),
    ("invalid_request", "AADSTS50011: The redirect URI does not match",
     "Mobile and desktop applications", "entra-callback"),
    ("invalid_request", "AADSTS901002: The 'resource' request parameter is not supported.",
     '"audienceParameter": "none"', "entra-resource"),
    ("invalid_request", "AADSTS500011: The resource principal was not found in the tenant",
     "API permissions", "entra-api-unknown"),
    ("login_required", "", "take `prompt` out", "must-ask"),
    ("interaction_required", "", "take `prompt` out", "must-ask"),
    ("unmet_authentication_requirements", "", "--acr-values", "too-weak"),
    ("server_error", "", "try again later", "later"),
    ("temporarily_unavailable", "", "try again later", "later"),
    ("admin_policy_enforced", "", "have an administrator allow the-client", "administrator"),
]  # fmt: skip

# From the token endpoint, for a code or for a refresh token.
AT_TOKEN = [
    ("invalid_client", "AADSTS7000218: The request body must contain: 'client_assertion' or "
     "'client_secret'.", "Allow public client flows", "entra-public-client"),
    ("invalid_client", "", "set `clientSecret`, or DOORKEY_CLIENT_SECRET", "secret-demanded"),
    ("invalid_request", "client_secret is missing.", "have doorkey init keep", "secret-missing"),
    ("invalid_client", "Client not found", "Correct `clientId`", "client-unknown"),
    ("invalid_request", "AADSTS9002327: Tokens issued for the 'Single-Page Application' "
     "client-type may only be redeemed via cross-origin requests", "single-page", "entra-spa"),
    ("unauthorized_client", "", "Allow the grants", "grant-not-allowed"),
    ("unsupported_grant_type", "", "Allow the grants", "grant-not-allowed"),
    ("invalid_target", "", "correct `audience`", "api-unknown"),
    ("invalid_dpop_proof", "", "set `dpop` to true in the config", "bound-tokens"),
    ("use_dpop_nonce", "", "DPoP, RFC 9449", "bound-tokens"),
    ("invalid_grant", "redirect_uri does not match", "`redirectUris`", "callback"),
    ("mfa_required", "", "a second factor, which a renewal cannot show", "second-factor"),
    ("interaction_required", "AADSTS50076: Due to a configuration change you must use "
     "multi-factor authentication", "second factor", "entra-second-factor"),
]  # fmt: skip


def rule_of(error: str, text: str, config: Config = CONFIG) -> str:
    remedy = remedy_for(error, text, config)
    has_secret = config.client_secret is not None
    fits = (rule for rule in RULES if rule.fits(error, text, has_secret=has_secret))
    return next(fits).name if remedy else ""


@pytest.mark.parametrize(("error", "said", "remedy", "rule"), AT_AUTHORIZATION)
async def test_refusal_of_the_request_says_what_helps(
    tenant: ScriptedTenant, service: AuthService, error: str, said: str, remedy: str, rule: str
) -> None:
    tenant.answer_parameters = {"code": None, "error": error, "error_description": said or None}
    with pytest.raises(SignInRefused) as raised:
        await service.login()
    assert remedy in str(raised.value)
    assert raised.value.error == error
    assert rule_of(error, said) == rule


@pytest.mark.parametrize(("error", "said", "remedy", "rule"), AT_TOKEN)
async def test_refusal_at_the_token_endpoint_says_what_helps(
    tenant: ScriptedTenant, service: AuthService, error: str, said: str, remedy: str, rule: str
) -> None:
    tenant.responses["/token"] = lambda _request: httpx.Response(
        400, json={"error": error, "error_description": said}
    )
    with pytest.raises(GrantRefused) as raised:
        await service.login()
    assert remedy in str(raised.value)
    assert rule_of(error, said) == rule


async def test_second_factor_at_a_renewal_says_what_helps_and_keeps_the_session(
    tenant: ScriptedTenant, make: Make
) -> None:
    tenant.responses["/token"] = lambda _request: httpx.Response(
        403, json={"error": "mfa_required", "mfa_token": "x"}
    )
    service = make(tenant, CONFIG, MemoryStore(session()))
    with pytest.raises(GrantRefused, match="sign in again \\(doorkey login\\)"):
        await service.renew_tokens()
    assert service.is_authenticated()


async def test_device_request_that_is_refused_says_what_helps(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.responses["/device_authorization"] = lambda _request: httpx.Response(
        401, json={"error": "invalid_client"}
    )
    with pytest.raises(SignInRefused, match="public native client"):
        await service.login(options=SignInOptions(way="device"))


async def test_wrong_secret_is_told_from_a_missing_one(tenant: ScriptedTenant, make: Make) -> None:
    tenant.responses["/token"] = lambda _request: httpx.Response(
        401, json={"error": "invalid_client"}
    )
    service = make(tenant, replace(CONFIG, client_secret="wrong"), MemoryStore())
    with pytest.raises(GrantRefused, match="Correct `clientSecret`"):
        await service.login()


async def test_scopes_are_compared_with_those_that_the_tenant_lists(
    tenant: ScriptedTenant, make: Make
) -> None:
    tenant.metadata["scopes_supported"] = ["openid", "profile", "read:all"]
    tenant.answer_parameters = {"code": None, "error": "invalid_scope"}
    with pytest.raises(SignInRefused) as raised:
        await make(tenant, CONFIG, MemoryStore()).login()
    assert (
        "The tenant does not list email, offline_access (it lists openid, profile, read:all): "
        "correct `scope` in the config"
    ) in str(raised.value)


async def test_google_is_asked_for_offline_access_in_its_own_way(clock: Clock, make: Make) -> None:
    tenant = ScriptedTenant(clock, "https://accounts.google.com")
    tenant.metadata["token_endpoint"] = "https://oauth2.googleapis.com/token"
    tenant.metadata["jwks_uri"] = "https://www.googleapis.com/jwks"
    tenant.answer_parameters = {"code": None, "error": "invalid_scope"}
    config = replace(CONFIG, domain="https://accounts.google.com")
    with pytest.raises(SignInRefused, match='"access_type": "offline"'):
        await make(tenant, config, MemoryStore()).login()


ENTRA = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555"

# What discovery says: domain of the config, members of the document, the remedy's words.
AT_DISCOVERY: list[tuple[str, dict[str, Json], str]] = [
    (ENTRA, {"issuer": "https://sts.windows.net/11111111-2222-3333-4444-555555555555/"},
     f"Put {ENTRA}/v2.0 there"),
    ("https://login.microsoftonline.com/common/v2.0",
     {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"},
     "https://login.microsoftonline.com/TENANT-ID/v2.0"),
    ("https://id.example/realms/one", {"issuer": "https://id.example/realms/one/"},
     '"domain": "https://id.example/realms/one/"'),
    ("tenant.example", {"issuer": "https://tenant.example"}, '"domain": "https://tenant.example"'),
    ("tenant.example", {"issuer": "http://tenant.example/"}, "write it to the letter"),
    ("tenant.example", {"authorization_endpoint": None}, "it signs nobody in"),
    ("tenant.example", {"code_challenge_methods_supported": ["plain"]}, "PKCE with S256"),
    ("tenant.example", {"token_endpoint": "http://tenant.example/token"}, "https://"),
]  # fmt: skip


@pytest.mark.parametrize(("domain", "members", "remedy"), AT_DISCOVERY)
async def test_wrong_domain_says_what_to_put_there(
    clock: Clock, make: Make, domain: str, members: dict[str, Json], remedy: str
) -> None:
    config = replace(CONFIG, domain=domain)
    tenant = ScriptedTenant(clock, config.issuer)
    path = httpx.URL(config.issuer).path.rstrip("/") + "/.well-known/openid-configuration"
    metadata = tenant.metadata | members
    tenant.responses[path] = lambda _request: httpx.Response(200, json=metadata)
    with pytest.raises(TenantMisbehaved) as raised:
        await make(tenant, config, MemoryStore()).login()
    assert remedy in str(raised.value)
    assert tenant.authorization == {}


@pytest.mark.parametrize(
    ("domain", "remedy"),
    [("github.com", "GitHub"), ("tenant.example", "ends in /realms/REALM, of Okta in")],
)
async def test_place_without_an_openid_provider_is_said(
    clock: Clock, make: Make, domain: str, remedy: str
) -> None:
    config = replace(CONFIG, domain=domain)
    tenant = ScriptedTenant(clock, config.issuer)
    tenant.responses["/.well-known/openid-configuration"] = lambda _request: httpx.Response(404)
    with pytest.raises(TenantMisbehaved) as raised:
        await make(tenant, config, MemoryStore()).login()
    assert remedy in str(raised.value)


async def test_pushed_requests_without_an_endpoint_are_said_before_a_browser_opens(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.metadata["require_pushed_authorization_requests"] = True
    with pytest.raises(TenantMisbehaved, match="pushed_authorization_request_endpoint is missing"):
        await service.login()
    assert tenant.authorization == {}


def test_who_binds_tokens_already_is_not_told_to() -> None:
    remedy = remedy_for("invalid_dpop_proof", "", replace(CONFIG, dpop=True))
    assert "did not accept the proof" in remedy
    assert "`dpop`" not in remedy


def test_every_rule_is_in_the_tables() -> None:
    told = {rule for *_, rule in (*AT_AUTHORIZATION, *AT_TOKEN)}
    elsewhere = {"google-offline", "secret-wrong", "entra-secret-wrong"}
    assert {rule.name for rule in RULES} - told == elsewhere
    assert rule_of("invalid_client", "AADSTS7000215: Invalid client secret") == "entra-secret-wrong"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_remedy_can_be_said_of_any_config(rule: object) -> None:
    hostile = replace(CONFIG, client_id="{0}", audience="{x}", scope="openid {y}")
    for each in RULES:
        if each is rule:
            error = each.errors[0] if each.errors else "invalid_request"
            assert remedy_for(error, "{z}", hostile).isprintable()


async def test_refusal_that_nobody_knows_is_told_as_it_came(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.answer_parameters = {"code": None, "error": "weather", "error_description": "rain"}
    with pytest.raises(DoorkeyError) as raised:
        await service.login()
    assert str(raised.value) == "The tenant refused the sign-in: weather (rain)."
