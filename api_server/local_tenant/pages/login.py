"""The login page."""

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
from api_server.local_tenant.records.people import DEMO_CODE, DEMO_PEOPLE, Person, demo_password
from api_server.local_tenant.settings import Settings

BODY: Final = """\
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
        BODY,
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
