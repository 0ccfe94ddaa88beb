"""The pages of a sign-in: the login, then the consent."""

from collections.abc import Iterable
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
from api_server.local_tenant.records.people import DEMO_CODE, DEMO_PEOPLE, Person, demo_password
from api_server.local_tenant.redirect_uri import origin
from api_server.local_tenant.settings import Settings

LOGIN: Final = """\
<h1>Sign in</h1>
<p class="lead">to go on to <b>$client</b></p>
$alert$here<form method="post" action="$path/login">
<input type="hidden" name="sign_in" value="$sign_in">
<input type="hidden" name="csrf" value="$csrf">
<label for="username">Username or email</label>
<input id="username" name="username" value="$username" autocomplete="username" \
autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="256" required$focus_name>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" \
maxlength="256" required$focus_password>
$code<div class="buttons">
<button class="primary" type="submit" name="action" value="login">Sign in</button>
<button type="submit" name="action" value="cancel" formnovalidate>Cancel</button>
</div>
</form>
<section class="people" aria-labelledby="people">
<h2 id="people">Who can sign in here</h2>
<table>
<thead><tr><th scope="col">Username</th><th scope="col">Password</th></tr></thead>
<tbody>
$people</tbody>
</table>
</section>
"""
CODE: Final = """\
<label for="code">One-time code</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="16" \
required>
<p class="fine">The app asks for more than a password. Everybody's code here is \
<code>$code</code>.</p>
"""
PERSON: Final = """\
<tr><td>$portrait<code>$name</code></td><td><code>$password</code></td></tr>
"""
HERE: Final = """\
<form method="post" action="$path/login" class="here">
<input type="hidden" name="sign_in" value="$sign_in">
<input type="hidden" name="csrf" value="$csrf">
<button class="account" type="submit" name="action" value="continue">$portrait\
<span><b>Go on as $name</b><small>$email</small></span></button>
</form>
<p class="or"><span>or as somebody else</span></p>
"""
FOCUS: Final = Markup(" autofocus")

CONSENT: Final = """\
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


def login_page(
    settings: Settings,
    *,
    sign_in: str,
    csrf: str,
    redirects_to: Iterable[str],
    username: str,
    here: Person | None,
    asks_code: bool,
    alert: Alert | None,
) -> Response:
    """Show the form; `here` is who may go on without a password."""
    hidden = {"path": settings.path, "sign_in": sign_in, "csrf": csrf}
    body = fill(
        LOGIN,
        **hidden,
        client=settings.client_id,
        alert=alert_box(alert),
        here=_here(settings, here, hidden),
        username=username[:256],
        focus_name=EMPTY if username else FOCUS,
        focus_password=FOCUS if username else EMPTY,
        code=fill(CODE, code=DEMO_CODE) if asks_code else EMPTY,
        people=_people(settings),
    )
    return page(settings, "Sign in", body, redirects_to=redirects_to, alert=alert)


def _here(settings: Settings, person: Person | None, hidden: dict[str, str]) -> Markup:
    if person is None:
        return EMPTY
    portrait = portrait_of(settings, person.name)
    return fill(HERE, **hidden, portrait=portrait, name=person.full_name, email=person.email)


def _people(settings: Settings) -> Markup:
    return join(
        fill(PERSON, portrait=portrait_of(settings, name), name=name, password=demo_password(name))
        for name, *_ in DEMO_PEOPLE
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
        CONSENT,
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
