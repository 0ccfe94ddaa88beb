"""The relay from [::1]: whole bodies both ways, and no connection that stays behind."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.types import Message, Receive, Scope, Send

from api_server.serving.loopback_relay import MAX_RELAYED, LoopbackRelay
from tests.support.ports import has_ipv6

pytestmark = pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
BODY = b"x" * 1_000_000


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that lives until it is told to end."""
    await receive()


@asynccontextmanager
async def relaying(target_port: int) -> AsyncIterator[int]:
    """Relay to a port of 127.0.0.1 and yield the port of [::1] to connect to."""
    listener = socket.socket(socket.AF_INET6)
    listener.bind(("::1", 0))
    listener.listen()
    end: asyncio.Queue[Message] = asyncio.Queue()

    async def send(_: Message) -> None: ...

    relay = LoopbackRelay(app, listener, "127.0.0.1", target_port)
    life = asyncio.ensure_future(relay({"type": "lifespan"}, end.get, send))
    yield listener.getsockname()[1]
    await end.put({"type": "lifespan.shutdown"})
    await life
    listener.close()


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[int, asyncio.Queue[Streams]]]:
    """A server on 127.0.0.1; yields its port and the connections that come in."""
    taken: asyncio.Queue[Streams] = asyncio.Queue()
    server = await asyncio.start_server(lambda *streams: taken.put_nowait(streams), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], taken


async def test_bodies_pass_whole_in_both_directions() -> None:
    async with serving() as (port, taken), relaying(port) as door:
        reader, writer = await asyncio.open_connection("::1", door)
        writer.write(BODY)
        writer.write_eof()
        far_reader, far_writer = await taken.get()
        assert await far_reader.read() == BODY
        far_writer.write(BODY)
        far_writer.close()
        assert await reader.read() == BODY
        writer.close()


async def test_connection_ends_with_the_servers_whatever_the_client_does() -> None:
    async with serving() as (port, taken), relaying(port) as door:
        reader, writer = await asyncio.open_connection("::1", door)
        _, far_writer = await taken.get()
        far_writer.close()
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_client_that_goes_away_ends_the_servers_connection() -> None:
    async with serving() as (port, taken), relaying(port) as door:
        _, writer = await asyncio.open_connection("::1", door)
        far_reader, far_writer = await taken.get()
        writer.close()
        assert await asyncio.wait_for(far_reader.read(), 5) == b""
        far_writer.close()


async def test_client_of_a_server_that_is_gone_is_hung_up_on() -> None:
    async with serving() as (port, _):
        pass
    async with relaying(port) as door:
        reader, writer = await asyncio.open_connection("::1", door)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_number_of_connections_is_bounded() -> None:
    async with serving() as (port, taken), relaying(port) as door:
        held = [await asyncio.open_connection("::1", door) for _ in range(MAX_RELAYED)]
        far = [await taken.get() for _ in held]
        reader, writer = await asyncio.open_connection("::1", door)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        assert taken.empty()
        for _, one in [*held, *far, (reader, writer)]:
            one.close()
