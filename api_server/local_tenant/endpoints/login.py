"""The login page: the form, and what was typed into it."""

import sqlite3
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api_server.local_tenant.endpoints.authorization import deny_access
from api_server.local_tenant.endpoints.parameters import Parameters, read_form, read_query
from api_server.local_tenant.endpoints.visit import (
    Visit,
    find_visit,
    may_continue_as_before,
    redirect_to_page,
)
from api_server.local_tenant.pages.frame import OUT_OF_DATE, Alert
from api_server.local_tenant.pages.sign_in import login_page
from api_server.local_tenant.records.browsers import log_in, mark_signed_in, set_cookie
from api_server.local_tenant.records.people import (
    ONE_FACTOR,
    TWO_FACTORS,
    Person,
    authenticate,
    find_person,
    is_code_right,
    normalize_name,
)
from api_server.local_tenant.records.tenant import Tenant

WRONG: Final = Alert("The username or the password is wrong.", HTTPStatus.UNAUTHORIZED)
WRONG_CODE: Final = Alert(
    "The username, the password or the code is wrong.", HTTPStatus.UNAUTHORIZED
)
TOO_OFTEN: Final = Alert(
    "Too many wrong passwords. Please wait five minutes.", HTTPStatus.TOO_MANY_REQUESTS
)


@dataclass(frozen=True, slots=True)
class LoginEndpoint:
    """Shows the form, and checks what was typed."""

    tenant: Tenant

    async def get(self, request: Request) -> Response:
        """Show the form."""
        with self.tenant.database.transaction() as db:
            visit = find_visit(db, request, read_query(request), self.tenant)
            return self._page(db, visit, username=visit.asked.login_hint or "")

    async def post(self, request: Request) -> Response:
        """Take the form: cancelled, continued as before, or a name and a password."""
        form = await read_form(request)
        with self.tenant.database.transaction() as db:
            visit = find_visit(db, request, form, self.tenant)
            if not visit.browser.has_sent("login", form.get("csrf")):
                return self._page(db, visit, alert=OUT_OF_DATE)
            if form.get("action") == "cancel":
                return deny_access(db, self.tenant, visit, "The person cancelled the sign-in.")
            if form.get("action") == "continue" and self._may_continue(visit):
                mark_signed_in(db, visit.sign_in)
                return redirect_to_page("consent", visit.sign_in, self.tenant)
            return self._log_in(db, visit, form)

    def _log_in(self, db: sqlite3.Connection, visit: Visit, form: Parameters) -> Response:
        name = (form.get("username") or "").strip()
        key, now, wrong = normalize_name(name), self.tenant.now(), self.tenant.wrong_passwords
        if wrong.is_exhausted(key, now):
            return self._page(db, visit, username=name, alert=TOO_OFTEN)
        person = authenticate(db, name, form.get("password") or "")
        if person is None or not self._is_strong_enough(visit, form):
            wrong.add_failure(key, now)
            alert = WRONG if visit.asked.acr == ONE_FACTOR else WRONG_CODE
            return self._page(db, visit, username=name, alert=alert)
        wrong.forget(key)
        return self._continue_as(db, visit, person)

    def _is_strong_enough(self, visit: Visit, form: Parameters) -> bool:
        return visit.asked.acr == ONE_FACTOR or is_code_right(form.get("code") or "")

    def _continue_as(self, db: sqlite3.Connection, visit: Visit, person: Person) -> Response:
        browser = log_in(db, visit.browser, person.name, visit.asked.acr, self.tenant)
        mark_signed_in(db, visit.sign_in)
        response = redirect_to_page("consent", visit.sign_in, self.tenant)
        set_cookie(response, browser, self.tenant.settings)
        return response

    def _may_continue(self, visit: Visit) -> bool:
        return may_continue_as_before(visit.asked, visit.browser, self.tenant.now())

    def _page(
        self,
        db: sqlite3.Connection,
        visit: Visit,
        *,
        username: str = "",
        alert: Alert | None = None,
    ) -> Response:
        here = visit.browser.person if self._may_continue(visit) else None
        return login_page(
            self.tenant.settings,
            sign_in=visit.sign_in.secret,
            csrf=visit.browser.csrf_token("login"),
            redirects_to=visit.redirects_to,
            username=username,
            here=find_person(db, here),
            asks_code=visit.asked.acr == TWO_FACTORS,
            alert=alert,
        )
