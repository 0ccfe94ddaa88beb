"""The page of `doorkey web`: textual-serve behind a guard.

textual-serve alone lets any website in: it asks for no secret, and checks neither `Host` nor
`Origin`. Here a secret in the address works once and becomes a cookie, and every request, the
WebSocket's among them, has to come from the page itself.
"""

import asyncio
import hmac
import logging
import secrets
import shlex
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from textual_serve.server import Server

from tui.loopback_peer import foreign_peer

LOOPBACK: Final = "127.0.0.1"

SECRET_BYTES: Final = 32

CLOSE_SECONDS: Final = 3.0
"""For the app to end by itself when the page does."""

MOST_STRANGERS: Final = 64
"""Connections on which nobody was let in yet: another user could hold all descriptors with them."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Doorkey</title>
<link rel="stylesheet" href="/static/css/xterm.css">
<link rel="stylesheet" href="/page.css">
<script src="/static/js/textual.js"></script>
<script src="/page.js"></script>
</head>
<body>
<p id="ended">Doorkey has ended. Reload this page to start it again.</p>
<div id="terminal" class="textual-terminal" data-font-size="16"
 data-session-websocket-url="{socket}/ws"></div>
</body>
</html>
"""

STYLE: Final = """
@font-face {
  font-family: "Roboto Mono";
  src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf");
}
body { margin: 0; background: #0f1623; color: #e2e8f0; font-family: sans-serif; }
#terminal { position: absolute; inset: 0; }
#ended { display: none; margin: 2em; }
body.-closed #ended { display: block; }
body.-closed #terminal { display: none; }
"""

SCRIPT: Final = """
// Keys go to the app from its first byte on; textual-serve waits for a click.
addEventListener("load", () => new MutationObserver((_changes, observer) => {
  if (document.body.classList.contains("-first-byte")) {
    observer.disconnect();
    document.querySelector(".xterm-helper-textarea").focus();
  }
}).observe(document.body, {attributes: true}));
"""

OPENED: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Doorkey</title>
<meta http-equiv="refresh" content="0; url=/"></head><body>Doorkey opens.</body></html>
"""


def _is_for_the_log(record: logging.LogRecord) -> bool:
    """Return whether a record of aiohttp's is of more than a request that is not HTTP.

    Anybody can send one, and would fill the terminal with tracebacks, words of their own in them.
    """
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


logging.getLogger("aiohttp.server").addFilter(_is_for_the_log)


class Gate:
    """Lets one browser in: whoever opens the address first, once."""

    def __init__(self, port: int) -> None:
        self.host: Final = f"{LOOPBACK}:{port}"
        self.origin: Final = f"http://{self.host}"
        self.is_abused = False
        """Whether somebody else has opened the address, too."""
        self._on_abuse: Callable[[], object] = lambda: None
        self._secret = secrets.token_urlsafe(SECRET_BYTES)
        self._cookie_name = f"doorkey_web_{port}"  # cookies know no ports
        self._cookie = secrets.token_urlsafe(SECRET_BYTES)
        self._is_opened = False
        self.admitted: Final[set[object]] = set()
        """The connections, each by its protocol, on which somebody who may has asked."""

    @property
    def address(self) -> str:
        """What to open; it works once."""
        return f"{self.origin}/open/{self._secret}"

    def end_when_abused(self, end: Callable[[], object]) -> None:
        """Have `end` called when somebody else opens the address, too."""
        self._on_abuse = end

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Pass on only what comes from the page itself, in the browser that was let in."""
        why = self._refusal(request)
        if why:
            return web.Response(status=403, text=f"{why}\n")
        self.admitted.add(request.protocol)
        return await handler(request)

    async def open(self, request: web.Request) -> web.Response:
        """Let the browser in that brings the secret, once."""
        if not _same(request.match_info["secret"], self._secret):
            return web.Response(status=403, text="This is not the address of doorkey web.\n")
        if self._is_opened and not self._has_cookie(request):
            self.is_abused = True
            self._on_abuse()
            return web.Response(status=403, text="This address was opened already.\n")
        self._is_opened = True
        # No redirect: after one, a browser that came from another site would hold the cookie back.
        response = web.Response(text=OPENED, content_type="text/html")
        response.set_cookie(
            self._cookie_name, self._cookie, path="/", httponly=True, samesite="Strict"
        )
        return response

    async def add_headers(self, _request: web.Request, response: web.StreamResponse) -> None:
        """Forbid other pages to frame this one, and this one to load anything from elsewhere."""
        socket_origin = self.origin.replace("http:", "ws:")
        response.headers.update(
            {
                # xterm.js writes style elements of its own.
                "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
                "style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
                f"connect-src {socket_origin}; frame-ancestors 'none'; base-uri 'none'; "
                "form-action 'none'",
                "X-Frame-Options": "DENY",
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Cross-Origin-Opener-Policy": "same-origin",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Cache-Control": "no-store",
            }
        )

    def _refusal(self, request: web.Request) -> str:
        if _is_another_users(request):
            return "Another user of this machine asks."
        if request.headers.getall("Host", []) != [self.host]:
            return "The host is not this page's."  # DNS rebinding
        origins = request.headers.getall("Origin", [])
        if origins not in ([], [self.origin]) or (request.path == "/ws" and not origins):
            return "Another website asks."
        if not request.path.startswith("/open/") and not self._has_cookie(request):
            return "This browser was not let in: open the address that doorkey web has printed."
        return ""

    def _has_cookie(self, request: web.Request) -> bool:
        return _same(request.cookies.get(self._cookie_name, ""), self._cookie)


