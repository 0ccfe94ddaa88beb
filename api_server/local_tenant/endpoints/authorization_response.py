"""The answer of the authorization endpoint: a redirect with a code or an error."""

import sqlite3

from starlette.responses import RedirectResponse

from api_server.local_tenant.endpoints.authorization_request import (
    AuthorizationRequest,
    ReturnAddress,
)
from api_server.local_tenant.endpoints.oauth_error import OAuthError
from api_server.local_tenant.records.browsers import Browser
from api_server.local_tenant.records.codes import add_code
from api_server.local_tenant.records.grants import make_grant
from api_server.local_tenant.redirect_uri import with_parameters
from api_server.local_tenant.tenant import Tenant


def code_response(
    db: sqlite3.Connection, tenant: Tenant, asked: AuthorizationRequest, browser: Browser
) -> RedirectResponse:
    """Grant what was asked, and answer with a code (RFC 6749 4.1.2)."""
    grant = make_grant(db, tenant, asked, browser, asked.nonce)
    code = add_code(db, tenant, grant.id, asked.address.redirect_uri, asked.code_challenge)
    return _redirect(asked.address, {"code": code}, tenant)


def error_response(address: ReturnAddress, error: OAuthError, tenant: Tenant) -> RedirectResponse:
    """Answer with an error (RFC 6749 4.1.2.1)."""
    return _redirect(
        address, {"error": error.error, "error_description": error.description}, tenant
    )


def _redirect(address: ReturnAddress, answer: dict[str, str], tenant: Tenant) -> RedirectResponse:
    # iss in every answer, so that a client of several tenants cannot be mixed up (RFC 9207 2)
    state = {} if address.state is None else {"state": address.state}
    answer = {**answer, **state, "iss": tenant.settings.issuer}
    # 303: the form that the person posted must not be posted on to the client (RFC 9700 4.12)
    return RedirectResponse(with_parameters(address.redirect_uri, answer), 303)
