"""What is answered when something is wrong: a page to people, JSON to programs."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api_server.local_tenant.endpoints.oauth_error import OAuthError, PageError
from api_server.local_tenant.pages.problem import problem_page
from api_server.local_tenant.settings import Settings

Handler: TypeAlias = Callable[[Request, Exception], Awaitable[Response]]


def problem_handlers(settings: Settings) -> dict[type[Exception], Handler]:
    """Give a handler for each exception that an endpoint may let go."""

    async def show(request: Request, error: Exception) -> Response:
        return problem_page(settings, *_explain(error))

    async def tell(request: Request, error: Exception) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return await show(request, error)
        title, advice, status = _explain(error)
        code = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request"
        body = {"error": code, "error_description": f"{title}. {advice}"}
        headers = error.headers if isinstance(error, HTTPException) else None
        return JSONResponse(body, status, headers)

    return {PageError: show, OAuthError: show, HTTPException: tell, Exception: tell}


def _explain(error: Exception) -> tuple[str, str, int]:
    """Give title, advice and status."""
    if isinstance(error, PageError):
        return error.title, error.advice, error.status
    if isinstance(error, OAuthError):
        return "That request cannot be answered", error.description, error.status
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        return status.phrase, ADVICE.get(status, status.description), status
    return "The tenant has failed", "That is its own fault; its log says more.", 500


ADVICE = {
    HTTPStatus.NOT_FOUND: "The local tenant has nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address is for programs, or for another kind of request.",
}
