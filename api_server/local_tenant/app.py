"""The tenant as an ASGI app: which path is whose."""

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .authorization import AuthorizationEndpoint
from .consent import ConsentEndpoint
from .discovery import DiscoveryEndpoint
from .home import HomeEndpoint
from .login import LoginEndpoint
from .logout import LogoutEndpoint
from .oauth_error import OAuthError, PageError
from .pages.problem import problem_page
from .portrait import PortraitEndpoint
from .response_headers import ResponseHeaders
from .revocation import RevocationEndpoint
from .settings import Clock, Randomness, Settings
from .tenant import Tenant, open_tenant
from .token_endpoint import TokenEndpoint
from .userinfo import UserinfoEndpoint


def create_app(
    settings: Settings,
    clock: Clock = time.time,
    randomness: Randomness = secrets.token_bytes,
) -> Starlette:
    """Open the tenant and give its app; raises DatabaseUnusableError."""
    return app_of(open_tenant(settings, clock, randomness))


def app_of(tenant: Tenant) -> Starlette:
    """Give the app of an open tenant, which it closes at its end."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        tenant.close()

    async def show_problem(request: Request, error: Exception) -> Response:
        return problem_page(tenant.settings, *_explain(error))

    return Starlette(
        routes=[*_documents(tenant), *_pages(tenant), *_client_endpoints(tenant)],
        middleware=[Middleware(ResponseHeaders)],
        exception_handlers=dict.fromkeys(
            (PageError, OAuthError, HTTPException, Exception), show_problem
        ),
        lifespan=lifespan,
    )


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
    consent, logout = ConsentEndpoint(tenant), LogoutEndpoint(tenant)
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
        Route(f"{path}/logout", logout.get),
        Route(f"{path}/logout", logout.post, methods=["POST"]),
        Route(f"{path}/logout/confirm", logout.confirm, methods=["POST"]),
    ]


def _client_endpoints(tenant: Tenant) -> list[Route]:
    path = tenant.settings.path
    return [
        Route(f"{path}/token", TokenEndpoint(tenant).post, methods=["POST"]),
        Route(f"{path}/revoke", RevocationEndpoint(tenant).post, methods=["POST"]),
        Route(f"{path}/userinfo", UserinfoEndpoint(tenant).answer, methods=["GET", "POST"]),
    ]


def _explain(error: Exception) -> tuple[str, str, int]:
    """Give title, advice and status."""
    if isinstance(error, PageError):
        return error.title, error.advice, error.status
    if isinstance(error, OAuthError):
        return "That request cannot be answered", error.description, error.status
    if isinstance(error, HTTPException):
        title = HTTPStatus(error.status_code).phrase
        return title, "There is nothing to do on this page.", error.status_code
    return "The tenant has failed", "That is its own fault; its log says more.", 500
