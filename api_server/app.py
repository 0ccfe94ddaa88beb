"""The API: its routes, and what they answer."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from api_server.bearer import Bearer, requires
from api_server.bearer.dpop import PROOF_ALGORITHMS
from api_server.messages import NO_STORE, READ_MESSAGES, WRITE_MESSAGES, Messages
from api_server.serving.logs import AccessLog, Write
from api_server.serving.request_limits import OneHost
from api_server.settings import METADATA_PATH, Settings

VALIDATED: Final = JSONResponse(
    {"msg": "Your Access Token was successfully validated!"}, headers=NO_STORE
)
"""The quickstart's words; one response for all, as nothing in it changes."""

VAULT_SECONDS: Final = 300
"""How long after signing in the vault opens."""

VAULT: Final = JSONResponse(
    {"msg": "You signed in within the last 5 minutes: the vault is open."}, headers=NO_STORE
)

PROTECTED: Final = "/api/external, /api/messages and /api/vault"
"""What there is to call with a token, for who has another path."""


@requires()
async def external(_: Request) -> Response:
    """Answer whoever has a valid token."""
    return VALIDATED


@requires(max_age=VAULT_SECONDS)
async def vault(_: Request) -> Response:
    """Answer whoever has signed in within the last minutes (RFC 9470)."""
    return VAULT


class Service:
    """What the API tells about itself, to anybody."""

    def __init__(self, settings: Settings, bearer: Bearer) -> None:
        self._bearer = bearer
        self._health = JSONResponse(
            {
                "service": "doorkey-api",
                "status": "ok",
                "issuer": settings.issuer,
                "audience": settings.audience,
            }
        )
        self._metadata = JSONResponse(
            {
                "resource": settings.resource_url,
                "authorization_servers": [settings.issuer],
                "bearer_methods_supported": ["header"],
                "scopes_supported": [READ_MESSAGES, WRITE_MESSAGES],
                "resource_name": "Doorkey API",
                **_proof_metadata(settings),
            }
        )

    async def health(self, _: Request) -> Response:
        """Say that the process answers, and for whom it checks tokens."""
        return self._health

    async def readiness(self, _: Request) -> Response:
        """Say whether tokens can be checked: 503 until the issuer's keys are known."""
        keys = self._bearer.keys.at_hand()
        if keys is not None and keys.all:
            return JSONResponse({"status": "ready"})
        self._bearer.keys.refresh_soon()
        return JSONResponse(
            {"status": "waiting for the issuer's keys", "reason": self._bearer.keys.failure},
            status_code=503,
            headers={"retry-after": "1"},
        )

    async def metadata(self, _: Request) -> Response:
        """Say which issuer's tokens are taken here (RFC 9728 3.2)."""
        return self._metadata


def _proof_metadata(settings: Settings) -> dict[str, object]:
    """Return what RFC 9728 2 has to say of bound tokens."""
    if settings.dpop == "off":
        return {}
    return {
        "dpop_signing_alg_values_supported": PROOF_ALGORITHMS,
        "dpop_bound_access_tokens_required": settings.dpop == "required",
    }


def create_app(
    settings: Settings,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
    write_log: Write | None = None,
) -> ASGIApp:
    """Return the API for these settings; each worker calls it once."""
    bearer = Bearer(
        settings.issuer,
        settings.audience,
        algorithms=settings.algorithms,
        strict=settings.strict,
        token_issuer=settings.token_issuer,
        audience_claim=settings.audience_claim,
        dpop=settings.dpop,
        origins=settings.origins,
        nonce_secret=settings.nonce_secret,
        metadata_url=settings.metadata_url,
        transport=transport,
        clock=clock,
        monotonic=monotonic,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        # the tenant may start after us: nobody waits here, the first request does
        bearer.keys.refresh_soon()
        yield
        await bearer.aclose()

    app = Starlette(
        routes=_routes(settings, Service(settings, bearer)),
        middleware=[bearer.middleware],
        exception_handlers={404: _not_found, 405: _method_not_allowed},
        lifespan=lifespan,
    )
    # /api/external/ is another path, and a redirect would go where the Host header says
    app.router.redirect_slashes = False
    return AccessLog(OneHost(app), write_log, clock)


def _routes(settings: Settings, service: Service) -> list[Route]:
    paths = dict.fromkeys([METADATA_PATH, settings.metadata_path])
    return [
        Route("/api/external", external),
        Route("/api/messages", Messages().answer, methods=["GET", "POST"]),
        Route("/api/vault", vault),
        Route("/healthz", service.health),
        Route("/readyz", service.readiness),
        *(Route(path, service.metadata) for path in paths),
    ]


async def _not_found(_: Request, __: Exception) -> Response:
    return _error(404, "not_found", f"There is nothing at this path, but at {PROTECTED}")


async def _method_not_allowed(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette's own, with `Allow`
    allowed = ", ".join(sorted((error.headers or {}).get("Allow", "").split(", ")))
    response = _error(405, "method_not_allowed", f"This path answers to {allowed} only")
    response.headers["allow"] = allowed
    return response


def _error(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status_code=status)
