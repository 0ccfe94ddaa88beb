"""What is asked of the API: method, path, headers and body, always of its own origin."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tui.config.memory import AppMemory
from tui.text import shortened
from tui.web_address import split_web_address

METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""They change nothing (RFC 9110 9.2.1)."""

REPEATED_METHODS: Final = frozenset({"GET", "HEAD"})
"""What may be called without being asked for each time."""

BODYLESS_METHODS: Final = frozenset({"GET", "HEAD"})
"""Methods that are sent without a body: it means nothing there, and some servers refuse it."""

REQUEST_MEMORY: Final = "request"

LONGEST_PATH: Final = 2000
"""Characters, query included; servers refuse longer ones."""

LONGEST_HEADER: Final = 8000
"""Characters of a name and its value; servers refuse longer ones."""

LONGEST_NAME: Final = 40
"""Characters of a header's name that an error repeats."""

TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""RFC 9110 5.6.2: of what a header's name consists."""

FORM: Final = re.compile(rb"[\w.\-%+\[\]]+=[\w.\-%+*\[\]]*(?:&[\w.\-%+\[\]]+=[\w.\-%+*\[\]]*)*")

BY_HOP: Final = "it concerns the connection and never reaches the API"

NOT_TO_BE_SET: Final[Mapping[str, str]] = {
    "authorization": "Doorkey adds it, with your token",
    "dpop": "Doorkey adds it, with your token",
    "host": "apiUrl in the config says it",
    "content-length": "it is counted from the body",
    "accept-encoding": "answers are read as they are, without compression",
    **dict.fromkeys(
        (
            "connection", "expect", "keep-alive", "proxy-authorization", "proxy-connection", "te",
            "trailer", "transfer-encoding", "upgrade",
        ),
        BY_HOP,
    ),
}  # fmt: skip
"""Headers that cannot be set, and why."""

Header = tuple[str, str]
"""Name and value."""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request; the path starts with a slash and may have a query."""

    method: str = "GET"
    path: str = "/api/external"
    headers: tuple[Header, ...] = field(default=(), repr=False)
    """As they were written; a name may come twice."""
    body: bytes = field(default=b"", repr=False)

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method in SAFE_METHODS

    @property
    def may_repeat(self) -> bool:
        """Whether it may be called unasked."""
        return self.method in REPEATED_METHODS

    @property
    def body_sent(self) -> bytes:
        """The body; with GET and HEAD it would mean nothing (RFC 9110 9.3.1), and is left out."""
        return self.body if self.has_body else b""

    @property
    def has_body(self) -> bool:
        """Whether a body means anything with this method; what is written stays all the same."""
        return self.method not in BODYLESS_METHODS

    @property
    def headers_sent(self) -> dict[str, str]:
        """The headers with the content type of the body; those of one name are one (9110 5.3)."""
        sent: dict[str, Header] = {}
        for name, value in self.headers:
            first, before = sent.get(name.lower(), (name, ""))
            between = "; " if name.lower() == "cookie" else ", "
            sent[name.lower()] = (first, f"{before}{between}{value}" if before else value)
        if self.body_sent and "content-type" not in sent:
            sent["content-type"] = ("Content-Type", content_type(self.body))
        return dict(sent.values())


PING: Final = ApiRequest()
"""The quickstart's call."""


