"""The pages of the device grant: the code, and how it ended."""

from typing import Final

from starlette.responses import Response

from api_server.local_tenant.pages.frame import alert as alert_box
from api_server.local_tenant.pages.frame import page
from api_server.local_tenant.pages.markup import Markup, fill
from api_server.local_tenant.records.user_code import LENGTH, as_typed, shown
from api_server.local_tenant.settings import Settings

CODE: Final = """\
<h1>Connect a terminal</h1>
<p class="lead">Enter the code that your terminal shows.</p>
$alert<form method="post" action="$path/device">
<input type="hidden" name="csrf" value="$csrf">
<label for="user_code">Code</label>
<input id="user_code" class="code" name="user_code" value="$typed" placeholder="XXXX-XXXX" \
autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" \
maxlength="40" required autofocus>
<div class="buttons">
<button class="primary" type="submit">Continue</button>
</div>
</form>
"""
ALLOWED: Final = Markup("""\
<div class="mark" aria-hidden="true">✓</div>
<h1>Your terminal is connected</h1>
<p class="lead">Go back to it; it goes on by itself within seconds. You can close this page.</p>
""")
DENIED: Final = Markup("""\
<div class="mark bad" aria-hidden="true">✕</div>
<h1>Nothing was allowed</h1>
<p class="lead">The terminal was turned away. You can close this page.</p>
""")


def code_page(
    settings: Settings, *, csrf: str, typed: str, alert: str | None, status: int
) -> Response:
    """Ask for the code."""
    code = as_typed(typed)
    body = fill(
        CODE,
        path=settings.path,
        csrf=csrf,
        alert=alert_box(alert),
        # written as the terminal shows it, so that the two are easy to compare
        typed=shown(code) if len(code) == LENGTH else typed[:40],
    )
    return page(settings, "Connect a terminal", body, status=status)


def allowed_page(settings: Settings) -> Response:
    """Say that the device was let in."""
    return page(settings, "Connected", ALLOWED)


def denied_page(settings: Settings) -> Response:
    """Say that the device was turned away."""
    return page(settings, "Not allowed", DENIED)
