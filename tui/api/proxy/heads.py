"""What the heads of requests and responses say, and what of them goes on (RFC 9110 7.6.1)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

Header = tuple[bytes, bytes]
"""A name in lower case, and its value."""

HOP_BY_HOP: Final = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization",
        b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade",
    }
)  # fmt: skip
"""These speak of one connection only."""

OURS: Final = frozenset({b"authorization", b"dpop", b"host", b"expect"})
"""What a program sends in these is dropped: the proxy says it anew, or has dealt with it."""

FRAMING: Final = frozenset({b"content-length"})
"""What no `Connection` takes away: without a length, a body would be the next message."""

OUR_COOKIES: Final = b"doorkey_"
"""So begin those of `doorkey web` and of the local tenant, which let in whoever has them.

A browser sends those of one port of this machine to every other (RFC 6265 8.5).
"""

REFERRER: Final = frozenset({b"referrer-policy"})
"""What a browser may tell other sites of an address: this one has a secret in it."""

IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""What may be sent again where nobody knows whether it arrived (RFC 9110 9.2.2)."""

BODILESS: Final = frozenset({204, 304})
"""Answers that have no body, whatever their headers say (RFC 9110 6.4.1)."""


class BadRequest(Exception):
    """A request that is not passed on; says why in words for its sender."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request line and its headers, as they came."""

    method: str
    target: bytes = field(repr=False)
    """It holds the secret prefix."""
    headers: Sequence[Header] = field(repr=False)
    is_http_1_0: bool
    keep_alive: bool
    wants_upgrade: bool

    def one(self, name: bytes) -> bytes | None:
        """Return the header's value, or None where it is not there.

        Raises:
            BadRequest: it came more than once.
        """
        values = [value for key, value in self.headers if key == name]
        if len(values) > 1:
            raise BadRequest(400, "invalid_request", f"{name.decode()} came more than once.")
        return values[0] if values else None

    @property
    def length_bytes(self) -> int | None:
        """The body's length: 0 where there is none, None where it is chunked (RFC 9112 6.3).

        Raises:
            BadRequest: the length is no number, or it is said twice.
        """
        length, coding = self.one(b"content-length"), self.one(b"transfer-encoding")
        if length is not None and coding is not None:
            raise BadRequest(400, "invalid_request", "The body's length is said in two ways.")
        if coding is not None:
            if coding.strip().lower() != b"chunked":
                raise BadRequest(501, "not_implemented", "Only the chunked coding is understood.")
            return None
        if length is not None and not (length.isdigit() and len(length) < 19):
            raise BadRequest(400, "invalid_request", "Content-Length is no number.")
        return int(length or b"0")


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """A status line and its headers, as the API sent them."""

    status: int
    reason: bytes
    headers: Sequence[Header] = field(repr=False)

    @property
    def is_plain(self) -> bool:
        """Return whether the body has no transfer coding, or chunked, which is decoded here."""
        codings = (value for name, value in self.headers if name == b"transfer-encoding")
        return all(each.strip().lower() == b"chunked" for each in codings)

    def has_body(self, method: str) -> bool:
        """Return whether a body follows, even if an empty one."""
        return method != "HEAD" and self.status >= 200 and self.status not in BODILESS

    @property
    def length_known(self) -> bool:
        """Return whether the head says how long the body is."""
        return any(name == b"content-length" for name, _ in self.headers)


def end_to_end(headers: Sequence[Header], dropped: frozenset[bytes] = frozenset()) -> list[Header]:
    """Return the headers that concern both ends, without `dropped` (RFC 9110 7.6.1)."""
    named = {
        name.strip().lower()
        for key, value in headers
        if key == b"connection"
        for name in value.split(b",")
    }
    gone = HOP_BY_HOP | dropped | (named - FRAMING)
    return [header for header in headers if header[0] not in gone]


def without_our_cookies(headers: Iterable[Header]) -> list[Header]:
    """Return the headers, and of their cookies those that are not ours."""
    kept = []
    for name, value in headers:
        if name == b"cookie" and OUR_COOKIES in value:
            pairs = (each.strip() for each in value.split(b";"))
            value = b"; ".join(each for each in pairs if not each.startswith(OUR_COOKIES))
            if not value:
                continue
        kept.append((name, value))
    return kept


def write_head(first_line: bytes, headers: Iterable[Header]) -> bytes:
    """Return a head as it goes over the wire."""
    lines = [first_line, *(name + b": " + value for name, value in headers), b"", b""]
    return b"\r\n".join(lines)


def problem_response(problem: BadRequest) -> bytes:
    """Return a whole response in the API's form for errors; the connection ends with it."""
    body = json.dumps({"error": problem.error, "error_description": problem.description}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    phrase = HTTPStatus(problem.status).phrase.encode()
    return write_head(b"HTTP/1.1 %d %s" % (problem.status, phrase), headers) + body
