"""The tenant as an ASGI app: which path is whose, and what is answered when something is wrong."""

import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from api_server.local_tenant.endpoints.authorization import AuthorizationEndpoint
from api_server.local_tenant.endpoints.consent import ConsentEndpoint
from api_server.local_tenant.endpoints.device import DeviceEndpoint
from api_server.local_tenant.endpoints.discovery import DiscoveryEndpoint
from api_server.local_tenant.endpoints.home import HomeEndpoint
from api_server.local_tenant.endpoints.login import LoginEndpoint
from api_server.local_tenant.endpoints.logout import LogoutEndpoint
from api_server.local_tenant.endpoints.pushed_requests import PushedRequestEndpoint
from api_server.local_tenant.endpoints.revocation import RevocationEndpoint
from api_server.local_tenant.endpoints.token_endpoint import TokenEndpoint
from api_server.local_tenant.endpoints.userinfo import UserinfoEndpoint
from api_server.local_tenant.errors import BrowserStopped, RequestRefused
from api_server.local_tenant.pages.frame import Alert, problem_page
from api_server.local_tenant.records.tenant import Tenant, open_tenant
from api_server.local_tenant.response_headers import ResponseHeaders
from api_server.local_tenant.settings import Clock, Randomness, Settings
from api_server.web_origin import DISCOVERY_PATH

Handler: TypeAlias = Callable[[Request, Exception], Awaitable[Response]]

FAILED: Final = Alert("That is its own fault; its log says more.", HTTPStatus.INTERNAL_SERVER_ERROR)
ADVICE: Final = {
    HTTPStatus.NOT_FOUND: "The local tenant has nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address is for programs, or for another kind of request.",
}


def create_app(
    settings: Settings, clock: Clock = time.time, randomness: Randomness = secrets.token_bytes
) -> ASGIApp:
    """Open the tenant and return its app; raise DatabaseUnusable."""
    return build_app(open_tenant(settings, clock, randomness))


def build_app(tenant: Tenant) -> ASGIApp:
    """Return the app of an open tenant, which it closes at its end."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        tenant.close()

    app = Starlette(
        routes=[*_documents(tenant), *_pages(tenant), *_client_endpoints(tenant)],
        exception_handlers=_problem_handlers(tenant.settings),
        lifespan=lifespan,
    )
    # around Starlette as a whole: its middleware does not see the answer to a failure
    return ResponseHeaders(app)


def _documents(tenant: Tenant) -> list[Route]:
    discovery, path = DiscoveryEndpoint(tenant), tenant.settings.path
    return [
        Route("/healthz", discovery.health),
        Route(f"{path}{DISCOVERY_PATH}", discovery.metadata),
        # RFC 8414 3.1 puts the issuer's path behind the well-known part
        Route(f"/.well-known/oauth-authorization-server{path}", discovery.metadata),
        Route(f"{path}/jwks.json", discovery.key_set),
    ]


def _pages(tenant: Tenant) -> list[Route]:
    path = tenant.settings.path
    home, device = HomeEndpoint(tenant), DeviceEndpoint(tenant)
    authorization, login = AuthorizationEndpoint(tenant), LoginEndpoint(tenant)
    consent, logout = ConsentEndpoint(tenant), LogoutEndpoint(tenant)
    return [
        Route(f"{path}/", home.get),
        Route(f"{path}/icon.svg", home.icon),
        Route(f"{path}/people/{{name}}.svg", home.portrait),
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
        Route(f"{path}/par", PushedRequestEndpoint(tenant).post, methods=["POST"]),
        Route(f"{path}/token", TokenEndpoint(tenant).post, methods=["POST"]),
        Route(f"{path}/revoke", RevocationEndpoint(tenant).post, methods=["POST"]),
        Route(f"{path}/userinfo", UserinfoEndpoint(tenant).answer, methods=["GET", "POST"]),
    ]


def _problem_handlers(settings: Settings) -> dict[type[Exception], Handler]:
    """Return a handler for each exception that an endpoint may raise: pages or JSON."""

    async def show_page(request: Request, error: Exception) -> Response:
        return problem_page(settings, *_explain(error))

    async def answer(request: Request, error: Exception) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return await show_page(request, error)
        title, problem = _explain(error)
        code = (
            "server_error"
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            else "invalid_request"
        )
        body = {"error": code, "error_description": f"{title}. {problem.text}"}
        headers = error.headers if isinstance(error, HTTPException) else None
        return JSONResponse(body, problem.status, headers)

    return {
        BrowserStopped: show_page,
        RequestRefused: show_page,
        HTTPException: answer,
        Exception: answer,
    }


def _explain(error: Exception) -> tuple[str, Alert]:
    """Return a title, and what to do with the status."""
    if isinstance(error, BrowserStopped):
        return error.title, Alert(error.advice, error.status)
    if isinstance(error, RequestRefused):
        return "That request cannot be answered", Alert(error.description, error.status)
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        return status.phrase, Alert(ADVICE.get(status, status.description), status)
    return "The tenant has failed", FAILED
