"""The proxy: who may ask it, what it passes on, and what it adds."""

import asyncio
import hmac
import secrets
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from tui.api.client import no_answer
from tui.api.proxy.client_side import Answering, ClientConnection, Request
from tui.api.proxy.flow import ByteFlow
from tui.api.proxy.heads import (
    IDEMPOTENT,
    OURS,
    REFERRER,
    BadRequest,
    Header,
    RequestHead,
    ResponseHead,
    end_to_end,
    problem_response,
    without_our_cookies,
    write_head,
)
from tui.api.proxy.upstream import ForeignServer, Unanswered, Upstream, UpstreamConnection
from tui.errors import DoorkeyError, ExchangeFailed, SignInNeeded
from tui.http.other_scheme import with_scheme_told
from tui.text import printable
from tui.web_address import split_web_address

SECRET_BYTES: Final = 16
"""128 bits: nobody on the machine guesses the prefix."""

LARGEST_KEPT_BODY_BYTES: Final = 64 * 1024
"""A request with more cannot be sent again with a renewed token."""


class Signed(Protocol):
    """One request to the API, authorized anew each time that it is sent."""

    async def headers(self) -> Sequence[Header]:
        """Return the headers to add to the next sending; raises DoorkeyError."""

    def goes_again(self, response: ResponseHead) -> bool:
        """Return whether the request is to be sent again: never more than twice."""


Sign = Callable[[str, str], Signed]
"""Takes a request's method and URL."""


