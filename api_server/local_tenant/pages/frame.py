"""What all pages share: escaping, the card with its stylesheet, the policy that allows it."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from http import HTTPStatus
from importlib.resources import files
from string import Template
from typing import Final

from starlette.responses import HTMLResponse

from api_server.local_tenant.redirect_uri import origin
from api_server.local_tenant.settings import Settings


class Markup(str):
    """Text that is HTML already, and is not escaped again."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """What went wrong, within a page, and the status of that page."""

    text: str
    status: HTTPStatus


EMPTY: Final = Markup()
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
OUT_OF_DATE: Final = Alert(
    "This page was out of date, or this browser keeps no cookies. Please try again.",
    HTTPStatus.FORBIDDEN,
)
PROBLEM: Final = """\
<div class="mark bad" aria-hidden="true">!</div>
<h1>$title</h1>
<p class="lead" role="alert">$advice</p>
"""
IMAGE: Final = '<img class="portrait" src="$path/people/$name.svg" alt="" width="28" height="28">'
PORTRAIT: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96" role="img" \
aria-label="$name"><rect width="96" height="96" fill="$colour"/>\
<text x="48" y="66" font-family="system-ui, sans-serif" font-size="52" font-weight="600" \
text-anchor="middle" fill="#fff">$initial</text></svg>
"""
COLOURS: Final = ("#0d9488", "#7c3aed", "#c2410c", "#0369a1", "#be185d")


def fill(template: str, **values: str) -> Markup:
    """Put values in for `$name`; each is escaped, quotes included, unless it is Markup."""
    safe = {
        name: value if isinstance(value, Markup) else escape(value)
        for name, value in values.items()
    }
    return Markup(Template(template).substitute(safe))


def join(parts: Iterable[Markup]) -> Markup:
    """Put pieces one after the other."""
    return Markup("".join(parts))


def page(
    settings: Settings,
    title: str,
    body: Markup,
    *,
    redirects_to: Iterable[str] = (),
    alert: Alert | None = None,
) -> HTMLResponse:
    """Frame a body; `redirects_to` are addresses that its forms may lead on to."""
    status = alert.status if alert else HTTPStatus.OK
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


def problem_page(settings: Settings, title: str, problem: Alert) -> HTMLResponse:
    """Say what went wrong and what to do."""
    body = fill(PROBLEM, title=title, advice=problem.text)
    return page(settings, title, body, alert=problem)


def alert_box(alert: Alert | None) -> Markup:
    """Say what went wrong within a page, also to a screen reader at once."""
    return fill(ALERT, text=alert.text) if alert else EMPTY


def portrait_of(settings: Settings, name: str) -> Markup:
    """Show somebody; their name stands beside it, so the picture itself says nothing."""
    return fill(IMAGE, path=settings.path, name=name)


def draw_portrait(name: str, full_name: str) -> Markup:
    """Draw an initial, in a colour that goes with the name, so that no picture is fetched."""
    colour = COLOURS[sum(name.encode()) % len(COLOURS)]
    return fill(PORTRAIT, name=full_name, initial=full_name[:1], colour=colour)


def _policy(redirects_to: Iterable[str]) -> str:
    targets = " ".join(["'self'", *map(_source, redirects_to)])
    return (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; img-src 'self'; "
        f"form-action {targets}; frame-ancestors 'none'; base-uri 'none'"
    )


def _source(uri: str) -> str:
    """Return an address as a policy names it: form-action governs redirects after a post too."""
    place = origin(uri)
    # CSP 3 2.3.1 has no IPv6 literals: only the scheme can be said
    return "http:" if "[" in place else place
