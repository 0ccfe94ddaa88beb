"""The token endpoint (RFC 6749 3.2): a code or an older token becomes tokens."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api_server.local_tenant.access_request import asked_audience
from api_server.local_tenant.client import read_clients_form
from api_server.local_tenant.endpoints.oauth_error import OAuthError
from api_server.local_tenant.endpoints.parameters import Parameters
from api_server.local_tenant.endpoints.token_response import token_response
from api_server.local_tenant.records.codes import burn_code, check_code
from api_server.local_tenant.records.device_codes import GRANT_TYPE, use_device_code
from api_server.local_tenant.records.grants import Grant, find_grant
from api_server.local_tenant.records.refresh_tokens import check_refresh_token, use_refresh_token
from api_server.local_tenant.tenant import Tenant

TokenSet: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Answers each grant type in a transaction of its own."""

    tenant: Tenant

    async def post(self, request: Request) -> Response:
        """Answer as RFC 6749 5 says."""
        try:
            form = await read_clients_form(request, self.tenant.settings)
            answer = self._grant_types(form.require("grant_type"))
            with self.tenant.database.transaction() as db:
                tokens = answer(db, form)
        except OAuthError as error:
            return error.response()
        return JSONResponse(tokens, headers={"Cache-Control": "no-store"})

    def _grant_types(self, grant_type: str) -> Callable[[sqlite3.Connection, Parameters], TokenSet]:
        if grant_type == "authorization_code":
            return self._redeem_code
        if grant_type == "refresh_token":
            return self._renew
        if grant_type == GRANT_TYPE:
            return self._redeem_device_code
        raise OAuthError("unsupported_grant_type", "See grant_types_supported in discovery.")

    def _redeem_code(self, db: sqlite3.Connection, form: Parameters) -> TokenSet:
        code = burn_code(db, form.require("code"))
        check_code(code, form.get("redirect_uri"), form.get("code_verifier"), self.tenant.now())
        grant = self._ours(find_grant(db, code.grant_id))
        self._check_target(form, grant)
        return token_response(db, self.tenant, grant, grant.scope, nonce=grant.nonce)

    def _renew(self, db: sqlite3.Connection, form: Parameters) -> TokenSet:
        token = check_refresh_token(db, form.require("refresh_token"), self.tenant.now())
        grant = self._ours(token.grant)
        self._check_target(form, grant)
        scope = _narrowed(form, grant)
        # only now: a request that could not be answered anyway uses no token up
        use_refresh_token(db, token)
        return token_response(db, self.tenant, grant, scope)

    def _redeem_device_code(self, db: sqlite3.Connection, form: Parameters) -> TokenSet:
        grant = use_device_code(db, form.require("device_code"), self.tenant.now())
        grant = self._ours(grant)
        self._check_target(form, grant)
        return token_response(db, self.tenant, grant, grant.scope)

    def _ours(self, grant: Grant | None) -> Grant:
        if grant is None or grant.client_id != self.tenant.settings.client_id:
            raise OAuthError("invalid_grant", "It was revoked, or given to another client.")
        return grant

    def _check_target(self, form: Parameters, grant: Grant) -> None:
        # RFC 8707 2.2: at most what was asked for at the authorization endpoint
        if asked_audience(form, self.tenant.settings) not in (None, grant.audience):
            raise OAuthError("invalid_target", "That API was not asked for at the sign-in.")


def _narrowed(form: Parameters, grant: Grant) -> tuple[str, ...]:
    """Give the scopes of a renewal: some of those granted, all unless told (RFC 6749 6)."""
    asked = (form.get("scope") or " ".join(grant.scope)).split()
    if not asked or not set(asked) <= set(grant.scope):
        raise OAuthError("invalid_scope", f"Granted were: {' '.join(grant.scope)}")
    return tuple(scope for scope in grant.scope if scope in asked)
