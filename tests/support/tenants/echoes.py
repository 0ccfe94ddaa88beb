"""Servers that repeat what they were sent, in every place where an answer has words."""

import json
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Final, cast
from urllib.parse import parse_qsl, quote

import httpx

Write = Callable[[str], Mapping[str, object]]
"""Puts a secret into one place of an answer, given as what `httpx.Response` takes."""

PLACES: Final[Mapping[str, Write]] = {
    "reason": lambda secret: {"extensions": {"reason_phrase": f"No {secret}".encode()}},
    "text": lambda secret: {"text": f"bad token {secret}"},
    "upper case": lambda secret: {"text": f"bad token {secret.upper()}"},
    "page": lambda secret: {"html": f"<html><title>{escape(secret)}</title>"},
    "JSON": lambda secret: {"json": {"error": secret, "error_description": f"bad: {secret}"}},
    "JSON escapes": lambda secret: {"text": json.dumps({"error_description": escaped(secret)})},
    "raw JSON escapes": lambda secret: {"text": f'{{"error_description": "{escaped(secret)}"}}'},
    "address": lambda secret: {"text": "".join(f"%{ord(each):02x}" for each in secret)},
    "entities": lambda secret: {"text": "".join(f"&#{ord(each)};" for each in secret)},
    "unseen": lambda secret: {"text": f"bad token {chr(0x200B).join(secret)}"},
    "unseen escapes": lambda secret: {"json": {"error_description": "\u200b".join(secret)}},
    "header": lambda secret: {"headers": {"X-Echo": secret}},
    "header's name": lambda secret: {"headers": {f"X-{secret}": "1"}},
    "request id": lambda secret: {"headers": {"X-Request-ID": secret}},
    "location": lambda secret: {"headers": {"Location": f"https://x.example/{quote(secret)}"}},
    "challenge": lambda secret: {
        "headers": {
            "WWW-Authenticate": f'Bearer error="invalid_token", error_description="{secret}", '
            f'scope="{secret}", resource_metadata="https://api.example/{secret}"'
        }
    },
    "timing": lambda secret: {"headers": {"Server-Timing": f"{secret};dur=1"}},
    "retry": lambda secret: {"headers": {"Retry-After": secret}},
    "type": lambda secret: {"headers": {"Content-Type": f"text/{secret}"}},
}

OTHER_BODIES: Final = frozenset(
    {
        "text",
        "upper case",
        "page",
        "raw JSON escapes",
        "JSON escapes",
        "address",
        "entities",
        "unseen",
        "unseen escapes",
    }
)
"""An answer has but one body."""

STATUSES: Final = (200, 302, 400, 401, 403, 404, 405, 429, 500, 503)


def escaped(secret: str) -> str:
    """Return `secret` with JSON's escapes for each of its characters."""
    return "".join(f"\\u{ord(each):04x}" for each in secret)


def secrets_of(request: httpx.Request) -> str:
    """Return all that was sent that nobody else may know."""
    # The last first, a client's secret: what people are told of an answer is not the whole.
    sent = [value for _, value in reversed(parse_qsl(request.content.decode()))]
    sent += [request.headers.get("authorization", "").partition(" ")[2]]
    return " ".join(filter(None, [*sent, request.headers.get("dpop")]))


def echo(place: str, status: int) -> Callable[[httpx.Request], httpx.Response]:
    """Return a server that answers with `status` and repeats in `place` what it was sent."""

    return lambda request: _answer(status, [place], secrets_of(request))


def echo_everywhere(status: int) -> Callable[[httpx.Request], httpx.Response]:
    """Return a server that repeats what it was sent in every place at once."""
    places = [place for place in PLACES if place not in OTHER_BODIES]
    return lambda request: _answer(status, places, secrets_of(request))


def _answer(status: int, places: Iterable[str], secret: str) -> httpx.Response:
    members: dict[str, object] = {}
    headers: dict[str, str] = {}
    for place in places:
        members |= (written := PLACES[place](secret))
        headers |= cast("dict[str, str]", written.get("headers", {}))
    members["headers"] = headers
    return httpx.Response(status, **members)  # type: ignore[arg-type] # as httpx takes them
