"""The forms of a page, as a browser would post them."""

from html.parser import HTMLParser


class Form:
    """Where a form goes, and what it sends unless a person changes it."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: dict[str, str] = {}
        self.buttons: list[tuple[str, str]] = []
        """Name and value of each; one of them is sent too, the one that is pressed."""


def forms_of(html: str) -> list[Form]:
    """Read all forms of a page, in their order."""
    return _Reader(html).forms


def last_form(html: str) -> Form:
    """Read the last form of a page: on the login page the one that asks for a password."""
    return forms_of(html)[-1]


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", "")))
        elif "name" not in values or not self.forms:
            return
        elif tag == "input":
            self.forms[-1].fields[values["name"]] = values.get("value", "")
        elif tag == "button":
            self.forms[-1].buttons.append((values["name"], values.get("value", "")))
