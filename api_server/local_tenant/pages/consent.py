"""The consent page."""

from typing import Final

from starlette.responses import Response

from api_server.local_tenant.pages.frame import (
    EMPTY,
    Alert,
    Markup,
    alert_box,
    fill,
    join,
    page,
    portrait_of,
)
from api_server.local_tenant.records.device_codes import DeviceRequest, format_user_code
from api_server.local_tenant.records.grants import SCOPES, AccessRequest
from api_server.local_tenant.records.people import Person
from api_server.local_tenant.redirect_uri import origin
from api_server.local_tenant.settings import Settings

BODY: Final = """\
<h1>Allow <span class="client">$client</span>?</h1>
<div class="account">$portrait<span><b>$name</b><small>$email</small></span>\
<a href="$path/login?sign_in=$sign_in">Not you?</a></div>
$alert<p class="lead">This app would like to</p>
<ul class="scopes">
$scopes</ul>
<p class="fine">$api$way</p>
<form method="post" action="$path/consent">
<input type="hidden" name="sign_in" value="$sign_in">
<input type="hidden" name="csrf" value="$csrf">
<div class="buttons">
<button class="primary" id="allow" type="submit" name="decision" value="allow">Allow</button>
<button id="deny" type="submit" name="decision" value="deny">Deny</button>
</div>
</form>
"""
SCOPE: Final = "<li><span>$text</span> <code>$scope</code></li>\n"
API: Final = "It will call the API at <b>$audience</b> for you. "
BACK: Final = "Allow only what you started yourself. You will be sent back to <b>$origin</b>."
DEVICE: Final = (
    'Does your terminal show the code <b class="user-code">$user_code</b>? '
    "If not, deny: somebody else may want in."
)


def consent_page(
    settings: Settings,
    person: Person,
    asked: AccessRequest,
    *,
    sign_in: str,
    csrf: str,
    redirects_to: tuple[str, ...],
    alert: Alert | None,
) -> Response:
    """Show who is asked for what."""
    body = fill(
        BODY,
        path=settings.path,
        sign_in=sign_in,
        csrf=csrf,
        client=asked.client_id,
        portrait=portrait_of(settings, person.name),
        name=person.full_name,
        email=person.email,
        alert=alert_box(alert),
        scopes=_scopes(asked.scope),
        api=_api(asked.audience),
        way=_way(asked, redirects_to),
    )
    title = f"Allow {asked.client_id}?"
    return page(settings, title, body, redirects_to=redirects_to, alert=alert)


def _scopes(scope: tuple[str, ...]) -> Markup:
    return join(fill(SCOPE, text=SCOPES[one], scope=one) for one in scope)


def _api(audience: str | None) -> Markup:
    return fill(API, audience=audience) if audience else EMPTY


def _way(asked: AccessRequest, redirects_to: tuple[str, ...]) -> Markup:
    if isinstance(asked, DeviceRequest):
        return fill(DEVICE, user_code=format_user_code(asked.user_code))
    return join(fill(BACK, origin=origin(uri)) for uri in redirects_to)
