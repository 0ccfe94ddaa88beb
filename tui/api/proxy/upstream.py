"""The API's side of the proxy: connections to one origin, kept open between requests."""

import asyncio
import ssl
from collections import deque
from contextlib import suppress
from typing import Final, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from tui.api.proxy.flow import BrokenOff, ByteFlow, Drain
from tui.api.proxy.heads import Header, ResponseHead
from tui.loopback_peer import foreign_peer
from tui.web_address import WebAddress, is_loopback

CONNECT_SECONDS: Final = 5.0

LARGEST_HEAD_BYTES: Final = 64 * 1024
"""Of a head, and of all else that is no body: trailers, a chunk's extensions."""

MOST_IDLE: Final = 32
"""Connections kept open; a program that asks for more at once opens new ones."""


class Unanswered(Exception):
    """The API gave no head of a response; `reached` tells whether a connection stood."""

    def __init__(self, *, reached: bool) -> None:
        super().__init__()
        self.reached = reached


class ForeignServer(Exception):
    """A process of another user of this machine listens where the API should."""


class UpstreamConnection(asyncio.Protocol):
    """One connection to the API; it carries one exchange after the other."""

    def __init__(self) -> None:
        self.fresh = True
        """Nothing was sent on it before."""
        self._drain = Drain()
        self.lost = False
        self._transport: asyncio.Transport
        self._parser: HttpResponseParser | None = None
        self._method = ""
        self._sending: asyncio.Task[None] | None = None
        self._reset()

    def _reset(self) -> None:
        self._reason = b""
        self._headers: list[Header] = []
        self._overhead_bytes = 0
        self._complete = False
        self._head: asyncio.Future[ResponseHead] | None = None
        self._body: ByteFlow | None = None

    @property
    def reusable(self) -> bool:
        """Whether the exchange is over, both ways, and the API keeps the connection open."""
        sent = self._sending is None or self._sending.done()
        return sent and not self.lost and self._complete and self._keeps_open

    def require_own_user(self) -> None:
        """Make sure that it is nobody else's server on this machine, before a token goes there.

        Raises:
            ForeignServer: another user's process has answered; the connection is closed.
        """
        peer = self._transport.get_extra_info("peername")
        if peer is not None and not is_loopback(peer[0]):
            return
        try:
            foreign = foreign_peer(self._transport)
        except OSError:
            self.close()
            raise
        if foreign:
            self.close()
            raise ForeignServer

    def begin(self, method: str, head: bytes) -> None:
        """Send the head of a request."""
        self._reset()
        self._method = method
        self._parser = HttpResponseParser(self)
        self._keeps_open = False
        self._head = asyncio.get_running_loop().create_future()
        self._body = ByteFlow(self._transport)
        if self.lost:
            self._fail()
        else:
            self._transport.write(head)

    def send(self, body: ByteFlow, *, chunked: bool) -> None:
        """Send the request's body beside what else happens: the API may answer before its end."""
        self._sending = asyncio.create_task(self._send(body, chunked=chunked))

    async def response(self) -> tuple[ResponseHead, ByteFlow]:
        """Return the head of the final response and the body that follows it.

        Raises:
            Unanswered: none came.
        """
        if self._head is None or self._body is None:
            raise RuntimeError("begin an exchange first")
        return await self._head, self._body

    def close(self) -> None:
        """End the connection, at once."""
        self._keeps_open = False
        if self._sending is not None:
            self._sending.cancel()
        self._transport.abort()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember what to write to."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Parse what has come; what breaks HTTP ends the connection."""
        if self._parser is None:
            self.close()  # nobody has asked for anything
            return
        self._overhead_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):  # nobody has asked to change the protocol
            self._fail()
            self.close()
            return
        if self._overhead_bytes > LARGEST_HEAD_BYTES and not self._complete:
            self._fail()
            self.close()

    def eof_received(self) -> bool:
        """Take the end of the connection as the end of a body that has no other (RFC 9112 6.3)."""
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """End what waits for more."""
        self.lost = True
        self._drain.resume()
        if error is None and self._ends_with_connection and self._body is not None:
            self._body.end()
        self._fail()

    def pause_writing(self) -> None:
        """Hold the request's body: the API is slower than the program."""
        self._drain.pause()

    def resume_writing(self) -> None:
        """Let the body go on."""
        self._drain.resume()

    # What httptools calls

    def on_message_begin(self) -> None:
        """Raise ValueError at a further answer: it would be taken for the next request's."""
        if self._complete:
            raise ValueError("an answer that nobody has asked for")

    def on_status(self, status: bytes) -> None:
        """Collect the reason phrase."""
        self._reason += status

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Hand the head over, unless it is an interim response (RFC 9110 15.2).

        Raises:
            ValueError: it announces a coding that nobody has asked for; the parser passes it on.
        """
        parser = self._parser
        if parser is None or self._head is None:
            return
        status = parser.get_status_code()
        if status < 200:
            self._reason, self._headers = b"", []
            return
        head = ResponseHead(status, self._reason, tuple(self._headers))
        if not head.is_plain:
            raise ValueError("a transfer coding other than chunked")
        self._head.set_result(head)
        if not head.has_body(self._method):
            # The parser knows nothing of HEAD, and would wait for the length that is said.
            self._end(keeps_open=parser.should_keep_alive())

    def on_body(self, chunk: bytes) -> None:
        """Pass a piece of the body on; raise ValueError where the answer has none."""
        if self._complete:
            raise ValueError("a body that nobody has asked for")
        self._overhead_bytes = 0
        if self._body is not None:
            self._body.feed(chunk)

    def on_message_complete(self) -> None:
        """End the exchange; an interim response ends nothing."""
        if self._parser is not None and self._head is not None and self._head.done():
            self._end(keeps_open=self._parser.should_keep_alive())

    async def _send(self, body: ByteFlow, *, chunked: bool) -> None:
        try:
            async for chunk in body.chunks():
                if self.lost:
                    return
                framed = b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk
                self._transport.write(framed)
                await self._drain.wait()
            if chunked and not self.lost:
                self._transport.write(b"0\r\n\r\n")
        except BrokenOff:
            self._transport.abort()  # the API must not take a part for the whole

    @property
    def _ends_with_connection(self) -> bool:
        return (
            self._head is not None
            and self._head.done()
            and not self._complete
            and not any(
                name in (b"content-length", b"transfer-encoding") for name, _ in self._headers
            )
        )

    def _end(self, *, keeps_open: bool) -> None:
        self._complete = True
        self._keeps_open = keeps_open
        if self._body is not None:
            self._body.end()

    def _fail(self) -> None:
        if self._head is not None and not self._head.done():
            self._head.set_exception(Unanswered(reached=True))
            self._head.exception()  # perhaps nobody waits; that is no reason for a warning
        if self._body is not None:
            self._body.end(broken=True)


class Upstream:
    """The API at one origin."""

    def __init__(self, address: WebAddress, tls: ssl.SSLContext | None) -> None:
        self._address = address
        self._tls = tls
        self._idle: deque[UpstreamConnection] = deque()

    async def connection(self, *, fresh: bool = False) -> UpstreamConnection:
        """Return a connection that carries nothing now.

        Raises:
            Unanswered: none can be made.
        """
        while self._idle and not fresh:
            connection = self._idle.pop()
            if not connection.lost:
                connection.fresh = False
                return connection
        for host in self._address.hosts:
            with suppress(OSError, TimeoutError):
                return await self._connect(host)
        raise Unanswered(reached=False)

    async def _connect(self, host: str) -> UpstreamConnection:
        usual = {"http": 80, "https": 443}[self._address.scheme]
        async with asyncio.timeout(CONNECT_SECONDS):
            _, connection = await asyncio.get_running_loop().create_connection(
                UpstreamConnection,
                host,
                self._address.port or usual,
                ssl=self._tls,
                server_hostname=self._address.host if self._tls else None,
            )
            connection.require_own_user()
        return connection

    def give_back(self, connection: UpstreamConnection) -> None:
        """Keep a connection for the next request, or end it where it cannot be used again."""
        if connection.reusable and len(self._idle) < MOST_IDLE:
            self._idle.append(connection)
        elif not connection.lost:
            connection.close()

    def close(self) -> None:
        """End the connections that wait."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()
