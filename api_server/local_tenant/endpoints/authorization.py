"""The authorization endpoint (OIDC Core 3.1.2, RFC 6749 4.1.1), and how a sign-in is answered."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api_server.local_tenant.endpoints.authorization_request import (
    AuthorizationRequest,
    ReturnAddress,
    check_address,
    check_request,
)
from api_server.local_tenant.endpoints.parameters import Parameters, parse, read_form, read_query
from api_server.local_tenant.endpoints.visit import Step, Visit, next_step, redirect_to_page
from api_server.local_tenant.errors import BrowserStopped, RequestRefused
from api_server.local_tenant.pages.device import allowed_page, denied_page
from api_server.local_tenant.records.browsers import (
    Browser,
    add_browser,
    add_sign_in,
    end_sign_in,
    find_browser,
    set_cookie,
)
from api_server.local_tenant.records.codes import REQUEST_URI_PREFIX, add_code, use_pushed_request
from api_server.local_tenant.records.device_codes import DeviceRequest, allow_device, deny_device
from api_server.local_tenant.records.grants import add_grant
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.redirect_uri import with_parameters

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
        sent = read_query(request)
        parameters = self._find_pushed(sent) or sent
        address = check_address(parameters, self.tenant.settings)
        try:
            if self.tenant.settings.require_pushed_requests and parameters is sent:
                raise RequestRefused("invalid_request", "Push the request first (RFC 9126).")
            asked = check_request(parameters, address, self.tenant.settings)
            with self.tenant.database.transaction() as db:
                return self._begin(db, request, asked, parameters.encoded())
        except RequestRefused as error:
            return _error_response(address, error, self.tenant)

    async def post(self, request: Request) -> Response:
        """Turn a form into a query.

        A form from another site comes without our cookie (SameSite=Lax); a GET brings it.
        """
        form = await read_form(request)
        return RedirectResponse(f"{request.url.path}?{form.encoded()}", 303)

    def _find_pushed(self, sent: Parameters) -> Parameters | None:
        """Return the pushed request that is named, of which nothing can be changed (RFC 9126 4)."""
        request_uri = sent.get("request_uri") or ""
        if not request_uri.startswith(REQUEST_URI_PREFIX):
            return None
        with self.tenant.database.transaction() as db:
            parameters = parse(use_pushed_request(db, request_uri, self.tenant).encode())
        if sent.get("client_id") != parameters.get("client_id"):
            raise BrowserStopped(
                "Unknown client", "The request was pushed by another app than the one that says so."
            )
        return parameters

    def _begin(
        self, db: sqlite3.Connection, request: Request, asked: AuthorizationRequest, query: str
    ) -> Response:
        browser = find_browser(db, request, self.tenant)
        step = next_step(db, asked, browser, self.tenant.now(), signed_in=False)
        if step is Step.ANSWER and browser is not None:
            return _code_response(db, self.tenant, asked, browser)
        if "none" in asked.prompt:
            raise RequestRefused(*SILENT_ERRORS[step])
        return self._ask(db, browser or add_browser(db, self.tenant), query, step)

    def _ask(self, db: sqlite3.Connection, browser: Browser, query: str, step: Step) -> Response:
        sign_in = add_sign_in(db, browser, self.tenant, query=query)
        response = redirect_to_page(step, sign_in, self.tenant)
        set_cookie(response, browser, self.tenant.settings)
        return response


def grant_access(db: sqlite3.Connection, tenant: Tenant, visit: Visit) -> Response:
    """End a sign-in with a grant: an app gets a code, a device is told at its next poll."""
    end_sign_in(db, visit.sign_in)
    if isinstance(visit.asked, DeviceRequest):
        allow_device(db, tenant, visit.asked, visit.browser)
        return allowed_page(tenant.settings)
    return _code_response(db, tenant, visit.asked, visit.browser)


def deny_access(db: sqlite3.Connection, tenant: Tenant, visit: Visit, why: str) -> Response:
    """End a sign-in with nothing."""
    end_sign_in(db, visit.sign_in)
    if isinstance(visit.asked, DeviceRequest):
        deny_device(db, visit.asked)
        return denied_page(tenant.settings)
    return _error_response(visit.asked.address, RequestRefused("access_denied", why), tenant)


def _code_response(
    db: sqlite3.Connection, tenant: Tenant, asked: AuthorizationRequest, browser: Browser
) -> RedirectResponse:
    """Grant what was asked, and answer with a code (RFC 6749 4.1.2)."""
    grant = add_grant(db, tenant, asked, browser, asked.nonce)
    code = add_code(
        db,
        tenant,
        grant.id,
        redirect_uri=asked.address.redirect_uri,
        code_challenge=asked.code_challenge,
        dpop_jkt=asked.dpop_jkt,
    )
    return _redirect(asked.address, {"code": code}, tenant)


def _error_response(
    address: ReturnAddress, error: RequestRefused, tenant: Tenant
) -> RedirectResponse:
    """Answer with an error (RFC 6749 4.1.2.1)."""
    answer = {"error": error.error, "error_description": error.description}
    return _redirect(address, answer, tenant)


def _redirect(address: ReturnAddress, answer: dict[str, str], tenant: Tenant) -> RedirectResponse:
    # iss in every answer, so that a client of several tenants cannot be mixed up (RFC 9207 2)
    state = {} if address.state is None else {"state": address.state}
    answer = {**answer, **state, "iss": tenant.settings.issuer}
    # 303: the form that the person posted must not be posted on to the client (RFC 9700 4.12)
    return RedirectResponse(with_parameters(address.redirect_uri, answer), 303)
