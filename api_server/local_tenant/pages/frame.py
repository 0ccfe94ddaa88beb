"""What all pages share: the card, the key, the stylesheet, and the policy that allows it."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files
from typing import Final

from starlette.responses import HTMLResponse

from api_server.local_tenant.pages.markup import EMPTY, Markup, fill
from api_server.local_tenant.redirect_uri import origin
from api_server.local_tenant.settings import Settings

STYLE: Final = Markup((files(__package__) / "page.css").read_text("utf-8"))
ICON: Final = Markup((files(__package__) / "key.svg").read_text("utf-8").strip())
STYLE_HASH: Final = b64encode(sha256(STYLE.encode()).digest()).decode("ascii")

FRAME: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>$title · Doorkey</title>
<link rel="icon" type="image/svg+xml" href="$path/icon.svg">
<style>$style</style>
</head>
<body>
<main>
<div class="brand"><span class="key" aria-hidden="true">$icon</span>\
<span><b>Doorkey</b> local tenant</span></div>
$body
</main>
<footer><b>Not for production.</b> A local OpenID Provider for trying things out, \
at <span class="issuer">$issuer</span></footer>
</body>
</html>
"""

ALERT: Final = '<p class="alert" role="alert">$text</p>\n'


def page(
    settings: Settings,
    title: str,
    body: Markup,
    *,
    redirects_to: Iterable[str] = (),
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    """Frame a body; `redirects_to` are addresses that its forms may lead on to."""
    html = fill(
        FRAME,
        title=title,
        path=settings.path,
        style=STYLE,
        icon=ICON,
        body=body,
        issuer=settings.issuer,
    )
    return HTMLResponse(html, status, {"Content-Security-Policy": _policy(redirects_to)})


def alert(text: str | None) -> Markup:
    """Say what went wrong, also to a screen reader at once."""
    return fill(ALERT, text=text) if text else EMPTY


def _policy(redirects_to: Iterable[str]) -> str:
    targets = " ".join(["'self'", *map(_source, redirects_to)])
    return (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; img-src 'self'; "
        f"form-action {targets}; frame-ancestors 'none'; base-uri 'none'"
    )


def _source(uri: str) -> str:
    """Name an address in a policy: form-action governs the redirect after a post as well."""
    place = origin(uri)
    # CSP 3 2.3.1 has no IPv6 literals: only the scheme can be said
    return "http:" if "[" in place else place
