"""A person at a browser, as a command: takes an address, signs in as alice, allows, comes back.

It stands in for a browser where a test is about the terminal; Chromium has tests of its own.
"""

import sys
from html.parser import HTMLParser

import httpx

ANSWERS = {"username": "alice", "password": "alice-password", "sub": "alice"}

MOST_PAGES = 6


class Form(HTMLParser):
    """The first form of a page: where it goes and what it sends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.found = self.ended = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        name = attributes.get("name", "")
        if tag == "form" and not self.found:
            self.found, self.action = True, attributes.get("action", "")
        elif self.ended or not name:
            return
        elif tag == "input":
            self.fields[name] = ANSWERS.get(name, attributes.get("value", ""))
        elif tag == "button" and attributes.get("value") == "allow":
            self.fields[name] = "allow"

    def handle_endtag(self, tag: str) -> None:
        self.ended = self.ended or tag == "form"


def visit(url: str) -> int:
    """Go to `url` and through every form; 0 where it ends well."""
    with httpx.Client(follow_redirects=True, trust_env=False) as browser:
        page = browser.get(url)
        for _ in range(MOST_PAGES):
            form = Form(page.text)
            if not form.found:
                return 0 if page.is_success else 1
            page = browser.post(page.url.join(form.action), data=form.fields)
    return 1


if __name__ == "__main__":
    sys.exit(visit(sys.argv[1]))
