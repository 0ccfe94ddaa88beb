"""Where a bearer token is in a request, and that it is nowhere else (RFC 6750 2)."""

import re
from typing import Final
from urllib.parse import parse_qsl

from starlette.types import Scope

from api_server.bearer.refusal import InvalidRequestError, NoCredentialsError

TOKEN_PARAMETER: Final = "access_token"  # noqa: S105 - its name, not one
"""How tokens travel in forms and URLs (RFC 6750 2.2, 2.3), where they leak (RFC 9700 4.3.2)."""

OTHER_SCHEME: Final = re.compile(rb"(?!bearer[ \t])[!#$%&'*+.^_`|~0-9a-z-]+ +\S", re.IGNORECASE)
"""RFC 9110 11.4: another scheme with its credentials, which are not ours to judge."""


def bearer_token(scope: Scope) -> bytes:
    """Return the token of a request; raises NoCredentialsError or InvalidRequestError."""
    values = [value for name, value in scope["headers"] if name == b"authorization"]
    if scope["query_string"]:
        refuse_parameter(scope["query_string"], "URL")
    if len(values) > 1:
        raise InvalidRequestError("Expected one Authorization header, got several")
    if not values:
        raise NoCredentialsError("This needs an access token: Authorization: Bearer TOKEN")
    return _token(values[0])


def refuse_parameter(encoded: bytes, place: str) -> None:
    """Raise InvalidRequestError if a token is among the parameters of a URL or a form."""
    # the cheap question first: names may be spelled with percent signs
    if b"access" not in encoded and b"%" not in encoded:
        return
    # every byte is a letter of latin-1: parse_qsl raises for bytes that stand for other ones
    parameters = parse_qsl(encoded.decode("latin-1"), keep_blank_values=True)
    if any(name == TOKEN_PARAMETER for name, _ in parameters):
        raise InvalidRequestError(
            f"The access token was sent in the {place}, where it ends up in logs; "
            "send it as Authorization: Bearer TOKEN"
        )


def _token(value: bytes) -> bytes:
    scheme, _, token = value.partition(b" ")
    if scheme.lower() == b"bearer" and token and b" " not in token and b"\t" not in token:
        return token
    if OTHER_SCHEME.match(value):
        raise NoCredentialsError("This needs an access token of the scheme Bearer, not another")
    raise InvalidRequestError(
        "Expected the header Authorization: Bearer TOKEN, with one space and nothing after"
    )
