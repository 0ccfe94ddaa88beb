"""The consent page: what the app asks for, and the person's decision."""

import sqlite3
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api_server.local_tenant.endpoints.authorization import deny_access, grant_access
from api_server.local_tenant.endpoints.parameters import Parameters, read_form, read_query
from api_server.local_tenant.endpoints.visit import Step, Visit, find_visit, redirect_to_page
from api_server.local_tenant.pages.frame import OUT_OF_DATE, Alert
from api_server.local_tenant.pages.sign_in import consent_page
from api_server.local_tenant.records.grants import remember_consent
from api_server.local_tenant.records.people import find_person
from api_server.local_tenant.records.tenant import Tenant

UNDECIDED: Final = Alert("Please choose one of the two.", HTTPStatus.BAD_REQUEST)


@dataclass(frozen=True, slots=True)
class ConsentEndpoint:
    """Shows what is asked for, and takes the decision."""

    tenant: Tenant

    async def get(self, request: Request) -> Response:
        """Show the page, or go on where it is not needed."""
        with self.tenant.database.transaction() as db:
            visit = find_visit(db, request, read_query(request), self.tenant)
            step = visit.next_step(db, self.tenant)
            if step is Step.LOGIN:
                return redirect_to_page("login", visit.sign_in, self.tenant)
            if step is Step.ANSWER:
                return grant_access(db, self.tenant, visit)
            return self._page(db, visit)

    async def post(self, request: Request) -> Response:
        """Take the decision."""
        form = await read_form(request)
        with self.tenant.database.transaction() as db:
            visit = find_visit(db, request, form, self.tenant)
            if visit.next_step(db, self.tenant) is Step.LOGIN:
                return redirect_to_page("login", visit.sign_in, self.tenant)
            if not visit.browser.has_sent("consent", form.get("csrf")):
                return self._page(db, visit, OUT_OF_DATE)
            return self._decide(db, visit, form)

    def _decide(self, db: sqlite3.Connection, visit: Visit, form: Parameters) -> Response:
        decision = form.get("decision")
        if decision == "allow":
            remember_consent(db, visit.asked, visit.browser)
            return grant_access(db, self.tenant, visit)
        if decision == "deny":
            return deny_access(db, self.tenant, visit, "The person denied access.")
        return self._page(db, visit, UNDECIDED)

    def _page(self, db: sqlite3.Connection, visit: Visit, alert: Alert | None = None) -> Response:
        person = find_person(db, visit.browser.person)
        if person is None:
            return redirect_to_page("login", visit.sign_in, self.tenant)
        return consent_page(
            self.tenant.settings,
            person,
            visit.asked,
            sign_in=visit.sign_in.secret,
            redirects_to=visit.redirects_to,
            csrf=visit.browser.csrf_token("consent"),
            alert=alert,
        )
