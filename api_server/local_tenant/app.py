"""The tenant as an ASGI app: which path is whose."""

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from api_server.local_tenant.endpoints.authorization import AuthorizationEndpoint
from api_server.local_tenant.endpoints.consent import ConsentEndpoint
from api_server.local_tenant.endpoints.device import DeviceEndpoint
from api_server.local_tenant.endpoints.discovery import DiscoveryEndpoint
from api_server.local_tenant.endpoints.home import HomeEndpoint
from api_server.local_tenant.endpoints.login import LoginEndpoint
from api_server.local_tenant.endpoints.logout import LogoutEndpoint
from api_server.local_tenant.endpoints.problem import problem_handlers
from api_server.local_tenant.endpoints.revocation import RevocationEndpoint
from api_server.local_tenant.endpoints.token_endpoint import TokenEndpoint
from api_server.local_tenant.endpoints.userinfo import UserinfoEndpoint
from api_server.local_tenant.pages._fold_portrait import PortraitEndpoint
from api_server.local_tenant.response_headers import ResponseHeaders
from api_server.local_tenant.settings import Clock, Randomness, Settings
from api_server.local_tenant.tenant import Tenant, open_tenant


def create_app(
    settings: Settings,
    clock: Clock = time.time,
    randomness: Randomness = secrets.token_bytes,
) -> ASGIApp:
    """Open the tenant and give its app; raises DatabaseUnusableError."""
    return app_of(open_tenant(settings, clock, randomness))


def app_of(tenant: Tenant) -> ASGIApp:
    """Give the app of an open tenant, which it closes at its end."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        tenant.close()

    app = Starlette(
        routes=[*_documents(tenant), *_pages(tenant), *_client_endpoints(tenant)],
        exception_handlers=problem_handlers(tenant.settings),
        lifespan=lifespan,
    )
    # around Starlette as a whole: its middleware does not see the answer to a failure
    return ResponseHeaders(app)


def _documents(tenant: Tenant) -> list[Route]:
    discovery, path = DiscoveryEndpoint(tenant), tenant.settings.path
    return [
        Route("/healthz", discovery.health),
        Route(f"{path}/.well-known/openid-configuration", discovery.metadata),
        # RFC 8414 3.1 puts the issuer's path behind the well-known part
        Route(f"/.well-known/oauth-authorization-server{path}", discovery.metadata),
        Route(f"{path}/jwks.json", discovery.key_set),
    ]


def _pages(tenant: Tenant) -> list[Route]:
    path = tenant.settings.path
    home, portrait = HomeEndpoint(tenant), PortraitEndpoint(tenant)
    authorization, login = AuthorizationEndpoint(tenant), LoginEndpoint(tenant)
    consent, device, logout = (
        ConsentEndpoint(tenant),
        DeviceEndpoint(tenant),
        LogoutEndpoint(tenant),
    )
    return [
        Route(f"{path}/", home.get),
        Route(f"{path}/icon.svg", home.icon),
        Route(f"{path}/people/{{name}}.svg", portrait.get),
        Route(f"{path}/authorize", authorization.get),
        Route(f"{path}/authorize", authorization.post, methods=["POST"]),
        Route(f"{path}/login", login.get),
        Route(f"{path}/login", login.post, methods=["POST"]),
        Route(f"{path}/consent", consent.get),
        Route(f"{path}/consent", consent.post, methods=["POST"]),
        Route(f"{path}/device", device.get),
        Route(f"{path}/device", device.post, methods=["POST"]),
        Route(f"{path}/logout", logout.get),
        Route(f"{path}/logout", logout.post, methods=["POST"]),
        Route(f"{path}/logout/confirm", logout.confirm, methods=["POST"]),
    ]


def _client_endpoints(tenant: Tenant) -> list[Route]:
    path, device = tenant.settings.path, DeviceEndpoint(tenant)
    return [
        Route(f"{path}/device_authorization", device.authorize, methods=["POST"]),
        Route(f"{path}/token", TokenEndpoint(tenant).post, methods=["POST"]),
        Route(f"{path}/revoke", RevocationEndpoint(tenant).post, methods=["POST"]),
        Route(f"{path}/userinfo", UserinfoEndpoint(tenant).answer, methods=["GET", "POST"]),
    ]
