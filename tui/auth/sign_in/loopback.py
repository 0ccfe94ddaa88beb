"""The listener on the redirect URI (RFC 8252 7.3): asyncio, h11, and no trust in anybody."""

import asyncio
import contextlib
import errno
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Self, cast

import h11

from tui.auth.errors import NoFreeRedirectUri
from tui.auth.sign_in.result_page import (
    FOREIGN_ORIGIN,
    MALFORMED,
    NOT_FOUND,
    TOO_LONG,
    WRONG_HOST,
    WRONG_METHOD,
    ResultPage,
)
from tui.auth.web_address import WebAddress, split_web_address

Route = Callable[[str], ResultPage]
"""Takes the query of a GET on its path, and gives the page to answer with."""

READ_SECONDS: Final = 5.0
"""For a whole request head: an idle connection (a browser's preconnect) is dropped after it."""

LARGEST_HEAD_BYTES: Final = 16 * 1024

FLUSH_SECONDS: Final = 0.1
"""How long the last page may take on its way; loopback needs far less."""

NO_SUCH_ADDRESS: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""What a machine without IPv6 says of ::1."""


class LoopbackListener:
    """Answers the browser on one redirect URI until it is closed; an async context manager."""

    def __init__(self, address: WebAddress, servers: Sequence[asyncio.Server], port: int) -> None:
        host = f"[{address.host}]" if ":" in address.host else address.host
        # A browser leaves out the port that its scheme implies (RFC 9110 7.2).
        self._host = host if port == 80 else f"{host}:{port}"
        self.redirect_uri: Final = f"http://{host}:{port}{address.path}"
        """The URI with the port that was bound."""
        self.routes: dict[str, Route] = {}
        self._servers = servers
        self._reading: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[None]] = set()

    @classmethod
    async def bind(cls, redirect_uris: Sequence[str]) -> Self:
        """Listen on the first redirect URI whose port is free.

        Raises:
            NoFreeRedirectUri: none is; names the ports.
        """
        for uri in redirect_uris:
            address = split_web_address(uri)
            with contextlib.suppress(OSError):
                return await cls._bind(address)
        ports = ", ".join(str(split_web_address(uri).port) for uri in redirect_uris)
        raise NoFreeRedirectUri(
            f"No port is free for the answer of the browser: {ports} cannot be listened on. "
            "End the program that uses one of them, or add another to `redirectUris` "
            "in the config (and to the callback URLs that the tenant allows)."
        )

    @classmethod
    async def _bind(cls, address: WebAddress) -> Self:
        # `localhost` may mean either to a browser; where only IPv4 is there, that is enough.
        hosts = ("127.0.0.1", "::1") if address.host == "localhost" else (address.host,)
        port = address.port or 0
        servers: list[asyncio.Server] = []
        listener: Self | None = None

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if listener is not None:
                await listener._serve(reader, writer)

        try:
            for host in hosts:
                try:
                    server = await asyncio.start_server(connected, host, port)
                except OSError as error:
                    if host == "::1" and servers and error.errno in NO_SUCH_ADDRESS:
                        continue
                    raise
                servers.append(server)
                port = server.sockets[0].getsockname()[1]
        except BaseException:
            for server in servers:
                server.close()
            raise
        listener = cls(address, servers, port)
        return listener

    async def __aenter__(self) -> Self:
        """Give the listener itself."""
        return self

    async def __aexit__(self, *_exception: object) -> None:
        """Close it, however the block ended."""
        await self.close()

    async def close(self) -> None:
        """Free the port at once, let the page under way reach the browser, drop everybody else."""
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

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD_BYTES)
        self._reading.add(task)
        try:
            request = await _request(connection, reader)
            self._reading.discard(task)
            self._answering.add(task)
            if request is not None:
                page = request if isinstance(request, ResultPage) else self._judge(request)
                await _send(connection, writer, page)
        except (OSError, asyncio.CancelledError):
            # The browser went away, or the sign-in has ended: nobody is left to be told.
            writer.transport.abort()
        finally:
            self._reading.discard(task)
            self._answering.discard(task)
            writer.close()

    def _judge(self, request: h11.Request) -> ResultPage:
        headers = _header_lists(request)
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
        return route(query)


async def _request(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> h11.Request | ResultPage | None:
    """Read one request head; a page where it is malformed, None where nobody asks anything."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            while (event := connection.next_event()) is h11.NEED_DATA:
                connection.receive_data(await reader.read(4096))
    except TimeoutError:
        return None
    except h11.RemoteProtocolError as error:
        return TOO_LONG if error.error_status_hint == 431 else MALFORMED
    return event if isinstance(event, h11.Request) else None


def _header_lists(request: h11.Request) -> Mapping[bytes, list[bytes]]:
    headers: dict[bytes, list[bytes]] = {}
    for name, value in request.headers:
        headers.setdefault(name.lower(), []).append(value)
    return headers


async def _send(connection: h11.Connection, writer: asyncio.StreamWriter, page: ResultPage) -> None:
    allow = [("Allow", "GET")] if page.status == 405 else []
    response = h11.Response(status_code=page.status, headers=[*page.headers, *allow])
    writer.write(connection.send(response) or b"")
    with contextlib.suppress(h11.LocalProtocolError):  # HEAD has no body (RFC 9110 9.3.2)
        writer.write(connection.send(h11.Data(data=page.body)) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
