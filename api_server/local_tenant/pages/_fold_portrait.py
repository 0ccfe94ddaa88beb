"""Pictures of the people, drawn, so that no picture comes from elsewhere."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api_server.local_tenant.endpoints.oauth_error import PageError
from api_server.local_tenant.pages.markup import fill
from api_server.local_tenant.records.people import find_person
from api_server.local_tenant.tenant import Tenant

COLOURS: Final = ("#0d9488", "#7c3aed", "#c2410c", "#0369a1", "#be185d")
PORTRAIT: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96" role="img" \
aria-label="$name"><rect width="96" height="96" fill="$colour"/>\
<text x="48" y="66" font-family="system-ui, sans-serif" font-size="52" font-weight="600" \
text-anchor="middle" fill="#fff">$initial</text></svg>
"""
DAY_SECONDS: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class PortraitEndpoint:
    """Serves the `picture` claim's address."""

    tenant: Tenant

    async def get(self, request: Request) -> Response:
        """Draw somebody."""
        with self.tenant.database.transaction() as db:
            person = find_person(db, request.path_params["name"])
        if person is None:
            raise PageError(
                "Nobody of that name", "There is no such person here.", HTTPStatus.NOT_FOUND
            )
        return Response(
            draw(person.name, person.full_name),
            media_type="image/svg+xml",
            headers={"Cache-Control": f"public, max-age={DAY_SECONDS}"},
        )


def draw(name: str, full_name: str) -> str:
    """Draw an initial, in a colour that goes with the name."""
    colour = COLOURS[sum(name.encode()) % len(COLOURS)]
    return fill(PORTRAIT, name=full_name, initial=full_name[:1], colour=colour)
