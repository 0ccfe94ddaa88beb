"""A person at a browser, as a command: goes through whatever pages a provider shows.

It is called as `$BROWSER` is, with an address, and reads what this person answers from
`person.json` in the folder that it is given. There it keeps its cookies, and a log of its pages.
"""

import json
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import LWPCookieJar
from pathlib import Path

import httpx

MOST_PAGES = 8

SCRIPTED = "callback_url"
"""Glewlwyd's pages are scripts: this is where they send whoever has signed in and consented."""


@dataclass
class Form:
    """A form of a page: where it goes, what it sends, and its buttons as (name, value, text)."""

    action: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class Reader(HTMLParser):
    """The forms and the links of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        """As (address, text)."""
        self.refresh = ""
        """Where the page sends a browser on by itself."""
        self._open: dict[str, str] | None = None
        self._text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if tag == "form":
            method = attributes.get("method", "get").lower()
            self.forms.append(Form(attributes.get("action", ""), method))
        elif tag in ("a", "button"):
            self._open, self._text = attributes | {"tag": tag}, ""
        elif tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            self.refresh = attributes.get("content", "").partition("=")[2]
        elif tag == "input" and self.forms:
            kind = attributes.get("type", "text").lower()
            if kind == "submit":
                self.forms[-1].buttons.append((name, value, value))
            elif kind not in ("checkbox", "radio", "button") or "checked" in attributes:
                self.forms[-1].fields[name] = value

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open is None or tag != self._open["tag"]:
            return
        opened, self._open = self._open, None
        if tag == "a":
            self.links.append((opened.get("href", ""), self._text.strip()))
        elif self.forms and "val" in opened:
            # LemonLDAP::NG's script sends that as `confirm`.
            self.forms[-1].buttons.append(("confirm", opened["val"], opened.get("id", "")))
        elif self.forms:
            button = (opened.get("name", ""), opened.get("value", ""), self._text.strip())
            self.forms[-1].buttons.append(button)


@dataclass(frozen=True)
class Step:
    """One request of a browser."""

    method: str
    url: httpx.URL
    data: dict[str, str] | None = None


@dataclass(frozen=True)
class Person:
    """What somebody types, and which links and buttons they follow, by name, value or text.

    The first of `follows` that is on a page counts.
    """

    answers: dict[str, str]
    follows: list[str]

    def step(self, page: httpx.Response) -> Step | None:
        """Return what a browser sends next from this page, None where it ends."""
        reader = Reader(page.text)
        if onward := page.url.params.get(SCRIPTED):
            return Step("GET", httpx.URL(onward).copy_merge_params({"g_continue": ""}))
        if reader.refresh:
            return Step("GET", page.url.join(reader.refresh))
        for followed in self.follows:
            for address, text in reader.links:
                if text == followed:
                    return Step("GET", page.url.join(address))
            for form in reader.forms:
                for button in form.buttons:
                    if followed in button:
                        return self._submit(page, form, {button[0]: button[1]})
        posts = [form for form in reader.forms if form.method == "post"]
        return self._submit(page, posts[0], {}) if posts else None

    def _submit(self, page: httpx.Response, form: Form, pressed: dict[str, str]) -> Step:
        known = {name: self.answers.get(name, value) for name, value in form.fields.items()}
        data = {name: value for name, value in (known | pressed).items() if name}
        address = page.url.join(form.action)
        if form.method == "get":
            return Step("GET", address.copy_merge_params(data))
        return Step("POST", address, data)


def visit(folder: Path, url: str) -> int:
    """Go to `url` and on to where no form and no link is left; 0 where that page is a success."""
    told = json.loads((folder / "person.json").read_text())
    person, jar = Person(**told), LWPCookieJar(folder / "cookies.txt")
    if (folder / "cookies.txt").exists():
        jar.load(ignore_discard=True)
    step: Step | None = Step("GET", httpx.URL(url))
    with (
        (folder / "pages.log").open("a") as log,
        httpx.Client(follow_redirects=True, trust_env=False, cookies=jar) as browser,
    ):
        for _ in range(MOST_PAGES):
            if step is None:
                break
            page = browser.request(step.method, step.url, data=step.data)
            for one in (*page.history, page):
                log.write(f"{one.request.method} {one.url} {one.status_code}\n")
            log.write(f"{page.text}\n")
            log.flush()
            jar.save(ignore_discard=True)
            step = person.step(page)
    return 0 if page.is_success else 1


if __name__ == "__main__":
    sys.exit(visit(Path(sys.argv[1]), sys.argv[2]))