class GuardedPage:
    """One page on loopback; the app runs anew for each tab that opens it."""

    def __init__(self, command: Sequence[str], port: int) -> None:
        """Bind the port.

        Raises:
            OSError: it is taken, or may not be used.
        """
        self._socket = socket.create_server((LOOPBACK, port))
        port = self._socket.getsockname()[1]
        self._gate = Gate(port)
        self._textual = Server(shell_line(command), LOOPBACK, port)
        self.address: Final = self._gate.address
        self.end_when_abused: Final = self._gate.end_when_abused

    @property
    def is_abused(self) -> bool:
        """Whether somebody else has opened the address, too."""
        return self._gate.is_abused

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[None]:
        """Serve the page while the block lasts."""
        app = web.Application(middlewares=[self._gate.guard])
        app.on_response_prepare.append(self._gate.add_headers)
        app.add_routes(
            [
                web.get("/open/{secret}", self._gate.open),
                web.get("/", self._page),
                web.get("/page.css", self._style),
                web.get("/page.js", self._script),
                web.get("/ws", self._textual.handle_websocket),
                web.get("/download/{key}", self._textual.handle_download),
                web.static("/static", self._textual.statics_path),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_SECONDS)
        await runner.setup()
        listening = await asyncio.get_running_loop().create_server(
            partial(self._connect, runner), sock=self._socket
        )
        try:
            yield
        finally:
            listening.close()
            await runner.cleanup()

    def _connect(self, runner: web.AppRunner) -> asyncio.Protocol:
        """Make what serves a new connection; the oldest stranger's makes room, if need be."""
        server = runner.server
        assert server is not None  # noqa: S101 - it is there between setup and cleanup
        standing = [each for each in server.connections if each.transport is not None]
        self._gate.admitted.intersection_update(standing)
        strangers = [each for each in standing if each not in self._gate.admitted]
        if len(strangers) >= MOST_STRANGERS:
            strangers[0].force_close()
        return server()

    async def _page(self, _request: web.Request) -> web.Response:
        page = PAGE.format(socket=self._gate.origin.replace("http:", "ws:"))
        return web.Response(text=page, content_type="text/html")

    async def _style(self, _request: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css")

    async def _script(self, _request: web.Request) -> web.Response:
        return web.Response(text=SCRIPT, content_type="text/javascript")


def _is_another_users(request: web.Request) -> bool:
    transport = request.transport
    if transport is None:
        return True
    try:
        return foreign_peer(transport)
    except ConnectionResetError:
        return True


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def shell_line(command: Sequence[str]) -> str:
    """Return `command` as one line for the shell of this system."""
    return subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command)
