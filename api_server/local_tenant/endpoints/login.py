"""The login page: who are you?"""

import sqlite3
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api_server.local_tenant.endpoints.answer import deny_access
from api_server.local_tenant.endpoints.next_step import may_go_on_as_before
from api_server.local_tenant.endpoints.parameters import Parameters, read_form, read_query
from api_server.local_tenant.endpoints.visit import Visit, find_visit, go_to
from api_server.local_tenant.pages.login import login_page
from api_server.local_tenant.records.browsers import set_cookie, sign_in
from api_server.local_tenant.records.people import Person, authenticate, find_person, plain_name
from api_server.local_tenant.records.sign_ins import mark_signed_in
from api_server.local_tenant.tenant import Tenant

OUT_OF_DATE: Final = (
    "This page was out of date, or this browser keeps no cookies. Please try again."
)
WRONG: Final = "The username or the password is wrong."
TOO_OFTEN: Final = "Too many wrong passwords. Please wait five minutes."


@dataclass(frozen=True, slots=True)
class LoginEndpoint:
    """Shows the form, and takes it."""

    tenant: Tenant

    async def get(self, request: Request) -> Response:
        """Show the form."""
        with self.tenant.database.transaction() as db:
            visit = find_visit(db, request, read_query(request), self.tenant)
            return self._page(db, visit, username=visit.asked.login_hint or "")

    async def post(self, request: Request) -> Response:
        """Take the form: cancelled, gone on as before, or a name and a password."""
        form = await read_form(request)
        with self.tenant.database.transaction() as db:
            visit = find_visit(db, request, form, self.tenant)
            if not visit.browser.sent("login", form.get("csrf")):
                return self._page(db, visit, alert=OUT_OF_DATE, status=HTTPStatus.FORBIDDEN)
            if form.get("action") == "cancel":
                return deny_access(db, self.tenant, visit, "The person cancelled the sign-in.")
            if form.get("action") == "continue" and self._may_go_on(visit):
                mark_signed_in(db, visit.sign_in)
                return go_to("consent", visit.sign_in, self.tenant)
            return self._log_in(db, visit, form)

    def _log_in(self, db: sqlite3.Connection, visit: Visit, form: Parameters) -> Response:
        name = (form.get("username") or "").strip()
        key, now, wrong = plain_name(name), self.tenant.now(), self.tenant.wrong_passwords
        if wrong.are_used_up(key, now):
            status = HTTPStatus.TOO_MANY_REQUESTS
            return self._page(db, visit, username=name, alert=TOO_OFTEN, status=status)
        person = authenticate(db, name, form.get("password") or "")
        if person is None:
            wrong.add_failure(key, now)
            status = HTTPStatus.UNAUTHORIZED
            return self._page(db, visit, username=name, alert=WRONG, status=status)
        wrong.forget(key)
        return self._go_on(db, visit, person)

    def _go_on(self, db: sqlite3.Connection, visit: Visit, person: Person) -> Response:
        browser = sign_in(db, visit.browser, person.name, self.tenant)
        mark_signed_in(db, visit.sign_in)
        response = go_to("consent", visit.sign_in, self.tenant)
        set_cookie(response, browser, self.tenant.settings)
        return response

    def _may_go_on(self, visit: Visit) -> bool:
        return may_go_on_as_before(visit.asked, visit.browser, self.tenant.now())

    def _page(
        self,
        db: sqlite3.Connection,
        visit: Visit,
        *,
        username: str = "",
        alert: str | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        here = visit.browser.person if self._may_go_on(visit) else None
        return login_page(
            self.tenant.settings,
            sign_in=visit.sign_in.secret,
            csrf=visit.browser.csrf_token("login"),
            redirects_to=visit.redirects_to,
            username=username,
            here=find_person(db, here) if here else None,
            alert=alert,
            status=status,
        )
