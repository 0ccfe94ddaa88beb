"""The device grant: the endpoint for devices, the page for people (RFC 8628 3.1, 3.3)."""

import sqlite3
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api_server.local_tenant.endpoints.parameters import (
    read_audience,
    read_client_form,
    read_form,
    read_query,
    read_scope,
)
from api_server.local_tenant.endpoints.visit import redirect_to_page
from api_server.local_tenant.errors import RequestRefused
from api_server.local_tenant.pages.device import code_page
from api_server.local_tenant.pages.frame import OUT_OF_DATE, Alert
from api_server.local_tenant.records.browsers import (
    Browser,
    add_browser,
    add_sign_in,
    find_browser,
    set_cookie,
)
from api_server.local_tenant.records.device_codes import (
    add_device,
    find_device_by_user_code,
    format_user_code,
)
from api_server.local_tenant.records.tenant import Tenant

WRONG: Final = Alert(
    "There is no such code, or it has expired. Compare it with your terminal.",
    HTTPStatus.BAD_REQUEST,
)
TOO_OFTEN: Final = Alert(
    "Too many wrong codes. Please wait five minutes.", HTTPStatus.TOO_MANY_REQUESTS
)
ANYBODY: Final = "anybody"
"""Wrong codes are counted for all together: who guesses can come as a new browser each time."""


@dataclass(frozen=True, slots=True)
class DeviceEndpoint:
    """Gives devices their codes, and asks people which device is theirs."""

    tenant: Tenant

    async def authorize(self, request: Request) -> Response:
        """Answer a device with its two codes (RFC 8628 3.2)."""
        settings = self.tenant.settings
        try:
            form = await read_client_form(request, settings)
            scope, audience = read_scope(form), read_audience(form, settings)
        except RequestRefused as error:
            return error.response()
        with self.tenant.database.transaction() as db:
            secret, code = add_device(db, self.tenant, settings.client_id, scope, audience)
        return JSONResponse(self._answer(secret, format_user_code(code)))

    async def get(self, request: Request) -> Response:
        """Ask the person for the code; it may be in the address already."""
        typed = read_query(request).get("user_code") or ""
        with self.tenant.database.transaction() as db:
            return self._page(self._find_browser(db, request), typed)

    async def post(self, request: Request) -> Response:
        """Take the code, and go on to login and consent."""
        form = await read_form(request)
        typed, now = form.get("user_code") or "", self.tenant.now()
        wrong = self.tenant.wrong_user_codes
        with self.tenant.database.transaction() as db:
            browser = self._find_browser(db, request)
            if not browser.has_sent("device", form.get("csrf")):
                return self._page(browser, typed, OUT_OF_DATE)
            if wrong.is_exhausted(ANYBODY, now):
                return self._page(browser, typed, TOO_OFTEN)
            device = find_device_by_user_code(db, typed, self.tenant)
            if device is None:
                wrong.add_failure(ANYBODY, now)
                return self._page(browser, typed, WRONG)
            sign_in = add_sign_in(db, browser, self.tenant, device_code=device.digest)
        # it leads on to the login where nobody is signed in
        return redirect_to_page("consent", sign_in, self.tenant)

    def _find_browser(self, db: sqlite3.Connection, request: Request) -> Browser:
        return find_browser(db, request, self.tenant) or add_browser(db, self.tenant)

    def _page(self, browser: Browser, typed: str, alert: Alert | None = None) -> Response:
        settings = self.tenant.settings
        csrf = browser.csrf_token("device")
        response = code_page(settings, csrf=csrf, typed=typed, alert=alert)
        set_cookie(response, browser, settings)
        return response

    def _answer(self, device_code: str, user_code: str) -> dict[str, object]:
        settings = self.tenant.settings
        return {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": settings.url("device"),
            "verification_uri_complete": settings.url(f"device?user_code={user_code}"),
            "expires_in": settings.device_code_lifetime_seconds,
            "interval": settings.device_interval_seconds,
        }
