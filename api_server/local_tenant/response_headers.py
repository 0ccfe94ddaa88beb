"""Headers that every answer has, and the names that the tenant answers to."""

from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_server.serving.request_limits import OneHost
from api_server.web_origin import is_loopback

DEFAULTS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""An answer that needs another value sets it itself; `no-store` is RFC 6749 5.1's, for tokens."""

MISDIRECTED: Final = PlainTextResponse(
    "This server answers to the names of the loopback interface only.\n",
    HTTPStatus.MISDIRECTED_REQUEST,
)


class ResponseHeaders:
    """ASGI middleware, outermost."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = OneHost(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers, those who call us by a name of ours."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in DEFAULTS.items():
                    headers.setdefault(name, value)
            await send(message)

        app = self.app if _is_for_us(scope) else MISDIRECTED
        await app(scope, receive, send_with_headers)


def _is_for_us(scope: Scope) -> bool:
    # another name that leads here is DNS rebinding: a web page reaching into this machine
    host = Headers(scope=scope).get("host")
    if not host:
        # OneHost answers, unless the request is of HTTP/1.0, which no web page can send
        return True
    name = host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]
    return is_loopback(name)
