"""What the tenant says of itself (OIDC Discovery 1.0, RFC 8414), and its public keys."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api_server.bearer.dpop import PROOF_ALGORITHMS
from api_server.local_tenant.endpoints.authorization_request import PROMPTS
from api_server.local_tenant.records.device_codes import GRANT_TYPE
from api_server.local_tenant.records.grants import SCOPES
from api_server.local_tenant.records.people import ACR
from api_server.local_tenant.records.signing_keys import ALGORITHM
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.settings import Settings

CACHE: Final = {"Cache-Control": "public, max-age=300"}
"""Five minutes: short enough to notice a changed tenant, long enough to be worth it."""

CLAIMS: Final = (
    "sub", "iss", "aud", "azp", "exp", "iat", "auth_time", "nonce", "at_hash", "acr", "amr", "sid",
    "name", "given_name", "family_name", "nickname", "preferred_username", "picture", "locale",
    "zoneinfo", "updated_at", "email", "email_verified",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DiscoveryEndpoint:
    """Serves the documents that clients and APIs configure themselves with."""

    tenant: Tenant

    async def metadata(self, request: Request) -> Response:
        """Return the provider's metadata."""
        return JSONResponse(metadata(self.tenant.settings), headers=CACHE)

    async def key_set(self, request: Request) -> Response:
        """Return the public keys (RFC 7517 5)."""
        return JSONResponse(self.tenant.keys.key_set(), headers=CACHE)

    async def health(self, request: Request) -> Response:
        """Say which server listens here, so that a launcher knows its own."""
        settings = self.tenant.settings
        return JSONResponse(
            {
                "service": "doorkey-tenant",
                "status": "ok",
                "issuer": settings.issuer,
                "client_id": settings.client_id,
                "audience": settings.audience,
            }
        )


def metadata(settings: Settings) -> dict[str, object]:
    """Return what is here, and nothing that is not."""
    return {
        "issuer": settings.issuer,
        "authorization_endpoint": settings.url("authorize"),
        "token_endpoint": settings.url("token"),
        "userinfo_endpoint": settings.url("userinfo"),
        "jwks_uri": settings.url("jwks.json"),
        "revocation_endpoint": settings.url("revoke"),
        "end_session_endpoint": settings.url("logout"),
        "device_authorization_endpoint": settings.url("device_authorization"),
        "pushed_authorization_request_endpoint": settings.url("par"),
        "require_pushed_authorization_requests": settings.require_pushed_requests,
        "scopes_supported": list(SCOPES),
        "claims_supported": list(CLAIMS),
        "claim_types_supported": ["normal"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", GRANT_TYPE],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "dpop_signing_alg_values_supported": list(PROOF_ALGORITHMS),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "acr_values_supported": list(ACR),
        "prompt_values_supported": list(PROMPTS),
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "require_request_uri_registration": False,
    }
