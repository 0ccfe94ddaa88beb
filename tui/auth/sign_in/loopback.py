"""The listener on the redirect URI (RFC 8252 7.3): asyncio, h11, and no trust in anybody."""

import asyncio
import contextlib
import errno
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Self, cast

import h11

from tui.auth.sign_in.result_page import (
    FOREIGN_ORIGIN,
    FOREIGN_USER,
    MALFORMED,
    NOT_FOUND,
    TOO_LONG,
    WRONG_HOST,
    WRONG_METHOD,
    ResultPage,
)
from tui.errors import NoFreeRedirectUri
from tui.loopback_peer import foreign_peer, port_holder
from tui.text import printable
from tui.web_address import WebAddress, split_web_address

Route = Callable[[str], ResultPage]
"""Takes the query of a GET on its path, and gives the page to answer with."""

READ_SECONDS: Final = 5.0
"""For a whole request head: an idle connection (a browser's preconnect) is dropped after it."""

LARGEST_HEAD_BYTES: Final = 16 * 1024

CHUNK_BYTES: Final = 4096

MOST_CONNECTIONS: Final = 64
"""At once; beyond it the one that has kept silent longest is dropped. A browser opens six."""

BACKLOG: Final = 32
"""Connections taken up in one go: with the line above, few descriptors can be used up."""

FLUSH_SECONDS: Final = 0.05
"""How long the last page may take on its way; loopback needs far less."""

