"""A person at a browser, as a command: goes through whatever pages a provider shows.

It is called as `$BROWSER` is, with an address, and reads what this person answers from
`person.json` in the folder that it is given. There it keeps its cookies, and a log of its pages.
"""

import json
import sys
from dataclasses import dataclass
from http.cookiejar import LWPCookieJar
from pathlib import Path

import httpx

from tests.support.people.forms import Form, Page

MOST_PAGES = 8

SCRIPTED = "callback_url"
"""Glewlwyd's pages are scripts: this is where they send whoever has signed in and consented."""


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
        seen = Page(page.text)
        if onward := page.url.params.get(SCRIPTED):
            return Step("GET", httpx.URL(onward).copy_merge_params({"g_continue": ""}))
        if seen.refresh:
            return Step("GET", page.url.join(seen.refresh))
        for followed in self.follows:
            for address, text in seen.links:
                if text == followed:
                    return Step("GET", page.url.join(address))
            for form in seen.forms:
                for button in form.buttons:
                    if followed in button:
                        return self._submit(page, form, {button[0]: button[1]})
        posts = [form for form in seen.forms if form.method == "post"]
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
