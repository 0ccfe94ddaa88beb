"""What a client asks a person for, whichever way it asks."""

from dataclasses import dataclass

from api_server.local_tenant.claims import SCOPES
from api_server.local_tenant.endpoints.oauth_error import OAuthError
from api_server.local_tenant.endpoints.parameters import Parameters
from api_server.local_tenant.settings import Settings


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Who wants what, and how the person is to be asked (OIDC Core 3.1.2.1)."""

    client_id: str
    scope: tuple[str, ...]
    audience: str | None
    prompt: frozenset[str]
    max_age_seconds: int | None
    login_hint: str | None


def asked_scope(parameters: Parameters) -> tuple[str, ...]:
    """Give the scopes that are known here; raises OAuthError if there are none.

    Unknown ones are left out (OIDC Core 3.1.2.1); the token response says what was granted.
    """
    asked = (parameters.get("scope") or "").split(" ")
    known = tuple(scope for scope in SCOPES if scope in asked)
    if not known:
        raise OAuthError("invalid_scope", f"Ask for at least one of: {' '.join(SCOPES)}")
    return known


def asked_audience(parameters: Parameters, settings: Settings) -> str | None:
    """Give the API that `audience` or `resource` (RFC 8707 2) names; raises OAuthError."""
    targets = set(parameters.get_all("audience") + parameters.get_all("resource"))
    if not targets <= {settings.audience}:
        raise OAuthError("invalid_target", f"The only API here is {settings.audience}")
    return settings.audience if targets else None