NO_SUCH_ADDRESS: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""What a machine without IPv6 says of ::1."""


class LoopbackListener:
    """Answers the browser on one redirect URI until it is closed; an async context manager."""

    def __init__(self, address: WebAddress) -> None:
        self._address = address
        self._port = address.port or 0
        self.routes: dict[str, Route] = {}
        self._servers: list[asyncio.Server] = []
        self._closed = False
        # Dicts, because they keep the order in which connections came.
        self._reading: dict[asyncio.Task[None], None] = {}
        self._answering: dict[asyncio.Task[None], None] = {}

    @classmethod
    async def bind(cls, redirect_uris: Sequence[str]) -> Self:
        """Listen on the first redirect URI whose port is free.

        Raises:
            NoFreeRedirectUri: none is; names the ports, and who holds them where that is known.
        """
        reasons: list[str] = []
        for uri in redirect_uris:
            listener = cls(split_web_address(uri))
            try:
                await listener._listen()
            except OSError as error:
                port = listener._address.port or 0
                reasons.append(await asyncio.to_thread(why_not_free, port, error))
            else:
                return listener
        raise NoFreeRedirectUri(
            f"No port is free for the answer of the browser: {', '.join(reasons)}. "
            "End the program that uses one of them, or add another to `redirectUris` "
            "in the config (and to the callback URLs that the tenant allows). "
            "A sign-in with a code, or by pasting, needs none."
        )

    @property
    def origin(self) -> str:
        """Where it listens, with the port that was bound."""
        return f"http://{self._host_name}:{self._port}"

    @property
    def redirect_uri(self) -> str:
        """The URI with the port that was bound."""
        return f"{self.origin}{self._address.path}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Free the port at once, let the page under way reach the browser, drop everybody else."""
        self._closed = True
        for server in self._servers:
            server.close()
        for task in tuple(self._reading):
            task.cancel()
        if self._answering:
            await asyncio.wait(self._answering, timeout=FLUSH_SECONDS)
        for task in tuple(self._answering):
            task.cancel()
        leftover = (*self._reading, *self._answering)
        if leftover:
            await asyncio.wait(leftover)

    async def _listen(self) -> None:
        try:
            for each in hosts_to_listen_on(self._address.host):
                await self._listen_on(each)
        except BaseException:
            await self.close()
            raise

    async def _listen_on(self, host: str) -> None:
        try:
            server = await asyncio.start_server(self._serve, host, self._port, backlog=BACKLOG)
        except OSError as error:
            if host == "::1" and self._servers and error.errno in NO_SUCH_ADDRESS:
                return
            raise
        self._servers.append(server)
        self._port = server.sockets[0].getsockname()[1]

    @property
    def _host_name(self) -> str:
        host = self._address.host
        return f"[{host}]" if ":" in host else host

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        try:
            if not self._closed:
                self._make_room()
                self._reading[task] = None
                await self._answer(task, reader, writer)
        except (OSError, asyncio.CancelledError):
            # The browser went away, or the sign-in has ended: nobody is left to be told.
            writer.transport.abort()
        finally:
            self._reading.pop(task, None)
            self._answering.pop(task, None)
            if not writer.is_closing():
                writer.transport.abort()

    def _make_room(self) -> None:
        if len(self._reading) >= MOST_CONNECTIONS:
            oldest = next(iter(self._reading))
            del self._reading[oldest]
            oldest.cancel()

    async def _answer(
        self,
        task: "asyncio.Task[None]",
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        connection = h11.Connection(h11.SERVER)
        request = await read_request(connection, reader)
        self._reading.pop(task, None)
        if request is None:
            return
        self._answering[task] = None
        if isinstance(request, ResultPage):
            page = request
        else:
            page = self._judge(request, writer.transport)
        await send_page(connection, writer, page)

    def _judge(self, request: h11.Request, transport: asyncio.BaseTransport) -> ResultPage:
        headers = header_lists(request)
        if headers.get(b"host") != [self._host.encode("ascii")]:
            return WRONG_HOST  # DNS rebinding: another name that points to this machine
        if b"origin" in headers:
            return FOREIGN_ORIGIN  # a navigation has none; a script's request has
        path, _, query = request.target.decode("latin-1").partition("?")
        route = self.routes.get(path)
        if route is None:
            return NOT_FOUND
        if request.method != b"GET":
            return WRONG_METHOD
        if foreign_peer(transport):  # asked last: with many connections the system takes its time
            return FOREIGN_USER
        return route(query)

    @property
    def _host(self) -> str:
        # A browser leaves out the port that its scheme implies (RFC 9110 7.2).
        return self._host_name if self._port == 80 else f"{self._host_name}:{self._port}"


def hosts_to_listen_on(host: str) -> tuple[str, ...]:
    """Return the addresses that a browser may mean; where only IPv4 is there, that is enough."""
    return ("127.0.0.1", "::1") if host == "localhost" else (host,)


def why_not_free(port: int, error: OSError) -> str:
    """Return in a few words why `port` cannot be had: `8642 (taken by python3, process 4711)`."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{port} (this system does not allow it)"
    if error.errno != errno.EADDRINUSE:
        return f"{port} ({printable(error.strerror or error)})"
    holder = port_holder(port)
    if holder is None:
        return f"{port} (taken)"
    process, name = holder
    by = "this program itself" if process == os.getpid() else f"{name}, process {process}"
    return f"{port} (taken by {by})"


async def read_request(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> h11.Request | ResultPage | None:
    """Read one request head; a page where it is malformed, None where nobody asks anything."""
    left = LARGEST_HEAD_BYTES
    try:
        async with asyncio.timeout(READ_SECONDS):
            while (event := connection.next_event()) is h11.NEED_DATA:
                if left == 0:
                    return TOO_LONG
                read = await reader.read(min(CHUNK_BYTES, left))
                left -= len(read)
                connection.receive_data(read)
    except TimeoutError:
        return None
    except h11.RemoteProtocolError:
        return MALFORMED
    return event if isinstance(event, h11.Request) else None


def header_lists(request: h11.Request) -> Mapping[bytes, list[bytes]]:
    """Return the values of each header, under its name in lower case."""
    headers: dict[bytes, list[bytes]] = {}
    for name, value in request.headers:
        headers.setdefault(name.lower(), []).append(value)
    return headers


async def send_page(
    connection: h11.Connection, writer: asyncio.StreamWriter, page: ResultPage
) -> None:
    """Answer with `page`, and hang up."""
    allow = [("Allow", "GET")] if page.status == 405 else []
    response = h11.Response(status_code=page.status, headers=[*page.headers, *allow])
    writer.write(connection.send(response) or b"")
    with contextlib.suppress(h11.LocalProtocolError):  # HEAD has no body (RFC 9110 9.3.2)
        writer.write(connection.send(h11.Data(data=page.body)) or b"")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
