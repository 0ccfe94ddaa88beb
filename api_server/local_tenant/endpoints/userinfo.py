"""The userinfo endpoint (OIDC Core 5.3)."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api_server.local_tenant.claims import claims_about
from api_server.local_tenant.endpoints.oauth_error import OAuthError
from api_server.local_tenant.endpoints.parameters import FORM, read_form
from api_server.local_tenant.records.access_tokens import find_access_token
from api_server.local_tenant.records.people import find_person
from api_server.local_tenant.tenant import Tenant


@dataclass(frozen=True, slots=True)
class UserinfoEndpoint:
    """Tells what an access token allows to know about its person."""

    tenant: Tenant

    async def answer(self, request: Request) -> Response:
        """Answer GET and POST, with the challenges of RFC 6750 3."""
        try:
            token = await _bearer_token(request)
            if token is None:
                return _refusal(None)
            claims = self._claims(token)
        except OAuthError as error:
            return _refusal(error)
        return JSONResponse(claims, headers={"Cache-Control": "no-store"})

    def _claims(self, token: str) -> dict[str, object]:
        with self.tenant.database.transaction() as db:
            access = find_access_token(db, token, self.tenant)
            person = find_person(db, access.grant.person) if access else None
        if access is None or person is None:
            raise OAuthError(
                "invalid_token",
                "The token is expired, revoked or not of this tenant.",
                HTTPStatus.UNAUTHORIZED,
            )
        if "openid" not in access.scope:
            raise OAuthError(
                "insufficient_scope", "The scope openid is needed.", HTTPStatus.FORBIDDEN
            )
        return claims_about(person, access.scope, self.tenant.settings)


async def _bearer_token(request: Request) -> str | None:
    """Find the token in the header or the form, but not in both (RFC 6750 2)."""
    tokens = [_from_header(value) for value in request.headers.getlist("authorization")]
    if request.method == "POST" and request.headers.get("content-type", "").startswith(FORM):
        form = await read_form(request)
        tokens += form.get_all("access_token")
    if len(tokens) > 1:
        raise OAuthError("invalid_request", "Send one access token, in one place.")
    return tokens[0] if tokens else None


def _from_header(value: str) -> str:
    scheme, _, token = value.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise OAuthError("invalid_request", "The Authorization header must be: Bearer TOKEN")
    return token.strip()


def _refusal(error: OAuthError | None) -> Response:
    """Say what is wrong, or just what is needed where no token came (RFC 6750 3.1)."""
    challenge = 'Bearer realm="userinfo"'
    if error is None:
        body, status = {"error": "invalid_token", "error_description": "No access token."}, 401
    else:
        body = {"error": error.error, "error_description": error.description}
        status = error.status
        challenge += f', error="{error.error}", error_description="{error.description}"'
    if status == HTTPStatus.FORBIDDEN:
        challenge += ', scope="openid"'
    headers = {"WWW-Authenticate": challenge, "Cache-Control": "no-store"}
    return JSONResponse(body, status, headers)
