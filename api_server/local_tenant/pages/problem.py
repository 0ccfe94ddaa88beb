"""The page that says what went wrong."""

from typing import Final

from starlette.responses import Response

from api_server.local_tenant.pages.frame import page
from api_server.local_tenant.pages.markup import fill
from api_server.local_tenant.settings import Settings

BODY: Final = """\
<div class="mark bad" aria-hidden="true">!</div>
<h1>$title</h1>
<p class="lead" role="alert">$advice</p>
"""


def problem_page(settings: Settings, title: str, advice: str, status: int) -> Response:
    """Show a problem and what to do."""
    return page(settings, title, fill(BODY, title=title, advice=advice), status=status)
