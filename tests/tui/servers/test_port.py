"""Who is found at a port of a bundled server."""

import asyncio
import json
import socket
import sys
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.support.processes.worlds import PATIENCE_SECONDS, World
from tui.servers.bundled import BundledServer, bundled_servers
from tui.servers.port import Holder, listens, probe


def api_of(world: World) -> BundledServer:
    return next(
        each for each in bundled_servers(world.config, world.state_dir) if each.name == "api"
    )


async def found(server: BundledServer, body: bytes) -> Holder:
    """Probe where a web server answers with `body`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", server.port):
        return await probe(server)


async def test_ours_says_which_it_is(world: World) -> None:
    api = api_of(world)
    assert await found(api, json.dumps(dict(api.health)).encode()) == "ours"
    assert await found(api, json.dumps({**api.health, "keys": 1}).encode()) == "ours"
    assert await found(api, json.dumps({**api.health, "issuer": "https://e"}).encode()) == "foreign"


@pytest.mark.parametrize("name", ["api", "tenant"])
@pytest.mark.parametrize("body", [b"hello", b"[]", b""])
async def test_what_answers_otherwise_is_a_stranger(world: World, name: str, body: bytes) -> None:
    servers = bundled_servers(world.config, world.state_dir)
    assert await found(next(each for each in servers if each.name == name), body) == "foreign"


async def test_one_that_goes_amid_the_question_is_nobody(world: World) -> None:
    server: asyncio.Server

    def go(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.close()
        writer.transport.abort()

    api = api_of(world)
    server = await asyncio.start_server(go, "127.0.0.1", api.port)
    assert await probe(api) == "nobody"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses")
async def test_one_that_takes_no_more_connections_is_a_stranger(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.servers.port.PROBE_SECONDS", 0.3)
    with ExitStack() as stack, socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        api = replace(api_of(world), url=f"http://127.0.0.1:{full.getsockname()[1]}")
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await probe(api) == "foreign"


async def test_an_address_without_a_port_is_looked_up_at_80(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    async def refused(*address: object) -> None:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio, "open_connection", refused)
    assert not await listens("http://127.0.0.1/")
    assert asked == [("127.0.0.1", 80)]