def content_type(body: bytes) -> str:
    """Return what a body is by its looks: JSON, a form, other text, or bytes."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return "application/octet-stream"
    if is_json(text):
        return "application/json"
    if FORM.fullmatch(body):
        return "application/x-www-form-urlencoded"
    return "text/plain; charset=utf-8"


def is_broken_json(body: bytes) -> bool:
    """Return whether a body looks like JSON, and is not valid."""
    return body.lstrip()[:1] in (b"{", b"[") and content_type(body) != "application/json"


def is_json(text: str) -> bool:
    """Return whether `text` is JSON (RFC 8259), which knows no NaN."""
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def checked_header(text: str) -> Header:
    """Return `NAME: VALUE` as a header.

    Raises:
        ValueError: it is no header, or one that may not be set; says why.
    """
    name, colon, value = text.partition(":")
    name, value = name.strip(" \t"), value.strip(" \t")
    if not colon:
        raise ValueError("a header is written NAME: VALUE")
    if not TOKEN.fullmatch(name):
        raise ValueError("a header's name has letters, digits and hyphens, and no space")
    if name.lower() in NOT_TO_BE_SET:
        raise ValueError(f"{name} cannot be set: {NOT_TO_BE_SET[name.lower()]}")
    shown = shortened(name, LONGEST_NAME)
    if not value:
        raise ValueError(f"{shown} has no value")
    if not value.isascii() or not value.replace("\t", " ").isprintable():
        raise ValueError(f"{shown} has a character that no header may have: a line break or such")
    if len(name) + len(value) > LONGEST_HEADER:
        raise ValueError(f"{shown} is longer than {LONGEST_HEADER} characters")
    return name, value


def checked_headers(lines: str) -> tuple[Header, ...]:
    """Return the headers that stand in lines of their own; empty lines do not count.

    Raises:
        ValueError: a line is no header; says which, and why.
    """
    found = []
    for number, line in enumerate(lines.replace("\r\n", "\n").split("\n"), start=1):
        if line.strip():
            try:
                found.append(checked_header(line))
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from None
    return tuple(found)


class OtherOrigin(ValueError):
    """A URL leads elsewhere than to the API."""


def path_from(origin: str, text: str) -> str:
    """Return the path of the API at `origin` that `text` is, or that it names as a whole URL.

    Raises:
        OtherOrigin: it is a URL of another server.
        ValueError: it is no path; says why.
    """
    text = text.strip()
    if not text.lower().startswith(("http://", "https://")):
        return checked_path(origin, text)
    address = split_web_address(text)
    if address.origin != origin:
        raise OtherOrigin(
            f"{address.origin} is not the API: your token goes to `apiUrl` ({origin}) alone"
        )
    query = f"?{address.query}" if address.query else ""
    fragment = f"#{address.fragment}" if address.fragment else ""
    return checked_path(origin, (address.path or "/") + query + fragment)


def checked_path(origin: str, text: str) -> str:
    """Return `text` as a path of the API at `origin`.

    Raises:
        ValueError: it is no path, or leads elsewhere; says why.
    """
    path = text.strip()
    if not path.startswith("/"):
        raise ValueError("a path starts with /")
    if path.startswith("//"):
        raise ValueError("two slashes would lead to another host")
    if "#" in path:
        raise ValueError("a fragment (#) never reaches a server")
    if len(path) > LONGEST_PATH:
        raise ValueError(f"it is longer than {LONGEST_PATH} characters")
    if split_web_address(origin + path).origin != origin:
        raise ValueError(f"it leads away from {origin}")
    return path


def request_from(origin: str, method: object, path: object) -> ApiRequest:
    """Return the request that was remembered; the quickstart's where that makes no sense.

    A method that changes something becomes GET: nobody should begin with one.
    """
    if isinstance(method, str) and method in METHODS and isinstance(path, str):
        try:
            method = method if method in SAFE_METHODS else "GET"
            return ApiRequest(method, checked_path(origin, path))
        except ValueError:
            return PING
    return PING


def remember_request(memory: AppMemory, origin: str, request: ApiRequest) -> None:
    """Keep what is called at this origin, but no method that changes something."""
    method = request.method if request.is_safe else "GET"
    memory.set(REQUEST_MEMORY, {"origin": origin, "method": method, "path": request.path})


def remembered_request(memory: AppMemory, origin: str) -> ApiRequest:
    """Return what was last called at this origin, else the quickstart's call."""
    members = memory.get(REQUEST_MEMORY)
    if not isinstance(members, dict) or members.get("origin") != origin:
        return PING
    return request_from(origin, members.get("method"), members.get("path"))


def _refuse(constant: str) -> float:
    raise ValueError(constant)
