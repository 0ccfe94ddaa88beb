"""The pages of signing out: the question, and that it is done."""

from typing import Final

from starlette.responses import Response

from api_server.local_tenant.pages.frame import EMPTY, Alert, alert_box, fill, join, page
from api_server.local_tenant.settings import Settings

CONFIRM: Final = """\
<h1>Sign out?</h1>
$alert<p class="lead">You are signed in here as <b>$name</b>.</p>
<form method="post" action="$path/logout/confirm">
<input type="hidden" name="csrf" value="$csrf">
$hidden<div class="buttons">
<button class="primary" type="submit" autofocus>Sign out</button>
<a class="button" href="$path/">Stay</a>
</div>
</form>
"""
HIDDEN: Final = '<input type="hidden" name="$name" value="$value">\n'
SIGNED_OUT: Final = """\
<div class="mark" aria-hidden="true">✓</div>
<h1>You are signed out</h1>
<p class="lead">This browser is not signed in at the local tenant any more. \
You can close this page and go back to your terminal.</p>
$note"""
NOTE: Final = """\
<p class="fine">The app asked to send you on to <b>$address</b>, which is not registered here, \
or did not say which app it is.</p>
"""


def confirm_page(
    settings: Settings,
    name: str,
    *,
    csrf: str,
    hidden: dict[str, str],
    return_to: str | None,
    alert: Alert | None,
) -> Response:
    """Ask, where nothing proves that the person wants it; `hidden` comes back with the answer."""
    body = fill(
        CONFIRM,
        path=settings.path,
        name=name,
        csrf=csrf,
        hidden=join(fill(HIDDEN, name=key, value=value) for key, value in hidden.items()),
        alert=alert_box(alert),
    )
    uris = [return_to] if return_to else []
    return page(settings, "Sign out?", body, redirects_to=uris, alert=alert)


def signed_out_page(settings: Settings, refused_address: str | None) -> Response:
    """Say that it is done."""
    note = fill(NOTE, address=refused_address[:200]) if refused_address else EMPTY
    return page(settings, "Signed out", fill(SIGNED_OUT, note=note))
