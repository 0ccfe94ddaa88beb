"""The userinfo endpoint (OIDC Core 5.3)."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api_server.bearer.credentials import (
    BEARER,
    DPOP,
    TOKEN_PARAMETER,
    SentToken,
    sent_token,
)
from api_server.bearer.dpop import PROOF_ALGORITHMS, hash_token
from api_server.bearer.refusal import (
    Challenger,
    InsufficientScope,
    InvalidRequest,
    InvalidToken,
    Refusal,
)
from api_server.local_tenant.endpoints.parameters import FORM, add_nonce, read_form
from api_server.local_tenant.errors import RequestRefused
from api_server.local_tenant.records.people import find_person
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.records.tokens import find_access_token

SCHEMES: Final = (BEARER, DPOP)
CHALLENGER: Final = Challenger("userinfo", schemes=SCHEMES, proof_algorithms=PROOF_ALGORITHMS)


@dataclass(frozen=True, slots=True)
class UserinfoEndpoint:
    """Tells what an access token allows to know about its person."""

    tenant: Tenant

    async def answer(self, request: Request) -> Response:
        """Answer GET and POST, with the challenges of RFC 6750 3 and RFC 9449 7.1."""
        scheme = BEARER
        try:
            sent = await _read_sent_token(request)
            scheme = sent.scheme
            claims = self._claims(request, sent)
        except Refusal as refusal:
            return add_nonce(CHALLENGER.answer(refusal, scheme), self.tenant)
        return add_nonce(JSONResponse(claims), self.tenant)

    def _claims(self, request: Request, sent: SentToken) -> dict[str, object]:
        with self.tenant.database.transaction() as db:
            access = find_access_token(db, sent.token.decode("latin-1"), self.tenant)
            person = find_person(db, access.grant.person) if access else None
        if access is None or person is None:
            raise InvalidToken("The token is expired, revoked or not of this tenant.")
        urls = [self.tenant.settings.url("userinfo")]
        ath = hash_token(sent.token)
        self.tenant.proofs.check_sender(request.scope, sent.scheme, ath, access.jkt, urls)
        if "openid" not in access.scope:
            raise InsufficientScope("openid", "The scope openid is needed.")
        return person.claims(access.scope, self.tenant.settings)


async def _read_sent_token(request: Request) -> SentToken:
    """Return the token in the header or the form, but not in both (RFC 6750 2)."""
    posted = await _read_posted_tokens(request)
    if len(posted) + len(request.headers.getlist("authorization")) > 1:
        raise InvalidRequest("Send one access token, in one place.")
    if posted:
        return SentToken(BEARER, posted[0].encode("utf-8", "surrogatepass"))
    return sent_token(request.scope, SCHEMES)


async def _read_posted_tokens(request: Request) -> list[str]:
    if request.method != "POST" or not request.headers.get("content-type", "").startswith(FORM):
        return []
    try:
        return (await read_form(request)).get_all(TOKEN_PARAMETER)
    except RequestRefused as error:
        raise InvalidRequest(error.description) from error
