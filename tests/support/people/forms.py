"""What a page lets a person do: its forms, as a browser would post them, and its links."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form of a page: where it goes, what it sends, and its buttons as (name, value, text)."""

    action: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class Page(HTMLParser):
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


def last_form(html: str) -> Form:
    """Read the last form of a page: on the login page the one that asks for a password."""
    return Page(html).forms[-1]
