"""The tenant's front page, its icon, and the pictures of its people."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api_server.local_tenant.errors import BrowserStopped
from api_server.local_tenant.pages.frame import ICON, draw_portrait
from api_server.local_tenant.pages.home import home_page
from api_server.local_tenant.records.browsers import find_browser
from api_server.local_tenant.records.people import find_person
from api_server.local_tenant.records.tenant import Tenant

SVG: Final = "image/svg+xml"
CACHE: Final = {"Cache-Control": "public, max-age=86400"}
"""A day: the pictures do not change."""


@dataclass(frozen=True, slots=True)
class HomeEndpoint:
    """Serves the front page and the pictures."""

    tenant: Tenant

    async def get(self, request: Request) -> Response:
        """Show the front page: what this is, and who is signed in."""
        with self.tenant.database.transaction() as db:
            browser = find_browser(db, request, self.tenant)
            person = find_person(db, browser.person) if browser else None
        return home_page(self.tenant.settings, person)

    async def icon(self, request: Request) -> Response:
        """Show the icon: a key."""
        return Response(ICON, media_type=SVG, headers=CACHE)

    async def portrait(self, request: Request) -> Response:
        """Show the picture of a person, at the address of the `picture` claim."""
        with self.tenant.database.transaction() as db:
            person = find_person(db, request.path_params["name"])
        if person is None:
            raise BrowserStopped(
                "Nobody of that name", "There is no such person here.", HTTPStatus.NOT_FOUND
            )
        return Response(draw_portrait(person.name, person.full_name), media_type=SVG, headers=CACHE)
