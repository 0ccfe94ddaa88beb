"""The pushed authorization request endpoint (RFC 9126): the request itself takes no browser."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api_server.local_tenant.endpoints.authorization_request import check_address, check_request
from api_server.local_tenant.endpoints.parameters import (
    Parameters,
    add_nonce,
    read_client_form,
    read_proof,
)
from api_server.local_tenant.errors import BrowserStopped, RequestRefused
from api_server.local_tenant.records.codes import PUSHED_LIFETIME_SECONDS, add_pushed_request
from api_server.local_tenant.records.tenant import Tenant


@dataclass(frozen=True, slots=True)
class PushedRequestEndpoint:
    """Takes authorization requests from clients, and gives each a name for the browser."""

    tenant: Tenant

    async def post(self, request: Request) -> Response:
        """Answer as RFC 9126 2.2 and 2.3 say."""
        try:
            asked = await self._read(request)
        except RequestRefused as error:
            return add_nonce(error.response(), self.tenant)
        with self.tenant.database.transaction() as db:
            request_uri = add_pushed_request(db, asked.encoded(), self.tenant)
        body = {"request_uri": request_uri, "expires_in": PUSHED_LIFETIME_SECONDS}
        return add_nonce(JSONResponse(body, HTTPStatus.CREATED), self.tenant)

    async def _read(self, request: Request) -> Parameters:
        """Return a request that the authorization endpoint will take; raise RequestRefused."""
        settings = self.tenant.settings
        form = await read_client_form(request, settings)
        try:
            asked = check_request(form, check_address(form, settings), settings)
        except BrowserStopped as stopped:
            description = f"{stopped.title}: see the registered redirect URIs."
            raise RequestRefused("invalid_request", description) from stopped
        jkt = read_proof(request, settings.url("par"), self.tenant)
        if jkt is None or asked.dpop_jkt == jkt:
            return form
        # RFC 9449 10.1: a proof here binds the code as dpop_jkt does, and the two must agree
        if asked.dpop_jkt is not None:
            raise RequestRefused("invalid_dpop_proof", "The proof is not of the key of dpop_jkt.")
        return Parameters((*form.pairs, ("dpop_jkt", jkt)))
