"""The front page."""

from typing import Final

from starlette.responses import Response

from api_server.local_tenant.pages.frame import Markup, fill, page, portrait_of
from api_server.local_tenant.records.people import Person
from api_server.local_tenant.settings import Settings
from api_server.web_origin import discovery_url

BODY: Final = """\
<h1>The local tenant is running</h1>
<p class="lead">It signs people in for Doorkey, on this machine only. \
Start in your terminal: <code>doorkey login</code></p>
$who
<dl>
<dt>Issuer</dt><dd><code>$issuer</code></dd>
<dt>Client</dt><dd><code>$client</code></dd>
<dt>API</dt><dd><code>$audience</code></dd>
<dt>Discovery</dt><dd><a href="$discovery">openid-configuration</a></dd>
</dl>
"""
SIGNED_IN: Final = """\
<div class="account">$portrait<span><b>$name</b><small>$email</small></span>\
<a href="$path/logout">Sign out</a></div>"""
NOBODY: Final = '<p class="fine">Nobody is signed in with this browser.</p>'


def home_page(settings: Settings, person: Person | None) -> Response:
    """Show what this server is, and who is signed in."""
    body = fill(
        BODY,
        who=_who(settings, person),
        issuer=settings.issuer,
        client=settings.client_id,
        audience=settings.audience,
        discovery=discovery_url(settings.issuer),
    )
    return page(settings, "Local tenant", body)


def _who(settings: Settings, person: Person | None) -> Markup:
    if person is None:
        return fill(NOBODY)
    return fill(
        SIGNED_IN,
        path=settings.path,
        portrait=portrait_of(settings, person.name),
        name=person.full_name,
        email=person.email,
    )
