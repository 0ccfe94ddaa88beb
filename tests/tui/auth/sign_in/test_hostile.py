"""Hostile visitors of a waiting listener: floods, silence, garbage; the answer still counts."""

import asyncio
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.support.heavy import BLOCKS, least_growth, rounds
from tests.support.tenants.scripted_tenant import browse, hang_up
from tests.support.tenants.sign_ins import SignIns
from tui.auth.sign_in.loopback import MOST_CONNECTIONS

WARMING: Final = rounds(60, 200)

FUZZED: Final = rounds(150, 20_000)

AT_ONCE: Final = 20

LEAKED_BYTES: Final = 64 * 1024
"""What may be left of a quarter of them: in full some 13 bytes for each."""

DESCRIPTORS: Final = Path("/proc/self/fd")

REAL: Final = "GET /callback?code=c&state={state}&iss=i HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"

Mutation = Callable[[random.Random, str], bytes]


def cut(chance: random.Random, request: str) -> bytes:
    return request[: chance.randrange(len(request))].encode()


def flipped(chance: random.Random, request: str) -> bytes:
    data = bytearray(request.encode())
    for _ in range(chance.randrange(1, 20)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def noise(chance: random.Random, _request: str) -> bytes:
    return chance.randbytes(chance.randrange(1, 2000)) + b"\r\n\r\n"


def long_head(chance: random.Random, request: str) -> bytes:
    filler = f"X-{chance.random()}: " + "y" * chance.randrange(10_000, 40_000)
    return request.replace("\r\n\r\n", f"\r\n{filler}\r\n\r\n").encode()


def many_headers(chance: random.Random, request: str) -> bytes:
    headers = "".join(f"X-{each}: {each}\r\n" for each in range(chance.randrange(1, 500)))
    return request.replace("\r\n\r\n", "\r\n" + headers + "\r\n").encode()


def other_method(chance: random.Random, request: str) -> bytes:
    methods = ["POST", "HEAD", "OPTIONS", "CONNECT", "PRI", "get", "G\x00T"]
    return request.replace("GET", chance.choice(methods), 1).encode()


def other_host(chance: random.Random, request: str) -> bytes:
    hosts = ["evil.example", "127.0.0.1", "localhost", "", "127.0.0.1:1\r\nHost: x"]
    head, _, _ = request.partition("Host:")
    return f"{head}Host: {chance.choice(hosts)}\r\n\r\n".encode()


def other_target(chance: random.Random, request: str) -> bytes:
    targets = ["/", "*", "//callback", "/callback/..", "/callback%00", "http://evil.example/",
               "/callback;x", "/" + "a" * 5000, "/callback?" + "&" * 3000]  # fmt: skip
    return request.replace("/callback", chance.choice(targets), 1).encode()


def with_body(chance: random.Random, request: str) -> bytes:
    framings = ["Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999",
                "Transfer-Encoding: chunked", "Content-Length: 1\r\nContent-Length: 2",
                "Transfer-Encoding: chunked\r\nContent-Length: 3", "Upgrade: websocket",
                "Expect: 100-continue"]  # fmt: skip
    head = request.replace("\r\n\r\n", f"\r\n{chance.choice(framings)}\r\n\r\n")
    return head.encode() + chance.randbytes(chance.randrange(200))


def twice(chance: random.Random, request: str) -> bytes:
    name = chance.choice(["code", "state", "iss", "error"])
    return request.replace(" HTTP", f"&{name}=a&{name}=b HTTP").encode()


def odd_version(chance: random.Random, request: str) -> bytes:
    return request.replace(
        "HTTP/1.1", chance.choice(["HTTP/0.9", "HTTP/2.0", "HTTPS/1", ""])
    ).encode()


MUTATIONS: Final[tuple[Mutation, ...]] = (
    cut, flipped, noise, long_head, many_headers, other_method, other_host, other_target,
    with_body, twice, odd_version,
)  # fmt: skip


async def send(port: int, data: bytes) -> None:
    """Send `data`, say that there is no more, and take whatever comes."""
    with suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(data)
            writer.write_eof()
            await reader.read()
        finally:
            await hang_up(writer)


async def send_all(port: int, requests: Iterable[bytes]) -> None:
    left = iter(requests)

    async def visitor() -> None:
        for request in left:
            await send(port, request)

    await asyncio.gather(*(visitor() for _ in range(AT_ONCE)))


def hostile(port: int, count: int, seed: int) -> Iterable[bytes]:
    """Make requests that are nearly the answer, but never with the right state."""
    chance = random.Random(seed)
    for _ in range(count):
        request = REAL.format(state=chance.choice(["", "x" * 43, "%FF"]), port=port)
        yield chance.choice(MUTATIONS)(chance, request)


@pytest.mark.heavy
async def test_thousands_of_hostile_requests_cost_neither_the_sign_in_nor_memory(
    signing: SignIns,
) -> None:
    task = signing.begin(patience_seconds=3600.0)  # however slow the machine is
    port = urlsplit((await signing.waiting()).redirect_uri).port or 0
    await send_all(port, hostile(port, WARMING, seed=1))
    seeds = iter(range(2, 2 + BLOCKS))
    left_bytes = await least_growth(
        lambda: send_all(port, hostile(port, FUZZED // BLOCKS, next(seeds)))
    )
    assert not task.done()
    assert signing.tenant.count("/token") == 0
    assert left_bytes < LEAKED_BYTES
    assert " 200 " in await browse(signing.answer())
    assert (await task).logged_in


async def test_200_idle_connections_do_not_keep_the_answer_out(signing: SignIns) -> None:
    task = signing.begin()
    port = urlsplit((await signing.waiting()).redirect_uri).port
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
    for _, writer in idle:
        writer.write(b"GET /callback HTTP/1.1\r\n")
    assert " 200 " in await browse(signing.answer())
    assert (await task).logged_in
    for reader, _ in idle:
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
    for _, writer in idle:
        await hang_up(writer)


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="counts descriptors in /proc")
async def test_hostile_connections_cannot_use_the_descriptors_up(signing: SignIns) -> None:
    task = signing.begin()
    port = urlsplit((await signing.waiting()).redirect_uri).port
    before = len([*DESCRIPTORS.iterdir()])
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
    await browse(f"http://127.0.0.1:{port}/favicon.ico")
    ours = len([*DESCRIPTORS.iterdir()]) - before - len(idle)
    assert ours <= MOST_CONNECTIONS
    for _, writer in idle:
        await hang_up(writer)
    task.cancel()


async def test_the_connection_that_was_silent_longest_goes_first(signing: SignIns) -> None:
    task = signing.begin()
    port = urlsplit((await signing.waiting()).redirect_uri).port
    first, *rest = [
        await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_CONNECTIONS + 1)
    ]
    with suppress(ConnectionResetError):
        assert await first[0].read() == b""
    request = signing.answer().partition("127.0.0.1")[2].partition("/")[2]
    reader, writer = rest[0]
    writer.write(f"GET /{request} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    assert b" 200 " in await reader.readline()
    assert (await task).logged_in
    for _, writer in (first, *rest):
        await hang_up(writer)


async def test_a_request_that_drips_in_is_read_to_its_end(signing: SignIns) -> None:
    task = signing.begin()
    port = urlsplit((await signing.waiting()).redirect_uri).port
    target = signing.answer().partition(f":{port}")[2]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for character in f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n":
        writer.write(character.encode())
        await writer.drain()
    assert b" 200 " in await reader.readline()
    assert (await task).logged_in
    await hang_up(writer)
