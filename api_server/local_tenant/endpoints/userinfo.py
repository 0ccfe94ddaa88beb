"""The userinfo endpoint (OIDC Core 5.3)."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api_server.bearer.credentials import TOKEN_PARAMETER, sent_token
from api_server.bearer.refusal import (
    Challenger,
    InsufficientScope,
    InvalidRequest,
    InvalidToken,
    Refusal,
)
from api_server.local_tenant.endpoints.parameters import FORM, read_form
from api_server.local_tenant.errors import RequestRefused
from api_server.local_tenant.records.people import find_person
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.records.tokens import find_access_token

CHALLENGER: Final = Challenger(realm="userinfo")


@dataclass(frozen=True, slots=True)
class UserinfoEndpoint:
    """Tells what an access token allows to know about its person."""

    tenant: Tenant

    async def answer(self, request: Request) -> Response:
        """Answer GET and POST, with the challenges of RFC 6750 3."""
        try:
            claims = self._claims(await _access_token(request))
        except Refusal as refusal:
            return CHALLENGER.answer(refusal)
        return JSONResponse(claims, headers={"Cache-Control": "no-store"})

    def _claims(self, token: str) -> dict[str, object]:
        with self.tenant.database.transaction() as db:
            access = find_access_token(db, token, self.tenant)
            person = find_person(db, access.grant.person) if access else None
        if access is None or person is None:
            raise InvalidToken("The token is expired, revoked or not of this tenant.")
        if "openid" not in access.scope:
            raise InsufficientScope("openid", "The scope openid is needed.")
        return person.claims(access.scope, self.tenant.settings)


async def _access_token(request: Request) -> str:
    """Return the token in the header or the form, but not in both (RFC 6750 2)."""
    posted = await _posted_tokens(request)
    if len(posted) + len(request.headers.getlist("authorization")) > 1:
        raise InvalidRequest("Send one access token, in one place.")
    return posted[0] if posted else sent_token(request.scope).token.decode("latin-1")


async def _posted_tokens(request: Request) -> list[str]:
    if request.method != "POST" or not request.headers.get("content-type", "").startswith(FORM):
        return []
    try:
        return (await read_form(request)).get_all(TOKEN_PARAMETER)
    except RequestRefused as error:
        raise InvalidRequest(error.description) from error
