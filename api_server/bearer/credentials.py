"""Where a request carries its token, and where it must not (RFC 6750 2)."""

import asyncio
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.types import Scope

from api_server.bearer.refusal import FormTooLarge, FormTooSlow, InvalidRequest, NoCredentials

TOKEN_PARAMETER: Final = "access_token"  # noqa: S105 - its name, not one
"""How tokens travel in forms and URLs (RFC 6750 2.2, 2.3), where they leak (RFC 9700 4.3.2)."""

ANY_SCHEME: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+ +\S", re.IGNORECASE)
"""RFC 9110 11.4: a scheme with its credentials; those of another one are not ours to judge."""

BEARER: Final = "Bearer"
DPOP: Final = "DPoP"

FORM_TYPE: Final = b"application/x-www-form-urlencoded"

MAX_FORM_BYTES: Final = 64 * 1024
"""Held in memory until it has been searched."""

FORM_SECONDS: Final = 5.0
"""A client that sends its body slowly keeps a request open for no longer."""


@dataclass(frozen=True, slots=True)
class SentToken:
    """An access token as it came."""

    scheme: str
    token: bytes = field(repr=False)


def sent_token(scope: Scope, schemes: Collection[str] = (BEARER,)) -> SentToken:
    """Return the token of a request; raise NoCredentials or InvalidRequest."""
    values = [value for name, value in scope["headers"] if name == b"authorization"]
    if scope["query_string"]:
        refuse_parameter(scope["query_string"], "URL")
    if len(values) > 1:
        raise InvalidRequest("Expected one Authorization header, got several")
    if not values:
        raise NoCredentials(f"This needs an access token: {_expected(schemes)}")
    return _read(values[0], schemes)


def refuse_parameter(encoded: bytes, place: str) -> None:
    """Raise InvalidRequest if a token is among the parameters of a URL or a form."""
    # the cheap question first: names may be spelled with percent signs
    if b"access" not in encoded and b"%" not in encoded:
        return
    # every byte is a letter of latin-1: parse_qsl raises for bytes that stand for other ones
    parameters = parse_qsl(encoded.decode("latin-1"), keep_blank_values=True)
    if any(name == TOKEN_PARAMETER for name, _ in parameters):
        raise InvalidRequest(
            f"The access token was sent in the {place}, where it ends up in logs; "
            "send it in the header Authorization"
        )


def has_form(request: Request) -> bool:
    """Return whether the request has a form as its body."""
    for name, value in request.scope["headers"]:
        if name == b"content-type" and value[: len(FORM_TYPE)].lower() == FORM_TYPE:
            return _has_body(request)
    return False


async def refuse_form_token(request: Request, limit_seconds: float = FORM_SECONDS) -> None:
    """Raise InvalidRequest for a token in the request's form; the form can be read again."""
    _require_small(request.headers.get("content-length", ""))
    try:
        async with asyncio.timeout(limit_seconds):
            body = await request.body()
    except TimeoutError as error:
        raise FormTooSlow(f"The form did not arrive within {limit_seconds:.0f} s") from error
    except ClientDisconnect as error:
        raise InvalidRequest("The form was cut off") from error
    except RuntimeError:
        # Starlette's word for a body that was read before us, as FastAPI does for Form parameters
        body = b"&".join(name.encode() for name in await request.form())
    refuse_parameter(body, "form")


def _read(value: bytes, schemes: Collection[str]) -> SentToken:
    word, _, token = value.partition(b" ")
    for scheme in schemes:
        if word.lower() == scheme.lower().encode():
            if token and b" " not in token and b"\t" not in token:
                return SentToken(scheme, token)
            break
    else:
        if ANY_SCHEME.match(value):
            raise NoCredentials(f"Another scheme than expected: {_expected(schemes)}")
    raise InvalidRequest(f"Expected {_expected(schemes)}, with one space and nothing after")


def _expected(schemes: Collection[str]) -> str:
    return " or ".join(f"Authorization: {scheme} TOKEN" for scheme in schemes)


def _has_body(request: Request) -> bool:
    # RFC 9112 6.3: without these two there is none; HTTP/2 needs neither
    is_said = "content-length" in request.headers or "transfer-encoding" in request.headers
    return is_said or not request.scope["http_version"].startswith("1")


def _require_small(length: str) -> None:
    if not (length.isascii() and length.isdigit() and int(length) <= MAX_FORM_BYTES):
        raise FormTooLarge(
            f"Expected a form with a Content-Length of at most {MAX_FORM_BYTES}, got "
            + (length or "none")
        )
