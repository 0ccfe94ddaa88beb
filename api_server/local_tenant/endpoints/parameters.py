"""What comes with a request: its parameters, and what proves who the client is."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api_server.bearer.dpop import proofs_in
from api_server.bearer.refusal import InvalidProof
from api_server.local_tenant.errors import RequestRefused
from api_server.local_tenant.records.grants import SCOPES
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.settings import Settings
from api_server.serving.request_limits import read_body

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
        """Return the first value, or None."""
        return next((value for key, value in self.pairs if key == name), None)

    def get_all(self, name: str) -> list[str]:
        """Return each value."""
        return [value for key, value in self.pairs if key == name]

    def repeated(self) -> frozenset[str]:
        """Return the names that came more than once and must not (RFC 6749 3.1, 3.2)."""
        names = [name for name, _ in self.pairs]
        return frozenset(name for name in names if names.count(name) > 1) - REPEATABLE

    def encoded(self) -> str:
        """Return them as a query."""
        return urlencode(self.pairs)

    def require(self, name: str) -> str:
        """Return a value that must be there; raise RequestRefused."""
        value = self.get(name)
        if value is None:
            raise RequestRefused("invalid_request", f"The parameter {name} is missing.")
        return value

    def refuse_repeated(self) -> None:
        """Raise RequestRefused where a parameter came more than once."""
        for name in sorted(self.repeated()):
            raise RequestRefused("invalid_request", f"The parameter {_quotable(name)} came twice.")


def parse(text: bytes | None) -> Parameters:
    """Read `application/x-www-form-urlencoded`; raise RequestRefused. None was too long to read."""
    if text is None or len(text) > MAX_BYTES:
        raise RequestRefused(
            "invalid_request",
            f"The request is longer than {MAX_BYTES} bytes.",
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        )
    try:
        pairs = parse_qsl(text.decode(), errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise RequestRefused("invalid_request", "The parameters cannot be read.") from error
    return Parameters(tuple(pairs))


def read_query(request: Request) -> Parameters:
    """Read what follows the question mark; raise RequestRefused."""
    query: bytes = request.scope["query_string"]
    return parse(query)


async def read_form(request: Request) -> Parameters:
    """Read a form under a cap; raise RequestRefused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise RequestRefused("invalid_request", f"The body must be {FORM}.")
    try:
        return parse(await read_body(request, MAX_BYTES))
    except ClientDisconnect as error:
        raise RequestRefused("invalid_request", "The body was cut off.") from error


async def read_client_form(request: Request, settings: Settings) -> Parameters:
    """Read a form of the one client, which is public: it has no secret (RFC 6749 2.1, 3.2)."""
    form = await read_form(request)
    form.refuse_repeated()
    if "authorization" in request.headers or form.get("client_secret") is not None:
        raise _invalid_client("This tenant knows public clients only: send client_id, no secret.")
    if form.require("client_id") != settings.client_id:
        raise _invalid_client(f"The only client here is {settings.client_id}")
    return form


def read_proof(request: Request, url: str, tenant: Tenant) -> str | None:
    """Return the thumbprint of the key that a request proves to hold, or None without a proof.

    Raise RequestRefused for a proof that is not good for the endpoint at `url` (RFC 9449 5).
    """
    values = proofs_in(request.scope)
    if not values:
        return None
    try:
        return tenant.proofs.verify(values, request.method, [url]).thumbprint
    except InvalidProof as refused:
        raise RequestRefused(refused.error, refused.description) from refused


def add_nonce(response: Response, tenant: Tenant) -> Response:
    """Add the nonce for the client's next proof, where nonces are demanded (RFC 9449 8)."""
    if tenant.proofs.nonces is not None:
        response.headers["DPoP-Nonce"] = tenant.proofs.nonces.current()
    return response


def read_scope(parameters: Parameters) -> tuple[str, ...]:
    """Return the scopes that are known here; raise RequestRefused if there are none.

    Unknown ones are left out (OIDC Core 3.1.2.1); the token response says what was granted.
    """
    asked = (parameters.get("scope") or "").split(" ")
    known = tuple(scope for scope in SCOPES if scope in asked)
    if not known:
        raise RequestRefused("invalid_scope", f"Ask for at least one of: {' '.join(SCOPES)}")
    return known


def read_audience(parameters: Parameters, settings: Settings) -> str | None:
    """Return the API that `audience` or `resource` (RFC 8707 2) names; raise RequestRefused."""
    targets = set(parameters.get_all("audience") + parameters.get_all("resource"))
    if not targets <= {settings.audience}:
        raise RequestRefused("invalid_target", f"The only API here is {settings.audience}")
    return settings.audience if targets else None


def _invalid_client(description: str) -> RequestRefused:
    return RequestRefused("invalid_client", description, HTTPStatus.UNAUTHORIZED)


def _quotable(name: str) -> str:
    return name if name.isidentifier() and name.isascii() and len(name) < 40 else "of that name"
