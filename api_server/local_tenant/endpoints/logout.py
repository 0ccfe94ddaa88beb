"""The end-session endpoint (OIDC RP-Initiated Logout 1.0)."""

import sqlite3
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api_server.local_tenant.endpoints.login import OUT_OF_DATE
from api_server.local_tenant.endpoints.parameters import Parameters, read_form, read_query
from api_server.local_tenant.id_token import is_about, read_hint
from api_server.local_tenant.pages.logout import confirm_page, signed_out_page
from api_server.local_tenant.records.browsers import Browser, find_browser, forget_browser
from api_server.local_tenant.records.people import find_person
from api_server.local_tenant.redirect_uri import after_logout, is_registered, with_parameters
from api_server.local_tenant.tenant import Tenant


@dataclass(frozen=True, slots=True)
class LogoutEndpoint:
    """Signs a browser out; asks first unless an ID token of who is signed in comes along."""

    tenant: Tenant

    async def get(self, request: Request) -> Response:
        """Take a client's wish, and the person's where it needs confirming."""
        parameters = read_query(request)
        with self.tenant.database.transaction() as db:
            browser = find_browser(db, request, self.tenant)
            if browser is None or browser.person is None:
                return self._leave(parameters)
            if not self._is_sure(parameters, browser):
                return self._confirm(db, browser, parameters)
            forget_browser(db, browser)
        return self._leave(parameters)

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
                return self._leave(form)
            if not browser.sent("logout", form.get("csrf")):
                return self._confirm(db, browser, form, OUT_OF_DATE, HTTPStatus.FORBIDDEN)
            forget_browser(db, browser)
        return self._leave(form)

    def _is_sure(self, parameters: Parameters, browser: Browser) -> bool:
        hint = read_hint(parameters.get("id_token_hint") or "", self.tenant)
        return hint is not None and is_about(hint, browser.person)

    def _confirm(
        self,
        db: sqlite3.Connection,
        browser: Browser,
        parameters: Parameters,
        alert: str | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        person = find_person(db, browser.person or "")
        return confirm_page(
            self.tenant.settings,
            person.full_name if person else "",
            csrf=browser.csrf_token("logout"),
            parameters=parameters,
            return_to=self._return_address(parameters),
            alert=alert,
            status=status,
        )

    def _leave(self, parameters: Parameters) -> Response:
        asked, address = (
            parameters.get("post_logout_redirect_uri"),
            self._return_address(parameters),
        )
        if address is None:
            return signed_out_page(self.tenant.settings, refused_address=asked)
        state = parameters.get("state")
        return RedirectResponse(
            with_parameters(address, {} if state is None else {"state": state}), 303
        )

    def _return_address(self, parameters: Parameters) -> str | None:
        """Give where to go afterwards, if it is registered and somebody vouches for the client.

        That is its `client_id` or an ID token that it was given (RP-Initiated Logout 3).
        """
        asked = parameters.get("post_logout_redirect_uri")
        registered = after_logout(self.tenant.settings.redirect_uris)
        if asked is None or parameters.repeated() or not is_registered(asked, registered):
            return None
        hint = parameters.get("id_token_hint")
        client_id = parameters.get("client_id")
        known_hint = hint is not None and read_hint(hint, self.tenant) is not None
        if client_id is None:
            return asked if known_hint else None
        return asked if client_id == self.tenant.settings.client_id else None
