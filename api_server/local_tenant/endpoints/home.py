"""The tenant's front page: what this is, who can sign in, who has."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from api_server.local_tenant.pages.frame import ICON
from api_server.local_tenant.pages.home import home_page
from api_server.local_tenant.records.browsers import find_browser
from api_server.local_tenant.records.people import find_person
from api_server.local_tenant.tenant import Tenant


@dataclass(frozen=True, slots=True)
class HomeEndpoint:
    """Serves the front page and the icon."""

    tenant: Tenant

    async def get(self, request: Request) -> Response:
        """Show the front page."""
        with self.tenant.database.transaction() as db:
            browser = find_browser(db, request, self.tenant)
            person = find_person(db, browser.person) if browser and browser.person else None
        return home_page(self.tenant.settings, person)

    async def icon(self, request: Request) -> Response:
        """Show the key."""
        headers = {"Cache-Control": "public, max-age=86400"}
        return Response(ICON, media_type="image/svg+xml", headers=headers)
