"""The revocation endpoint (RFC 7009)."""

import sqlite3
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from api_server.local_tenant.endpoints.parameters import read_client_form
from api_server.local_tenant.errors import RequestRefused
from api_server.local_tenant.records.grants import revoke_grant
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.records.tokens import (
    find_access_token,
    find_family,
    revoke_access_token,
)


@dataclass(frozen=True, slots=True)
class RevocationEndpoint:
    """Takes back a refresh token with all its family, or one access token."""

    tenant: Tenant

    async def post(self, request: Request) -> Response:
        """Answer 200 also for a token that is unknown: it is of no use then (RFC 7009 2.2)."""
        try:
            form = await read_client_form(request, self.tenant.settings)
            token = form.require("token")
        except RequestRefused as error:
            return error.response()
        with self.tenant.database.transaction() as db:
            self._revoke(db, token)
        return Response()

    def _revoke(self, db: sqlite3.Connection, token: str) -> None:
        # the hint is not needed: the two kinds cannot be taken for each other
        client_id = self.tenant.settings.client_id
        family = find_family(db, token)
        if family is not None and family.client_id == client_id:
            revoke_grant(db, family.id)
        access = find_access_token(db, token, self.tenant)
        if access is not None and access.grant.client_id == client_id:
            revoke_access_token(db, access)
