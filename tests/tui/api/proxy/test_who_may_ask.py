"""Whom the proxy passes on, and whom it refuses before the API hears of it."""

import asyncio
import os
import socket
import subprocess

import pytest

from tests.support.apis.proxied import SECRET, TOKEN, World
from tests.support.apis.scripted_api import PATIENCE_SECONDS, Asked
from tests.support.processes.other_user import NOBODY, needs_root, send_as
from tui.api.proxy.client_side import MOST_SILENT
from tui.api.proxy.server import Proxy

GOOD = f"GET /{SECRET}/api/external HTTP/1.1"


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


async def test_the_token_is_added_and_a_programs_own_is_dropped(world: World) -> None:
    answer = await world.ask(GOOD, "Authorization: Bearer mine", "DPoP: mine")
    assert status(answer) == 200
    assert world.api.asked[0].header("authorization") == [f"Bearer {TOKEN}"]
    assert world.api.asked[0].header("dpop") == []
    assert world.api.asked[0].head.startswith(b"GET /api/external HTTP/1.1\r\n")


async def test_the_api_hears_its_own_host(world: World) -> None:
    await world.ask(GOOD)
    assert world.api.asked[0].header("host") == [world.api.url.removeprefix("http://")]


@pytest.mark.parametrize(
    "target",
    ["/", "/api/external", "/wrong/api/external", f"/{SECRET}x/", f"//{SECRET}/", "/%74he-secret",
     f"http://127.0.0.1/{SECRET}/", "*"],
)  # fmt: skip
async def test_without_the_secret_nothing_is_passed_on(world: World, target: str) -> None:
    assert status(await world.ask(f"GET {target} HTTP/1.1")) in (400, 404)
    assert world.api.asked == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost", "127.0.0.1:1", ""])
async def test_a_foreign_host_is_refused(world: World, host: str) -> None:
    """security.md 8 and 56: a name that resolves to loopback must not do (DNS rebinding)."""
    answer = await world.raw(f"{GOOD}\r\nHost: {host}\r\n\r\n".encode())
    assert status(answer) == 400
    assert b"Host is not this proxy's" in answer
    assert world.api.asked == []


async def test_two_hosts_are_refused(world: World) -> None:
    answer = await world.ask(GOOD, f"Host: {world.host}")
    assert (status(answer), world.api.asked) == (400, [])


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:8000"])
async def test_a_web_page_is_refused_even_with_the_secret(world: World, origin: str) -> None:
    """security.md 10."""
    answer = await world.ask(GOOD, f"Origin: {origin}")
    assert (status(answer), world.api.asked) == (403, [])


@needs_root
async def test_another_user_is_refused_even_with_the_secret(world: World) -> None:
    """security.md 53: programs are given the base URL as arguments, which everybody can read."""
    host, _, port = world.host.partition(":")
    request = f"{GOOD}\r\nHost: {world.host}\r\nConnection: close\r\n\r\n"
    command = send_as(NOBODY, host, int(port), request)
    asking = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    answer, _ = await asking.communicate()
    assert b"403 Forbidden" in answer
    assert b"Another user of this machine" in answer
    assert world.api.asked == []
    assert "GET - 403" in world.log[0]


async def test_connections_that_ask_nothing_keep_nobody_out(world: World) -> None:
    """security.md 16: another user may open as many as he likes."""
    silent = [await world.connect() for _ in range(MOST_SILENT + 10)]
    assert status(await world.ask(GOOD)) == 200
    for reader, _ in silent[:10]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await reader.read() == b""
    assert not silent[-1][0].at_eof()
    for _, writer in silent:
        writer.close()


@needs_root
async def test_silent_connections_of_another_user_make_room_first(world: World) -> None:
    """security.md 16: whoever opens them one after the other drops none but their own."""
    reader, writer = await world.connect()
    address = world.host.partition(":")[0], int(world.host.partition(":")[2])
    strangers = [await connect_as(NOBODY, address) for _ in range(MOST_SILENT + 10)]
    writer.write(f"{GOOD}\r\nHost: {world.host}\r\nConnection: close\r\n\r\n".encode())
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert status(await reader.read()) == 200
    writer.close()
    for each in strangers:
        each.close()


async def connect_as(uid: int, address: tuple[str, int]) -> socket.socket:
    os.seteuid(uid)  # a socket is that user's who makes it
    try:
        connection = socket.socket()
    finally:
        os.seteuid(0)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, address)
    return connection


