"""The one client, which is public: it has a name and no secret (RFC 6749 2.1)."""

from http import HTTPStatus

from starlette.requests import Request

from api_server.local_tenant.endpoints.oauth_error import OAuthError
from api_server.local_tenant.endpoints.parameters import Parameters, read_form
from api_server.local_tenant.settings import Settings


async def read_clients_form(request: Request, settings: Settings) -> Parameters:
    """Read what the client sends to an endpoint of its own; raises OAuthError (RFC 6749 3.2)."""
    form = await read_form(request)
    form.refuse_repeated()
    _check_client(request, form, settings)
    return form


def _check_client(request: Request, form: Parameters, settings: Settings) -> None:
    if "authorization" in request.headers or form.get("client_secret") is not None:
        raise OAuthError(
            "invalid_client",
            "This tenant knows public clients only: send client_id and no secret.",
            HTTPStatus.UNAUTHORIZED,
        )
    if form.require("client_id") != settings.client_id:
        raise OAuthError(
            "invalid_client",
            f"The only client here is {settings.client_id}",
            HTTPStatus.UNAUTHORIZED,
        )