class Proxy:
    """A reverse proxy before one origin, for whoever knows its base URL."""

    def __init__(
        self,
        api_url: str,
        sign: Sign,
        *,
        tls: ssl.SSLContext | None = None,
        log: Callable[[str], None] = lambda _line: None,
        draw_secret: Callable[[], str] = lambda: secrets.token_urlsafe(SECRET_BYTES),
    ) -> None:
        """Take the API's origin, and who authorizes requests to it."""
        address = split_web_address(api_url)
        self._origin = api_url
        self._host_header = api_url.partition("://")[2].encode("ascii")
        self._sign = sign
        self._upstream = Upstream(address, tls if address.scheme == "https" else None)
        self._has_answered = False
        self._log = log
        self._prefix = f"/{draw_secret()}"
        self._connections: dict[ClientConnection, None] = {}
        self._server: asyncio.Server | None = None
        self._hosts: frozenset[bytes] = frozenset()

    async def listen(self, host: str, port: int) -> str:
        """Listen on a loopback address and return the base URL, with its secret.

        Raises:
            OSError: the port cannot be had.
        """
        self._server = await asyncio.get_running_loop().create_server(
            lambda: ClientConnection(self._answer, self._connections), host, port
        )
        port = self._server.sockets[0].getsockname()[1]
        literal = f"[{host}]" if ":" in host else host
        self._hosts = frozenset({f"{literal}:{port}".encode(), f"localhost:{port}".encode()})
        self._own = f"http://{literal}:{port}{self._prefix}"
        return self._own

    async def aclose(self) -> None:
        """Stop listening, and end what is under way."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.close()
        self._upstream.close()

    async def _answer(self, request: Request, to: Answering) -> bool:
        started = time.monotonic()
        head = request.head
        status, keep = 0, False
        path = "-"
        try:
            path = self._admit(request)
            status, keep = await self._pass_on(request, path, to)
        except BadRequest as problem:
            status = problem.status
            to.write(problem_response(problem))
        except ForeignServer:
            status = 502
            to.write(problem_response(self._foreign()))
        finally:
            shown = printable(path.partition("?")[0])
            spent = (time.monotonic() - started) * 1000
            self._log(f"{head.method} {shown} {status or 'broken off'} {spent:.0f} ms")
        return keep

    def _admit(self, request: Request) -> str:
        """Return the path and query to ask the API for; raise BadRequest for whom it is not."""
        head = request.head
        if request.is_foreign:  # they may have read the URL in a list of processes
            raise BadRequest(403, "forbidden", "Another user of this machine may not ask this.")
        if head.one(b"host") not in self._hosts:
            raise BadRequest(400, "invalid_request", "Host is not this proxy's.")
        if head.one(b"origin") is not None:
            raise BadRequest(403, "forbidden", "A web page may not ask this proxy.")
        target = head.target.decode("latin-1")
        mark, slash, rest = target[1:].partition("/")
        if not target.startswith("/") or not hmac.compare_digest(
            f"/{mark.partition('?')[0]}".encode(), self._prefix.encode()
        ):
            raise BadRequest(404, "not_found", "Ask the base URL that was printed.")
        if head.wants_upgrade or head.method == "CONNECT":
            raise BadRequest(501, "not_implemented", "Upgrades (WebSocket) are not passed on.")
        path = f"/{rest}" if slash else f"/{mark[mark.find('?') :] if '?' in mark else ''}"
        if not _is_in_a_url(path):
            said = "The address has a character that has no place in a URL: write it as %XX."
            raise BadRequest(400, "invalid_request", said)
        return path

    async def _pass_on(self, request: Request, path: str, to: Answering) -> tuple[int, bool]:
        head = request.head
        length = head.length_bytes
        kept = None
        if length is not None and length <= LARGEST_KEPT_BODY_BYTES:
            kept = b"".join([chunk async for chunk in request.body.chunks()]) if length else b""
        elif head.one(b"expect") is not None:
            to.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        signed = self._sign(head.method, self._origin + path)
        connection, response, body = await self._ask(request, path, kept, signed)
        while signed.goes_again(response) and kept is not None:
            connection.close()
            connection, response, body = await self._ask(request, path, kept, signed)
        try:
            keep = head.keep_alive and (kept is not None or request.body.ended)
            return response.status, await self._return(head, response, body, to, keep=keep)
        finally:
            self._upstream.give_back(connection)

    async def _ask(
        self, request: Request, path: str, kept: bytes | None, signed: Signed
    ) -> tuple[UpstreamConnection, ResponseHead, ByteFlow]:
        head = self._upstream_head(request.head, path, kept, await _authorization(signed))
        again = kept is not None and request.head.method in IDEMPOTENT
        connection = None
        try:
            connection = await self._upstream.connection()
            return await self._exchange(connection, request, head, kept)
        except Unanswered:
            if connection is None or connection.fresh or not again:
                raise await self._unanswered(connection) from None
        # The API has closed a connection that it had kept open: nothing was lost but that, and the
        # proof, which may have arrived and is good for once.
        head = self._upstream_head(request.head, path, kept, await _authorization(signed))
        try:
            connection = await self._upstream.connection(fresh=True)
            return await self._exchange(connection, request, head, kept)
        except Unanswered:
            raise await self._unanswered(connection) from None

    async def _exchange(
        self, connection: UpstreamConnection, request: Request, head: bytes, kept: bytes | None
    ) -> tuple[UpstreamConnection, ResponseHead, ByteFlow]:
        connection.begin(request.head.method, head + (kept or b""))
        if kept is None:
            connection.send(request.body, chunked=request.head.length_bytes is None)
        try:
            response = await connection.response()
        except BaseException:  # a program that has gone included: its request ends at the API too
            connection.close()
            raise
        self._has_answered = True
        return (connection, *response)

    def _upstream_head(
        self, head: RequestHead, path: str, kept: bytes | None, added: Sequence[Header]
    ) -> bytes:
        secret = self._prefix[1:].lower().encode()
        told = [
            (name, value)
            for name, value in without_our_cookies(end_to_end(head.headers, OURS))
            if secret not in name + value.lower()
        ]
        headers = [(b"host", self._host_header), *told, *added]
        if kept is None and head.length_bytes is None:
            headers.append((b"transfer-encoding", b"chunked"))
        line = f"{head.method} {path} HTTP/1.1".encode("latin-1")
        return write_head(line, headers)

    async def _return(
        self,
        head: RequestHead,
        response: ResponseHead,
        body: ByteFlow,
        to: Answering,
        *,
        keep: bool,
    ) -> bool:
        headers = [self._located(each) for each in end_to_end(response.headers, REFERRER)]
        headers.append((b"referrer-policy", b"no-referrer"))
        has_body = response.has_body(head.method)
        chunked = has_body and not response.length_known and not head.is_http_1_0
        if chunked:
            headers.append((b"transfer-encoding", b"chunked"))
        keep = keep and (chunked or response.length_known or not has_body)
        headers.append((b"connection", b"keep-alive" if keep else b"close"))
        line = b"HTTP/1.1 %d %s" % (response.status, response.reason)
        written = write_head(line, headers)
        async for chunk in body.chunks():
            framed = b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk
            to.write(written + framed)
            written = b""
            await to.drain()
        to.write(written + (b"0\r\n\r\n" if chunked else b""))
        return keep

    def _located(self, header: Header) -> Header:
        name, value = header
        if name != b"location":
            return header
        if value.startswith(b"/") and not value.startswith(b"//"):
            return name, self._prefix.encode() + value
        origin = self._origin.encode()
        if value == origin or value.startswith(origin + b"/"):
            return name, self._own.encode() + value[len(origin) :]
        return header

    def _foreign(self) -> BadRequest:
        said = f"Another user of this machine listens at {self._origin}; no token goes there."
        return BadRequest(502, "foreign_server", said)

    async def _unanswered(self, connection: UpstreamConnection | None) -> BadRequest:
        failed = ExchangeFailed("nobody" if connection is None else "broken", "")
        # Whoever has answered before speaks the right one, and is not kept waiting for the look.
        told = failed if self._has_answered else await with_scheme_told(self._origin, failed)
        if told.obstacle == "scheme":
            return BadRequest(502, "bad_gateway", str(no_answer(self._origin, told)))
        what = "cannot be reached" if connection is None else "broke off its answer"
        return BadRequest(502, "bad_gateway", f"The API at {self._origin} {what}.")


def _is_in_a_url(path: str) -> bool:
    try:
        split_web_address(f"http://localhost{path}")
    except ValueError:
        return False
    return "#" not in path


async def _authorization(signed: Signed) -> Sequence[Header]:
    try:
        return await signed.headers()
    except DoorkeyError as error:
        needed = isinstance(error, SignInNeeded)
        name = "sign_in_needed" if needed else "no_token"
        raise BadRequest(401 if needed else 502, name, printable(error)) from None
