"""What the token endpoint gives out (RFC 6749 5.1, OIDC Core 3.1.3.3)."""

import sqlite3

from api_server.local_tenant.endpoints.oauth_error import OAuthError
from api_server.local_tenant.id_token import make_id_token
from api_server.local_tenant.records.access_tokens import make_access_token
from api_server.local_tenant.records.grants import Grant, prolong_grant
from api_server.local_tenant.records.people import find_person
from api_server.local_tenant.records.refresh_tokens import add_refresh_token
from api_server.local_tenant.tenant import Tenant


def token_response(
    db: sqlite3.Connection,
    tenant: Tenant,
    grant: Grant,
    scope: tuple[str, ...],
    nonce: str | None = None,
) -> dict[str, object]:
    """Make the tokens of a grant: a refresh token with `offline_access`, an ID token with `openid`.

    `nonce` is that of the authorization request; a renewed ID token has none (OIDC Core 12.2).
    """
    prolong_grant(db, grant.id, tenant)
    access_token = make_access_token(db, tenant, grant, scope)
    response: dict[str, object] = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": tenant.settings.access_token_lifetime_seconds,
        "scope": " ".join(scope),
    }
    # by the grant's scope: a renewal that narrows the access token's goes on all the same
    if "offline_access" in grant.scope:
        response["refresh_token"] = add_refresh_token(db, grant.id, tenant)
    if "openid" in scope:
        person = find_person(db, grant.person)
        if person is None:
            raise OAuthError("invalid_grant", "The person is not known any more.")
        response["id_token"] = make_id_token(tenant, grant, person, access_token, scope, nonce)
    return response
