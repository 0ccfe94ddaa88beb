"""A person at a browser, as a command: takes an address, signs in as alice, allows, comes back.

It stands in for a browser where a test is about the terminal; Chromium has tests of its own.
"""

import sys
from typing import Final

import httpx

from tests.support.people.forms import Form, Page

COMMAND: Final = f"{sys.executable} -m tests.support.people.person %s"
"""As `$BROWSER` takes it."""

ANSWERS: Final = {"username": "alice", "password": "alice-password", "sub": "alice"}

MOST_PAGES: Final = 6


def visit(url: str) -> int:
    """Go to `url` and through the first form of every page; 0 where it ends well."""
    with httpx.Client(follow_redirects=True, trust_env=False) as browser:
        page = browser.get(url)
        for _ in range(MOST_PAGES):
            forms = Page(page.text).forms
            if not forms:
                return 0 if page.is_success else 1
            page = browser.post(page.url.join(forms[0].action), data=filled(forms[0]))
    return 1


def filled(form: Form) -> dict[str, str]:
    """Answer what the form asks, and press Allow where it can be pressed."""
    allow = {name: value for name, value, _ in form.buttons if value == "allow"}
    return form.fields | {name: ANSWERS[name] for name in form.fields if name in ANSWERS} | allow


def last_address(url: str) -> str:
    """Sign in as on another machine; return the address that the browser there cannot open."""
    with httpx.Client(follow_redirects=False, trust_env=False) as browser:
        page = browser.get(url)
        while not (page.next_request and "/callback?" in str(page.next_request.url)):
            if page.next_request:
                page = browser.send(page.next_request)
            else:
                (form,) = Page(page.text).forms
                page = browser.post(page.url.join(form.action), data=filled(form))
        return str(page.next_request.url)


if __name__ == "__main__":
    sys.exit(visit(sys.argv[1]))
