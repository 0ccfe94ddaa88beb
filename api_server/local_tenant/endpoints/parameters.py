"""Parameters of a request, from its query or its form."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import ClientDisconnect, Request

from api_server.local_tenant.endpoints.oauth_error import OAuthError

MAX_BYTES: Final = 32 * 1024
"""Of a query or a form: far above any honest one, an ID token hint included."""

MAX_FIELDS: Final = 64
FORM: Final = "application/x-www-form-urlencoded"
REPEATABLE: Final = frozenset({"resource"})
"""The one parameter that may come several times (RFC 8707 2)."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Names and values as they came; those without a value count as absent (RFC 6749 3.1)."""

    pairs: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str | None:
        """Give the first value."""
        return next((value for key, value in self.pairs if key == name), None)

    def get_all(self, name: str) -> list[str]:
        """Give each value."""
        return [value for key, value in self.pairs if key == name]

    def repeated(self) -> frozenset[str]:
        """Name the parameters that came more than once and must not (RFC 6749 3.1, 3.2)."""
        names = [name for name, _ in self.pairs]
        return frozenset(name for name in names if names.count(name) > 1) - REPEATABLE

    def encoded(self) -> str:
        """Write them as a query."""
        return urlencode(self.pairs)

    def require(self, name: str) -> str:
        """Give a value that must be there; raises OAuthError."""
        value = self.get(name)
        if value is None:
            raise OAuthError("invalid_request", f"The parameter {name} is missing.")
        return value

    def refuse_repeated(self) -> None:
        """Raise OAuthError where a parameter came more than once."""
        for name in sorted(self.repeated()):
            raise OAuthError("invalid_request", f"The parameter {_named(name)} came twice.")


def parse(text: bytes) -> Parameters:
    """Read `application/x-www-form-urlencoded`; raises OAuthError."""
    if len(text) > MAX_BYTES:
        raise OAuthError(
            "invalid_request",
            f"The request is longer than {MAX_BYTES} bytes.",
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        )
    try:
        pairs = parse_qsl(text.decode(), errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise OAuthError("invalid_request", "The parameters cannot be read.") from error
    return Parameters(tuple(pairs))


def read_query(request: Request) -> Parameters:
    """Read what follows the question mark; raises OAuthError."""
    query: bytes = request.scope["query_string"]
    return parse(query)


async def read_form(request: Request) -> Parameters:
    """Read a form under a cap; raises OAuthError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise OAuthError("invalid_request", f"The body must be {FORM}.")
    try:
        return parse(await _read(request))
    except ClientDisconnect as error:
        raise OAuthError("invalid_request", "The body was cut off.") from error


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            break
    return bytes(body)


def _named(name: str) -> str:
    return name if name.isidentifier() and name.isascii() and len(name) < 40 else "of that name"
