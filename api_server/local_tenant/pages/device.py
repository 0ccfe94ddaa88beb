"""The pages of the device grant: the code, and how it ended."""

from typing import Final

from starlette.responses import Response

from api_server.local_tenant.pages.frame import Alert, Markup, alert_box, fill, page
from api_server.local_tenant.records.device_codes import (
    USER_CODE_LENGTH,
    format_user_code,
    normalize_user_code,
)
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


def code_page(settings: Settings, *, csrf: str, typed: str, alert: Alert | None) -> Response:
    """Ask for the code."""
    code = normalize_user_code(typed)
    body = fill(
        CODE,
        path=settings.path,
        csrf=csrf,
        alert=alert_box(alert),
        # written as the terminal shows it, so that the two are easy to compare
        typed=format_user_code(code) if len(code) == USER_CODE_LENGTH else typed[:40],
    )
    return page(settings, "Connect a terminal", body, alert=alert)


def allowed_page(settings: Settings) -> Response:
    """Say that the device was allowed."""
    return page(settings, "Connected", ALLOWED)


def denied_page(settings: Settings) -> Response:
    """Say that the device was refused."""
    return page(settings, "Not allowed", DENIED)
