"""A form in a request's body: a token in it is refused, not overlooked (RFC 6750 2.2)."""

import asyncio
from typing import Final

from starlette.requests import ClientDisconnect, Request

from api_server.bearer.credentials import refuse_parameter
from api_server.bearer.refusal import FormTimeoutError, FormTooLargeError, InvalidRequestError

FORM_TYPE: Final = b"application/x-www-form-urlencoded"

MAX_FORM_BYTES: Final = 64 * 1024
"""Held in memory until it is looked through."""

FORM_SECONDS: Final = 5.0
"""A client that drips its body keeps nothing waiting for longer."""


def has_form(request: Request) -> bool:
    """Tell whether the request brings a form."""
    for name, value in request.scope["headers"]:
        if name == b"content-type" and value[: len(FORM_TYPE)].lower() == FORM_TYPE:
            return _has_body(request)
    return False


async def refuse_form_token(request: Request, limit_seconds: float = FORM_SECONDS) -> None:
    """Raise InvalidRequestError for a token in the request's form; the form can be read again."""
    _require_small(request.headers.get("content-length", ""))
    try:
        async with asyncio.timeout(limit_seconds):
            body = await request.body()
    except TimeoutError as error:
        raise FormTimeoutError(f"The form did not arrive within {limit_seconds:.0f} s") from error
    except ClientDisconnect as error:
        raise InvalidRequestError("The form was cut off") from error
    except RuntimeError:
        # Starlette's word for a body that was read before us, as FastAPI does for Form parameters
        body = b"&".join(name.encode() for name in await request.form())
    refuse_parameter(body, "form")


def _has_body(request: Request) -> bool:
    # RFC 9112 6.3: without these two there is none; HTTP/2 needs neither
    is_said = "content-length" in request.headers or "transfer-encoding" in request.headers
    return is_said or not request.scope["http_version"].startswith("1")


def _require_small(length: str) -> None:
    if not (length.isascii() and length.isdigit() and int(length) <= MAX_FORM_BYTES):
        raise FormTooLargeError(
            f"Expected a form with a Content-Length of at most {MAX_FORM_BYTES}, got "
            + (length or "none")
        )
