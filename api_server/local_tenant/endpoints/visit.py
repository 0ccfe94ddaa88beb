"""A browser in the middle of a sign-in."""

import sqlite3
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse

from api_server.local_tenant.access_request import AccessRequest
from api_server.local_tenant.endpoints.authorization_request import (
    AuthorizationRequest,
    check_address,
    check_request,
)
from api_server.local_tenant.endpoints.next_step import Step, next_step
from api_server.local_tenant.endpoints.oauth_error import PageError
from api_server.local_tenant.endpoints.parameters import Parameters, parse
from api_server.local_tenant.records.browsers import Browser, find_browser
from api_server.local_tenant.records.consents import is_remembered
from api_server.local_tenant.records.device_codes import DeviceRequest, find_device
from api_server.local_tenant.records.sign_ins import SignIn, find_sign_in
from api_server.local_tenant.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Visit:
    """Which browser, which sign-in, and what the client asked for."""

    browser: Browser
    sign_in: SignIn
    asked: AuthorizationRequest | DeviceRequest

    @property
    def redirects_to(self) -> tuple[str, ...]:
        """Name the addresses outside that this sign-in may lead to."""
        if isinstance(self.asked, DeviceRequest):
            return ()
        return (self.asked.address.redirect_uri,)

    def next_step(self, db: sqlite3.Connection, tenant: Tenant) -> Step:
        """Decide what comes next."""
        return next_step(
            self.asked,
            self.browser,
            tenant.now(),
            signed_in=self.sign_in.signed_in,
            remembered=has_consented(db, self.asked, self.browser),
        )


def has_consented(db: sqlite3.Connection, asked: AccessRequest, browser: Browser | None) -> bool:
    """Tell whether who is signed in has allowed all this before."""
    person = None if browser is None else browser.person
    return person is not None and is_remembered(db, person, asked.client_id, asked.scope)


def find_visit(
    db: sqlite3.Connection, request: Request, parameters: Parameters, tenant: Tenant
) -> Visit:
    """Look up the sign-in that a page or form belongs to; raises PageError."""
    browser = find_browser(db, request, tenant)
    secret = parameters.get("sign_in") or ""
    sign_in = find_sign_in(db, secret, browser, tenant.now()) if browser else None
    if browser is None or sign_in is None:
        raise _over()
    return Visit(browser, sign_in, _request_of(db, sign_in, tenant))


def _request_of(
    db: sqlite3.Connection, sign_in: SignIn, tenant: Tenant
) -> AuthorizationRequest | DeviceRequest:
    if sign_in.device_code is not None:
        device = find_device(db, sign_in.device_code, tenant.now())
        if device is None:
            raise _over()
        return device
    parameters = parse(sign_in.query.encode())
    address = check_address(parameters, tenant.settings)
    return check_request(parameters, address, tenant.settings)


def _over() -> PageError:
    return PageError(
        "This sign-in is over",
        "It was finished, took too long, began in another browser, or this browser keeps no "
        "cookies. Go back to the app and start again.",
    )


def go_to(page: str, sign_in: SignIn, tenant: Tenant) -> RedirectResponse:
    """Send the browser on to a page of the same sign-in."""
    query = urlencode({"sign_in": sign_in.secret})
    return RedirectResponse(f"{tenant.settings.path}/{page}?{query}", 303)
