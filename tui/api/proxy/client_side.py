"""The program's side of the proxy: one connection, its requests one after the other."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from tui.api.proxy.flow import BrokenOff, ByteFlow, Drain
from tui.api.proxy.heads import BadRequest, Header, RequestHead, problem_response
from tui.loopback_peer import foreign_peer, is_known_stranger

LARGEST_HEAD_BYTES: Final = 64 * 1024

TOO_LARGE: Final = BadRequest(431, "invalid_request", "The head is over 64 KiB.")

HEAD_SECONDS: Final = 75.0
"""For the next request to come: long enough to keep a connection of a program in use."""

MOST_SILENT: Final = 64
"""Connections on which nothing was asked yet; beyond it the oldest of another user is dropped, or
else the oldest: they could hold all descriptors with them. Programs open one when they ask."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a program asks: the head, and the body as it comes."""

    head: RequestHead
    body: ByteFlow
    is_foreign: bool
    """Whether the program is another user's, or gone, so that nobody can tell."""


class Answering(Protocol):
    """What a response is written to."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    async def drain(self) -> None:
        """Wait until the program takes more."""


Answer = Callable[[Request, Answering], Awaitable[bool]]
"""Answers a request; returns whether the connection may carry another one."""


class ClientConnection(asyncio.Protocol):
    """One connection of a program."""

    def __init__(self, answer: Answer, connections: dict["ClientConnection", None]) -> None:
        """Take who answers, and all connections, in the order in which they came."""
        self._answer = answer
        self._connections = connections
        self._parser = HttpRequestParser(self)
        self._drain = Drain()
        self._waiting: deque[Request | BadRequest] = deque()
        self._arrived = asyncio.Event()
        self._target = b""
        self._headers: list[Header] = []
        self._head_bytes = 0
        self._in_head = False
        self._body: ByteFlow | None = None
        self._lost = False
        self._foreign: bool | None = None

    @property
    def is_silent(self) -> bool:
        """Whether nothing was asked on it yet."""
        return self._foreign is None

    def write(self, data: bytes) -> None:
        """Send bytes of a response, where somebody is still there."""
        if not self._lost:
            self._transport.write(data)

    async def drain(self) -> None:
        """Wait until the program takes more; raise BrokenOff where it has gone."""
        await self._drain.wait()
        if self._lost:
            raise BrokenOff

    def close(self) -> None:
        """End the connection and what is under way on it."""
        self._connections.pop(self, None)  # it may be a while until it is lost
        self._work.cancel()
        self._transport.close()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to answer."""
        self._transport = cast("asyncio.Transport", transport)
        self._work = asyncio.get_running_loop().create_task(self._answer_all())
        self._is_strangers = is_known_stranger(transport)
        self._connections[self] = None
        silent = [each for each in self._connections if each.is_silent]
        if len(silent) > MOST_SILENT:
            next((each for each in silent if each._is_strangers), silent[0]).close()

    def data_received(self, data: bytes) -> None:
        """Parse what has come."""
        was_in_head = self._in_head
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            return  # refused by its head; what follows is not HTTP
        except HttpParserError:
            self._refuse(BadRequest(400, "invalid_request", "This is not HTTP/1.1."))
            return
        if was_in_head and self._in_head:
            self._head_bytes += len(data)  # perhaps of one line that does not end
            if self._head_bytes > LARGEST_HEAD_BYTES:
                self._refuse(TOO_LARGE)

    def connection_lost(self, _error: Exception | None) -> None:
        """End the request under way, at the API too: nobody waits for it."""
        self._lost = True
        self._connections.pop(self, None)
        self._drain.resume()
        if self._body is not None:
            self._body.end(broken=True)
        self._work.cancel()

    def pause_writing(self) -> None:
        """Hold the response: the program is slower than the API."""
        self._drain.pause()

    def resume_writing(self) -> None:
        """Let the response go on."""
        self._drain.resume()

    # What httptools calls

    def on_message_begin(self) -> None:
        """Begin with another request."""
        self._target, self._headers = b"", []
        self._in_head, self._head_bytes = True, 0

    def on_url(self, url: bytes) -> None:
        """Collect the request target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Queue the request; its body is still to come."""
        head = RequestHead(
            method=self._parser.get_method().decode("ascii"),
            target=self._target,
            headers=tuple(self._headers),
            is_http_1_0=self._parser.get_http_version() == "1.0",
            keep_alive=self._parser.should_keep_alive(),
            wants_upgrade=self._parser.should_upgrade(),
        )
        self._in_head = False
        if sum(len(name) + len(value) for name, value in self._headers) > LARGEST_HEAD_BYTES:
            self._refuse(TOO_LARGE)
            return
        self._body = ByteFlow(self._transport)
        self._waiting.append(Request(head, self._body, self._is_foreign()))
        self._arrived.set()

    def on_body(self, chunk: bytes) -> None:
        """Pass a piece of the body on."""
        if self._body is not None:
            self._body.feed(chunk)

    def on_message_complete(self) -> None:
        """End the body."""
        if self._body is not None:
            self._body.end()

    def _is_foreign(self) -> bool:
        if self._foreign is None:  # once a connection: to look takes longer than most answers
            try:
                self._foreign = foreign_peer(self._transport)
            except ConnectionResetError:
                self._foreign = True
        return self._foreign

    def _refuse(self, problem: BadRequest) -> None:
        self._transport.pause_reading()
        if self._body is not None:
            self._body.end(broken=True)
        self._waiting.append(problem)
        self._arrived.set()

    async def _answer_all(self) -> None:
        try:
            while await self._answer_next():
                pass
        except BrokenOff:
            pass  # the program broke off
        finally:
            self._transport.close()

    async def _answer_next(self) -> bool:
        if not self._waiting:
            self._arrived.clear()
            # asyncio.timeout() would be 6 % of what a request costs here.
            too_late = asyncio.get_running_loop().call_later(HEAD_SECONDS, self.close)
            try:
                await self._arrived.wait()
            finally:
                too_late.cancel()
        request = self._waiting.popleft()
        if isinstance(request, BadRequest):
            self.write(problem_response(request))
            return False
        return await self._answer(request, self)
