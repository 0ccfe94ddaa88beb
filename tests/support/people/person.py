"""A person at a browser, as a command: takes an address, signs in as alice, allows, comes back.

It stands in for a browser where a test is about the terminal; Chromium has tests of its own.
"""

import sys
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from typing import IO, Final
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import (
    HTTPCookieProcessor,
    HTTPRedirectHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from tests.support.people.forms import Form, Page

COMMAND: Final = f"{sys.executable} -m tests.support.people.person %s"
"""As `$BROWSER` takes it. It starts some fifty times: httpx would cost it 100 ms each time."""

ANSWERS: Final = {"username": "alice", "password": "alice-password", "sub": "alice"}

MOST_PAGES: Final = 6


class NotOpened(Exception):
    """An address that the browser was sent to and cannot open."""


class CallbackElsewhere(HTTPRedirectHandler):
    """A browser on another machine than the one that waits for the callback."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if "/callback?" in newurl:
            raise NotOpened(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def browser(redirects: HTTPRedirectHandler) -> OpenerDirector:
    return build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), redirects)


def visit(url: str) -> int:
    """Go to `url` and through the first form of every page; 0 where it ends well."""
    return walk(url, browser(HTTPRedirectHandler()))


def walk(url: str, through: OpenerDirector) -> int:
    data = None
    for _ in range(MOST_PAGES + 1):
        try:
            with through.open(url, data) as answer:
                forms = Page(answer.read().decode()).forms
                if not forms:
                    return 0
                url = urljoin(answer.url, forms[0].action)
                data = urlencode(filled(forms[0])).encode()
        except HTTPError as refused:
            refused.close()
            return 1
    return 1


def filled(form: Form) -> dict[str, str]:
    """Answer what the form asks, and press Allow where it can be pressed."""
    allow = {name: value for name, value, _ in form.buttons if value == "allow"}
    return form.fields | {name: ANSWERS[name] for name in form.fields if name in ANSWERS} | allow


def last_address(url: str) -> str:
    """Sign in as on another machine; return the address that the browser there cannot open."""
    try:
        walk(url, browser(CallbackElsewhere()))
    except NotOpened as callback:
        return str(callback)
    raise AssertionError("was not sent to a callback")


if __name__ == "__main__":
    sys.exit(visit(sys.argv[1]))
