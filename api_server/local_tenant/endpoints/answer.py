"""How a sign-in ends: an app gets the browser back, a device gets word at its next poll."""

import sqlite3

from starlette.responses import Response

from api_server.local_tenant.endpoints.authorization_response import code_response, error_response
from api_server.local_tenant.endpoints.oauth_error import OAuthError
from api_server.local_tenant.endpoints.visit import Visit
from api_server.local_tenant.pages.device import allowed_page, denied_page
from api_server.local_tenant.records.device_codes import DeviceRequest, allow_device, deny_device
from api_server.local_tenant.records.sign_ins import end_sign_in
from api_server.local_tenant.tenant import Tenant


def grant_access(db: sqlite3.Connection, tenant: Tenant, visit: Visit) -> Response:
    """End a sign-in with what was asked for."""
    end_sign_in(db, visit.sign_in)
    if isinstance(visit.asked, DeviceRequest):
        allow_device(db, tenant, visit.asked, visit.browser)
        return allowed_page(tenant.settings)
    return code_response(db, tenant, visit.asked, visit.browser)


def deny_access(db: sqlite3.Connection, tenant: Tenant, visit: Visit, why: str) -> Response:
    """End a sign-in with nothing."""
    end_sign_in(db, visit.sign_in)
    if isinstance(visit.asked, DeviceRequest):
        deny_device(db, visit.asked)
        return denied_page(tenant.settings)
    return error_response(visit.asked.address, OAuthError("access_denied", why), tenant)
