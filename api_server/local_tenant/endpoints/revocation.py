"""The revocation endpoint (RFC 7009)."""

import sqlite3
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from api_server.local_tenant.client import read_clients_form
from api_server.local_tenant.endpoints.oauth_error import OAuthError
from api_server.local_tenant.records.access_tokens import find_access_token, revoke_access_token
from api_server.local_tenant.records.grants import revoke_grant
from api_server.local_tenant.records.refresh_tokens import find_family
from api_server.local_tenant.tenant import Tenant


@dataclass(frozen=True, slots=True)
class RevocationEndpoint:
    """Takes back a refresh token with all its family, or one access token."""

    tenant: Tenant

    async def post(self, request: Request) -> Response:
        """Answer 200 also for a token that is unknown: it is of no use then (RFC 7009 2.2)."""
        try:
            form = await read_clients_form(request, self.tenant.settings)
            token = form.require("token")
        except OAuthError as error:
            return error.response()
        with self.tenant.database.transaction() as db:
            self._revoke(db, token)
        return Response(headers={"Cache-Control": "no-store"})

    def _revoke(self, db: sqlite3.Connection, token: str) -> None:
        # the hint is not needed: the two kinds cannot be taken for each other
        client_id = self.tenant.settings.client_id
        family = find_family(db, token)
        if family is not None and family.client_id == client_id:
            revoke_grant(db, family.id)
        access = find_access_token(db, token, self.tenant)
        if access is not None and access.grant.client_id == client_id:
            revoke_access_token(db, access)
