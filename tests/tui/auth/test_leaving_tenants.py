"""Leaving a tenant in the way it has: its log-out page, and its revocation."""

from dataclasses import replace

import httpx
import pytest

from tests.support.builders.sessions import session
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tests.support.tenants.services import (
    BrowserThatFollows,
    Make,
    refuse,
    service_with_browser,
)
from tui.auth.log_out import log_out_page
from tui.auth.tenant.metadata import parse_metadata
from tui.json_value import Json


@pytest.mark.parametrize(
    ("issuer", "authorization_endpoint", "page", "return_parameter"),
    [
        (
            "https://dev-1.eu.auth0.com/",
            "https://dev-1.eu.auth0.com/authorize",
            "https://dev-1.eu.auth0.com/v2/logout",
            "returnTo",
        ),
        (
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC",
            "https://demo.auth.eu-west-1.amazoncognito.com/oauth2/authorize",
            "https://demo.auth.eu-west-1.amazoncognito.com/logout",
            "logout_uri",
        ),
    ],
    ids=["Auth0", "Cognito"],
)
async def test_vendor_without_the_standard_log_out_has_its_own(
    clock: Clock, issuer: str, authorization_endpoint: str, page: str, return_parameter: str
) -> None:
    tenant = ScriptedTenant(clock, issuer)
    tenant.metadata |= {
        "end_session_endpoint": None,
        "authorization_endpoint": authorization_endpoint,
    }
    metadata = parse_metadata(tenant.metadata, issuer)
    found = log_out_page(metadata)
    assert found is not None
    address = httpx.URL(found.url("the-client", "the-id-token", "http://127.0.0.1:8642/callback"))
    assert str(address.copy_with(query=None)) == page
    assert dict(address.params) == {
        "client_id": "the-client",
        return_parameter: "http://127.0.0.1:8642/callback",
    }


async def test_ways_of_a_vendor_are_not_tried_at_anybody_else(tenant: ScriptedTenant) -> None:
    tenant.metadata["end_session_endpoint"] = None
    for issuer in ("https://auth0.com.evil.example/", "https://tenant.example/"):
        tenant.metadata["issuer"] = issuer
        assert log_out_page(parse_metadata(tenant.metadata, issuer)) is None


async def test_who_says_in_discovery_where_to_revoke_is_asked_no_more(
    tenant: ScriptedTenant, make: Make
) -> None:
    await make(session()).log_out(at_tenant=False)
    paths = [request.url.path for request in tenant.requests]
    assert paths == ["/.well-known/openid-configuration", "/revoke"]


async def test_revocation_is_found_in_the_oauth_document_alone(
    make: Make, tenant: ScriptedTenant
) -> None:
    """As django-oauth-toolkit has it."""
    tenant.metadata["revocation_endpoint"] = None
    document = {"issuer": tenant.issuer, "revocation_endpoint": f"{tenant.issuer}revoke"}
    tenant.responses["/.well-known/oauth-authorization-server"] = lambda _request: httpx.Response(
        200, json=document
    )
    steps = await make(session()).log_out(at_tenant=False)
    assert steps[1].outcome == "done"
    assert tenant.refresh_tokens == set()


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://other.example/", "revocation_endpoint": "https://other.example/r"},
        {"issuer": "https://tenant.example/", "revocation_endpoint": "http://tenant.example/r"},
        {"issuer": "https://tenant.example/"},
        [],
    ],
)
async def test_refresh_token_goes_to_no_endpoint_of_anybody_elses_document(
    make: Make, tenant: ScriptedTenant, document: object
) -> None:
    tenant.metadata["revocation_endpoint"] = None
    tenant.responses["/.well-known/oauth-authorization-server"] = lambda _request: httpx.Response(
        200, json=document
    )
    steps = await make(session()).log_out(at_tenant=False)
    assert steps[1].outcome == "skipped"
    assert all(request.method == "GET" for request in tenant.requests)


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_any_success_of_a_revocation_is_one(
    make: Make, tenant: ScriptedTenant, status: int
) -> None:
    tenant.responses["/revoke"] = lambda _request: httpx.Response(status)
    assert (await make(session()).log_out(at_tenant=False))[1].outcome == "done"


@pytest.mark.parametrize(
    ("methods", "error"),
    [
        (None, "invalid_client"),
        (["client_secret_basic"], "unauthorized_client"),
        (["client_secret_basic"], "invalid_request"),
    ],
)
async def test_revocation_that_wants_a_secret_is_told_so(
    make: Make, tenant: ScriptedTenant, methods: Json, error: str
) -> None:
    """As canaille, glewlwyd and others have it."""
    tenant.metadata["revocation_endpoint_auth_methods_supported"] = methods
    tenant.responses["/revoke"] = refuse(error)
    step = (await make(session()).log_out(at_tenant=False))[1]
    assert step.outcome == "skipped"
    assert "for confidential clients only" in step.message


async def test_revocation_that_fails_otherwise_is_a_failure(
    make: Make, tenant: ScriptedTenant
) -> None:
    tenant.responses["/revoke"] = refuse("unsupported_token_type")
    step = (await make(session()).log_out(at_tenant=False))[1]
    assert step.outcome == "failed"
    assert "unsupported_token_type" in step.message


async def test_whoever_signed_in_with_another_browser_is_not_said_to_be_signed_out_there(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    kept = replace(session(), signed_in_elsewhere=True)
    service = service_with_browser(tenant, clock, BrowserThatFollows(), kept)
    last = (await service.log_out())[-1]
    assert (last.name, last.outcome) == ("tenant", "skipped")
    assert "You signed in with another one, and that may be signed in there still" in last.message
