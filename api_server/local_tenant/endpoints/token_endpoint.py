"""The token endpoint (RFC 6749 3.2): a code or an older token becomes tokens."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api_server.local_tenant.endpoints.parameters import (
    Parameters,
    add_nonce,
    read_audience,
    read_client_form,
    read_proof,
)
from api_server.local_tenant.errors import RequestRefused
from api_server.local_tenant.records.codes import check_code, use_code
from api_server.local_tenant.records.device_codes import GRANT_TYPE, use_device_code
from api_server.local_tenant.records.grants import Grant, find_grant, renew_grant
from api_server.local_tenant.records.people import find_person
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.records.tokens import (
    add_access_token,
    add_refresh_token,
    check_refresh_token,
    make_id_token,
    use_refresh_token,
)

TokenSet: TypeAlias = dict[str, object]
Answer: TypeAlias = Callable[[sqlite3.Connection, Parameters, str | None], TokenSet]
"""Takes the form, and the thumbprint of the key that the request proved to hold."""


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Answers each grant type in a transaction of its own."""

    tenant: Tenant

    async def post(self, request: Request) -> Response:
        """Answer as RFC 6749 5 says."""
        try:
            tokens = await self._answer(request)
        except RequestRefused as error:
            return add_nonce(error.response(), self.tenant)
        return add_nonce(JSONResponse(tokens), self.tenant)

    async def _answer(self, request: Request) -> TokenSet:
        settings = self.tenant.settings
        form = await read_client_form(request, settings)
        answer = self._grant_types(form.require("grant_type"))
        jkt = read_proof(request, settings.url("token"), self.tenant)
        with self.tenant.database.transaction() as db:
            return answer(db, form, jkt)

    def _grant_types(self, grant_type: str) -> Answer:
        if grant_type == "authorization_code":
            return self._redeem_code
        if grant_type == "refresh_token":
            return self._renew
        if grant_type == GRANT_TYPE:
            return self._redeem_device
        raise RequestRefused("unsupported_grant_type", "See grant_types_supported in discovery.")

    def _redeem_code(self, db: sqlite3.Connection, form: Parameters, jkt: str | None) -> TokenSet:
        code = use_code(db, form.require("code"))
        address, verifier = form.get("redirect_uri"), form.get("code_verifier")
        check_code(code, address, verifier, jkt, self.tenant.now())
        grant = self._check_grant(find_grant(db, code.grant_id), form, jkt)
        return _make_tokens(db, self.tenant, grant, grant.scope, nonce=grant.nonce)

    def _renew(self, db: sqlite3.Connection, form: Parameters, jkt: str | None) -> TokenSet:
        token = check_refresh_token(db, form.require("refresh_token"), self.tenant.now())
        grant = self._check_grant(token.grant, form, jkt)
        scope = _narrow_scope(form, grant)
        # only now: a request that could not be answered anyway uses no token up
        use_refresh_token(db, token)
        return _make_tokens(db, self.tenant, grant, scope)

    def _redeem_device(self, db: sqlite3.Connection, form: Parameters, jkt: str | None) -> TokenSet:
        granted = use_device_code(db, form.require("device_code"), self.tenant.now())
        grant = self._check_grant(granted, form, jkt)
        return _make_tokens(db, self.tenant, grant, grant.scope)

    def _check_grant(self, grant: Grant | None, form: Parameters, jkt: str | None) -> Grant:
        """Return a grant of this client, bound to the key that it proved; raise RequestRefused."""
        if grant is None or grant.client_id != self.tenant.settings.client_id:
            raise RequestRefused("invalid_grant", "It was revoked, or given to another client.")
        # RFC 8707 2.2: at most what was asked for at the authorization endpoint
        if read_audience(form, self.tenant.settings) not in (None, grant.audience):
            raise RequestRefused("invalid_target", "That API was not asked for at the sign-in.")
        # RFC 9449 5: what a client without a secret once bound stays so, refresh tokens too
        if grant.jkt not in (None, jkt):
            raise RequestRefused("invalid_grant", "It is bound to a key; prove that you have it.")
        return replace(grant, jkt=jkt)


def _narrow_scope(form: Parameters, grant: Grant) -> tuple[str, ...]:
    """Return the scopes of a renewal: some of those granted, all unless told (RFC 6749 6)."""
    asked = (form.get("scope") or " ".join(grant.scope)).split()
    if not asked or not set(asked) <= set(grant.scope):
        raise RequestRefused("invalid_scope", f"Granted were: {' '.join(grant.scope)}")
    return tuple(scope for scope in grant.scope if scope in asked)


def _make_tokens(
    db: sqlite3.Connection,
    tenant: Tenant,
    grant: Grant,
    scope: tuple[str, ...],
    nonce: str | None = None,
) -> dict[str, object]:
    """Make the tokens of a grant: a refresh token with `offline_access`, an ID token with `openid`.

    `nonce` is that of the authorization request; a renewed ID token has none (OIDC Core 12.2).
    """
    renew_grant(db, grant, tenant)
    access_token = add_access_token(db, tenant, grant, scope)
    response: dict[str, object] = {
        "access_token": access_token,
        "token_type": "Bearer" if grant.jkt is None else "DPoP",
        "expires_in": tenant.settings.access_token_lifetime_seconds,
        "scope": " ".join(scope),
    }
    # by the grant's scope: a renewal that narrows the access token's goes on all the same
    if "offline_access" in grant.scope:
        response["refresh_token"] = add_refresh_token(db, grant.id, tenant)
    if "openid" in scope:
        person = find_person(db, grant.person)
        if person is None:
            raise RequestRefused("invalid_grant", "The person is not known any more.")
        response["id_token"] = make_id_token(tenant, grant, person, access_token, scope, nonce)
    return response
