"""What a client sends to an endpoint of its own: a form, and perhaps a proof of possession."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from api_server.bearer.dpop import proofs_in
from api_server.bearer.refusal import InvalidProof
from api_server.local_tenant.endpoints.parameters import Parameters, read_form
from api_server.local_tenant.errors import RequestRefused
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.settings import Settings


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
        return tenant.proofs.verify(values, request.method, url).thumbprint
    except InvalidProof as refused:
        raise RequestRefused(refused.error, refused.description) from refused


def add_nonce(response: Response, tenant: Tenant) -> Response:
    """Give a response the nonce for the client's next proof, where nonces are demanded."""
    if tenant.proofs.nonces is not None:
        response.headers["DPoP-Nonce"] = tenant.proofs.nonces.current()
    return response


def _invalid_client(description: str) -> RequestRefused:
    return RequestRefused("invalid_client", description, HTTPStatus.UNAUTHORIZED)
