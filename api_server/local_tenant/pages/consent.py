"""The consent page."""

from typing import Final

from starlette.responses import Response

from ..authorization_request import AuthorizationRequest
from ..claims import SCOPES
from ..people import Person
from ..redirect_uri import origin
from ..settings import Settings
from .frame import alert as alert_box
from .frame import page
from .markup import Markup, fill, join
from .portrait import portrait_of

BODY: Final = """\
<h1>Allow <span class="client">$client</span>?</h1>
<div class="account">$portrait<span><b>$name</b><small>$email</small></span>\
<a href="$path/login?sign_in=$sign_in">Not you?</a></div>
$alert<p class="lead">This app would like to</p>
<ul class="scopes">
$scopes</ul>
<p class="fine">$api Allow only what you started yourself. \
You will be sent back to <b>$origin</b>.</p>
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


def consent_page(
    settings: Settings,
    person: Person,
    asked: AuthorizationRequest,
    *,
    sign_in: str,
    csrf: str,
    alert: str | None,
    status: int,
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
        scopes=scope_list(asked.scope),
        api=api_note(asked.audience),
        origin=origin(asked.address.redirect_uri),
    )
    uris = [asked.address.redirect_uri]
    return page(settings, f"Allow {asked.client_id}?", body, redirects_to=uris, status=status)


def scope_list(scope: tuple[str, ...]) -> Markup:
    """Say what each scope means."""
    return join(fill(SCOPE, text=SCOPES[one], scope=one) for one in scope)


def api_note(audience: str | None) -> Markup:
    """Name the API that is to be called."""
    return fill(API, audience=audience) if audience else Markup()