async def test_the_secret_goes_to_nobody_in_a_header_of_the_program(world: World) -> None:
    """security.md 40: a browser that follows a link on a page of the API sends `Referer`."""
    base = f"http://{world.host}/{SECRET}"
    others = (f"X-Forwarded-Prefix: {SECRET.upper()}", f"X-{SECRET}: 1")
    told = (f"Referer: {base}/page", f"Destination: {base}/copy", *others, "X-Own: mine")
    await world.ask(GOOD, *told)
    assert SECRET.encode() not in world.api.asked[0].head.lower()
    assert world.api.asked[0].header("x-own") == ["mine"]


async def test_no_page_of_the_api_tells_the_secret_to_another_website(world: World) -> None:
    """security.md 40: a page may ask for its whole address to be sent to wherever it links."""

    async def answer(asked: Asked) -> None:
        await asked.answer(
            "200 OK", b"<a href=https://evil.example>", "Referrer-Policy: unsafe-url"
        )

    world.api.answer = answer
    head = (await world.ask(GOOD)).lower()
    assert b"referrer-policy: no-referrer\r\n" in head
    assert b"unsafe-url" not in head


async def test_a_websocket_is_refused_with_a_clear_501(world: World) -> None:
    answer = await world.ask(GOOD, "Connection: Upgrade", "Upgrade: websocket")
    assert status(answer) == 501
    assert b"WebSocket" in answer
    assert world.api.asked == []


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 4", "Content-Length: 5"),
        ("Content-Length: 4", "Content-Length: 4"),
        ("Content-Length: 4", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 4"),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: identity",),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding : chunked",),
        ("Content-Length: +4",),
        ("Content-Length: 0x4",),
        ("Content-Length: 99999999999999999999",),
        ("X: a\rInjected: b",),
        ("X: a\nContent-Length: 4\n\nGET / HTTP/1.1",),
    ],
    ids=str,
)
async def test_a_smuggled_request_is_refused(world: World, headers: tuple[str, ...]) -> None:
    answer = await world.ask(f"POST /{SECRET}/x HTTP/1.1", *headers, body=b"0\r\n\r\n")
    assert status(answer) in (400, 501)
    assert world.api.asked == []


async def test_a_length_stays_whatever_a_program_says_of_the_connection(world: World) -> None:
    """RFC 9110 7.6.1: without it, the API takes the body for the next request."""
    inner = f"GET /smuggled HTTP/1.1\r\nHost: {world.host}\r\n\r\n".encode()
    headers = ("Connection: Content-Length", f"Content-Length: {len(inner)}")
    await world.ask(f"POST /{SECRET}/x HTTP/1.1", *headers, body=inner)
    (asked,) = world.api.asked
    assert (asked.head.split()[1], asked.body) == (b"/x", inner)


@pytest.mark.parametrize("path", ['x"y', "<x>", "a\\b", "a#b"])
async def test_what_has_no_place_in_an_address_is_refused_and_answered(
    world: World, path: str
) -> None:
    """security.md 66: no proof can name it; the program was left waiting for ever."""
    answer = await world.ask(f"GET /{SECRET}/{path} HTTP/1.1")
    assert status(answer) == 400
    assert b"no place in a URL" in answer
    assert world.api.asked == []


@pytest.mark.parametrize("sent", [b"\x16\x03\x01hello\r\n\r\n", b"GET\r\n\r\n", b"HELO x\r\n\r\n"])
async def test_what_is_not_http_is_refused(world: World, sent: bytes) -> None:
    answer = await world.raw(sent)
    assert status(answer) == 400


async def test_a_head_without_end_is_refused(world: World) -> None:
    answer = await world.ask(GOOD, *(f"X-{number}: {'a' * 1000}" for number in range(70)))
    assert status(answer) == 431


async def test_the_secret_has_128_bits_and_is_fresh_each_time(world: World) -> None:
    async def listen() -> str:
        proxy = Proxy(world.api.url, world.session.sign)
        base = await proxy.listen("127.0.0.1", 0)
        await proxy.aclose()
        return base.rpartition("/")[2]

    first, second = await listen(), await listen()
    assert first != second
    assert len(first) == 22  # base64url of 16 bytes


async def test_the_log_holds_no_secret_no_token_and_no_query(world: World) -> None:
    await world.ask(f"GET /{SECRET}/api/x?key=value HTTP/1.1", f"Authorization: {TOKEN}")
    await world.ask(f"GET /{SECRET}x/api HTTP/1.1")
    text = "\n".join(world.log)
    assert "GET /api/x 200" in text
    assert "GET - 404" in text
    assert not any(word in text for word in (SECRET, TOKEN, "value"))
