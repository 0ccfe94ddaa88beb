"""The authorization endpoint (OIDC Core 3.1.2, RFC 6749 4.1.1)."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api_server.local_tenant.endpoints.authorization_request import (
    AuthorizationRequest,
    check_address,
    check_request,
)
from api_server.local_tenant.endpoints.authorization_response import code_response, error_response
from api_server.local_tenant.endpoints.next_step import Step, next_step
from api_server.local_tenant.endpoints.oauth_error import OAuthError
from api_server.local_tenant.endpoints.parameters import read_form, read_query
from api_server.local_tenant.endpoints.visit import go_to, has_consented
from api_server.local_tenant.records.browsers import Browser, add_browser, find_browser, set_cookie
from api_server.local_tenant.records.sign_ins import add_sign_in
from api_server.local_tenant.tenant import Tenant

PAGES: Final = {Step.LOGIN: "login", Step.CONSENT: "consent"}
SILENT_ERRORS: Final = {
    Step.LOGIN: ("login_required", "The person must sign in."),
    Step.CONSENT: ("consent_required", "The person must give their consent."),
}
"""What `prompt=none` gets where a page would be needed (OIDC Core 3.1.2.6)."""


@dataclass(frozen=True, slots=True)
class AuthorizationEndpoint:
    """Where a sign-in begins."""

    tenant: Tenant

    async def get(self, request: Request) -> Response:
        """Answer at once where nothing is left to ask; else send to the first page."""
        parameters = read_query(request)
        address = check_address(parameters, self.tenant.settings)
        try:
            asked = check_request(parameters, address, self.tenant.settings)
            with self.tenant.database.transaction() as db:
                return self._begin(db, request, asked, parameters.encoded())
        except OAuthError as error:
            return error_response(address, error, self.tenant)

    async def post(self, request: Request) -> Response:
        """Turn a form into a query.

        A form from another site comes without our cookie (SameSite=Lax); a GET brings it.
        """
        form = await read_form(request)
        return RedirectResponse(f"{request.url.path}?{form.encoded()}", 303)

    def _begin(
        self, db: sqlite3.Connection, request: Request, asked: AuthorizationRequest, query: str
    ) -> Response:
        browser = find_browser(db, request, self.tenant)
        step = next_step(
            asked,
            browser,
            self.tenant.now(),
            signed_in=False,
            remembered=has_consented(db, asked, browser),
        )
        if step is Step.ANSWER and browser is not None:
            return code_response(db, self.tenant, asked, browser)
        if "none" in asked.prompt:
            raise OAuthError(*SILENT_ERRORS[step])
        return self._ask(db, browser or add_browser(db, self.tenant), query, PAGES[step])

    def _ask(self, db: sqlite3.Connection, browser: Browser, query: str, page: str) -> Response:
        sign_in = add_sign_in(db, browser, self.tenant, query=query)
        response = go_to(page, sign_in, self.tenant)
        set_cookie(response, browser, self.tenant.settings)
        return response
