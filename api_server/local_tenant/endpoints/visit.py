"""A browser in the middle of a sign-in, and what it needs next before it can be answered."""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse

from api_server.local_tenant.endpoints.authorization_request import (
    AuthorizationRequest,
    check_address,
    check_request,
)
from api_server.local_tenant.endpoints.parameters import Parameters, parse
from api_server.local_tenant.errors import BrowserStopped
from api_server.local_tenant.records.browsers import Browser, SignIn, find_browser, find_sign_in
from api_server.local_tenant.records.device_codes import DeviceRequest, find_device
from api_server.local_tenant.records.grants import AccessRequest, has_consented
from api_server.local_tenant.records.people import normalize_name
from api_server.local_tenant.records.tenant import Tenant


class Step(StrEnum):
    """Login, then consent, then the answer; each is left out where it is not needed."""

    LOGIN = "login"
    CONSENT = "consent"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Visit:
    """Which browser, which sign-in, and what the client asked for."""

    browser: Browser
    sign_in: SignIn
    asked: AuthorizationRequest | DeviceRequest

    @property
    def redirects_to(self) -> tuple[str, ...]:
        """The addresses outside that this sign-in may lead to."""
        if isinstance(self.asked, DeviceRequest):
            return ()
        return (self.asked.address.redirect_uri,)

    def next_step(self, db: sqlite3.Connection, tenant: Tenant) -> Step:
        """Decide what comes next."""
        return next_step(
            db, self.asked, self.browser, tenant.now(), signed_in=self.sign_in.signed_in
        )


def find_visit(
    db: sqlite3.Connection, request: Request, parameters: Parameters, tenant: Tenant
) -> Visit:
    """Return the sign-in that a page or form belongs to; raise BrowserStopped."""
    browser = find_browser(db, request, tenant)
    secret = parameters.get("sign_in") or ""
    sign_in = find_sign_in(db, secret, browser, tenant.now()) if browser else None
    if browser is None or sign_in is None:
        raise _sign_in_over()
    return Visit(browser, sign_in, _find_request(db, sign_in, tenant))


def redirect_to_page(page: str, sign_in: SignIn, tenant: Tenant) -> RedirectResponse:
    """Send the browser on to a page of the same sign-in."""
    query = urlencode({"sign_in": sign_in.secret})
    return RedirectResponse(f"{tenant.settings.path}/{page}?{query}", 303)


def next_step(
    db: sqlite3.Connection,
    asked: AccessRequest,
    browser: Browser | None,
    now: int,
    *,
    signed_in: bool,
) -> Step:
    """Decide (OIDC Core 3.1.2.3, 3.1.2.4).

    `signed_in`: the person has shown who they are since the request came.
    """
    if browser is None or browser.person is None:
        return Step.LOGIN
    if browser.acr < asked.acr or (not signed_in and _must_log_in_again(asked, browser, now)):
        return Step.LOGIN
    if "consent" in asked.prompt or not has_consented(db, asked, browser):
        return Step.CONSENT
    return Step.ANSWER


def may_continue_as_before(asked: AccessRequest, browser: Browser, now: int) -> bool:
    """Return whether picking the account that is signed in already is enough of a login."""
    strong_enough = browser.person is not None and browser.acr >= asked.acr
    return strong_enough and not _is_stale(asked, browser, now)


def _find_request(
    db: sqlite3.Connection, sign_in: SignIn, tenant: Tenant
) -> AuthorizationRequest | DeviceRequest:
    if sign_in.device_code is not None:
        device = find_device(db, sign_in.device_code, tenant.now())
        if device is None:
            raise _sign_in_over()
        return device
    parameters = parse(sign_in.query.encode())
    address = check_address(parameters, tenant.settings)
    return check_request(parameters, address, tenant.settings)


def _sign_in_over() -> BrowserStopped:
    return BrowserStopped(
        "This sign-in is over",
        "It was finished, took too long, began in another browser, or this browser keeps no "
        "cookies. Go back to the app and start again.",
    )


def _must_log_in_again(asked: AccessRequest, browser: Browser, now: int) -> bool:
    return (
        "select_account" in asked.prompt
        or _is_stale(asked, browser, now)
        or _means_somebody_else(asked.login_hint, browser.person or "")
    )


def _is_stale(asked: AccessRequest, browser: Browser, now: int) -> bool:
    if "login" in asked.prompt:
        return True
    if asked.max_age_seconds is None:
        return False
    # OIDC Core 3.1.2.1: max_age=0 is as good as prompt=login
    age_seconds = now - (browser.auth_time or 0)
    return asked.max_age_seconds == 0 or age_seconds > asked.max_age_seconds


def _means_somebody_else(login_hint: str | None, person: str) -> bool:
    return login_hint is not None and normalize_name(login_hint) != person
