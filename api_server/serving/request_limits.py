"""What every request is held to: one host (RFC 9112 3.2), and a body of bounded size.

A proxy and the server behind it that choose differently between two Host headers disagree on
whose request it is.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

REFUSAL: Final = JSONResponse(
    {
        "error": "invalid_request",
        "error_description": "Expected one Host header (RFC 9112 3.2), got none or several",
    },
    status_code=400,
)


class OneHost:
    """ASGI middleware that answers 400 to a request without exactly one Host header.

    HTTP/1.0 knows no Host header, so there it may be missing.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on to the app what names its host, and everything that is no request."""
        app = REFUSAL if scope["type"] == "http" and _is_ambiguous(scope) else self._app
        await app(scope, receive, send)


async def read_body(request: Request, most_bytes: int) -> bytes | None:
    """Return the body, or None where it has more than `most_bytes`; no more than that is held.

    Raises:
        ClientDisconnect: the body was cut off.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            return None
    return bytes(body)


def _is_ambiguous(scope: Scope) -> bool:
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    # where there is none, Granian adds an empty one
    return len(hosts) > 1 or (not any(hosts) and scope["http_version"] == "1.1")
