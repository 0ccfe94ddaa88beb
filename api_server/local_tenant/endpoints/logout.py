"""The end-session endpoint (OIDC RP-Initiated Logout 1.0)."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api_server.local_tenant.endpoints.parameters import Parameters, read_form, read_query
from api_server.local_tenant.pages.frame import OUT_OF_DATE, Alert
from api_server.local_tenant.pages.logout import confirm_page, signed_out_page
from api_server.local_tenant.records.browsers import Browser, find_browser, forget_browser
from api_server.local_tenant.records.people import find_person, subject_of
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.records.tokens import read_id_token_hint
from api_server.local_tenant.redirect_uri import is_registered, logout_uris, with_parameters

PASSED_ON: Final = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
"""What the page that asks hands on to the answer."""


@dataclass(frozen=True, slots=True)
class LogoutEndpoint:
    """Signs a browser out; asks first unless an ID token of who is signed in comes along."""

    tenant: Tenant

    async def get(self, request: Request) -> Response:
        """Sign out at once, or ask the person where nothing proves that they want it."""
        parameters = read_query(request)
        with self.tenant.database.transaction() as db:
            browser = find_browser(db, request, self.tenant)
            if browser is None or browser.person is None:
                return self._send_back(parameters)
            if not self._has_matching_hint(parameters, browser):
                return self._confirm(db, browser, parameters)
            forget_browser(db, browser)
        return self._send_back(parameters)

    async def post(self, request: Request) -> Response:
        """Turn a client's form into a query, as a GET brings our cookie along (SameSite=Lax)."""
        form = await read_form(request)
        return RedirectResponse(f"{request.url.path}?{form.encoded()}", 303)

    async def confirm(self, request: Request) -> Response:
        """Take the person's answer."""
        form = await read_form(request)
        with self.tenant.database.transaction() as db:
            browser = find_browser(db, request, self.tenant)
            if browser is None or browser.person is None:
                return self._send_back(form)
            if not browser.has_sent("logout", form.get("csrf")):
                return self._confirm(db, browser, form, OUT_OF_DATE)
            forget_browser(db, browser)
        return self._send_back(form)

    def _has_matching_hint(self, parameters: Parameters, browser: Browser) -> bool:
        subject = read_id_token_hint(parameters.get("id_token_hint"), self.tenant)
        return subject == subject_of(browser.person or "")

    def _confirm(
        self,
        db: sqlite3.Connection,
        browser: Browser,
        parameters: Parameters,
        alert: Alert | None = None,
    ) -> Response:
        person = find_person(db, browser.person)
        return confirm_page(
            self.tenant.settings,
            person.full_name if person else "",
            csrf=browser.csrf_token("logout"),
            hidden={name: value for name in PASSED_ON if (value := parameters.get(name))},
            return_to=self._return_address(parameters),
            alert=alert,
        )

    def _send_back(self, parameters: Parameters) -> Response:
        address = self._return_address(parameters)
        if address is None:
            asked = parameters.get("post_logout_redirect_uri")
            return signed_out_page(self.tenant.settings, refused_address=asked)
        state = parameters.get("state")
        passed_on = {} if state is None else {"state": state}
        return RedirectResponse(with_parameters(address, passed_on), 303)

    def _return_address(self, parameters: Parameters) -> str | None:
        """Return where to go afterwards, if it is registered and the client is known.

        It is known by its `client_id` or an ID token that it was given (RP-Initiated Logout 3).
        """
        asked = parameters.get("post_logout_redirect_uri")
        registered = logout_uris(self.tenant.settings.redirect_uris)
        if asked is None or parameters.repeated() or not is_registered(asked, registered):
            return None
        client_id = parameters.get("client_id")
        if client_id is None:
            hint = read_id_token_hint(parameters.get("id_token_hint"), self.tenant)
            return None if hint is None else asked
        return asked if client_id == self.tenant.settings.client_id else None
