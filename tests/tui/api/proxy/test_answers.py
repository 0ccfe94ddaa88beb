"""How the API's answers end and where they lead, as the program behind the proxy sees it."""

import asyncio
import json
import logging
import ssl
from pathlib import Path

import pytest

from tests.support.apis.proxied import SECRET, Session, World, body, get
from tests.support.apis.scripted_api import PATIENCE_SECONDS, Asked
from tests.support.builders.certificates import certificate
from tui.api.proxy.server import Proxy


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_answers_without_a_body_end_at_their_head(world: World, status: str) -> None:
    async def answer(asked: Asked) -> None:
        await asked.send(f"HTTP/1.1 {status}\r\nETag: a\r\n\r\n".encode())

    world.api.answer = answer
    came = await world.ask(get())
    assert came.startswith(f"HTTP/1.1 {status}".encode())
    assert body(came) == b""


async def test_the_length_that_a_head_request_is_told_has_no_body(world: World) -> None:
    async def answer(asked: Asked) -> None:
        await asked.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")

    world.api.answer = answer
    came = await world.ask(f"HEAD /{SECRET}/x HTTP/1.1")
    assert b"content-length: 1000" in came.lower()
    assert body(came) == b""


async def test_a_body_that_ends_with_the_connection_arrives_whole(world: World) -> None:
    async def answer(asked: Asked) -> None:
        await asked.send(b"HTTP/1.1 200 OK\r\n\r\nuntil the end")
        asked.writer.close()

    world.api.answer = answer
    came = await world.ask(get())
    assert body(came) == b"d\r\nuntil the end\r\n0\r\n\r\n"


async def test_a_body_that_breaks_off_is_not_passed_for_whole(world: World) -> None:
    async def answer(asked: Asked) -> None:
        await asked.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        asked.writer.close()

    world.api.answer = answer
    came = await world.ask(get())
    assert b"content-length: 100" in came.lower()
    assert body(came) == b"half"


async def test_interim_answers_are_kept_from_the_program(world: World) -> None:
    async def answer(asked: Asked) -> None:
        await asked.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        await asked.answer()

    world.api.answer = answer
    came = await world.ask(get())
    assert came.startswith(b"HTTP/1.1 200 OK")
    assert b"Link" not in came


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("{api}/next", "{base}/next"),
        ("/next", f"/{SECRET}/next"),
        ("https://elsewhere.example/", "https://elsewhere.example/"),
        ("//elsewhere.example/", "//elsewhere.example/"),
        ("{api}.evil.example/", "{api}.evil.example/"),
    ],
)
async def test_a_redirect_within_the_api_stays_within_the_proxy(
    world: World, location: str, expected: str
) -> None:
    places = {"api": world.api.url, "base": world.base}

    async def answer(asked: Asked) -> None:
        await asked.answer("302 Found", b"", f"Location: {location.format(**places)}")

    world.api.answer = answer
    came = await world.ask(get())
    assert f"location: {expected.format(**places)}\r\n".encode() in came.lower()


async def test_a_length_stays_whatever_the_api_says_of_the_connection(world: World) -> None:
    """RFC 9110 7.6.1: without it, a program would take the next answer for more of this one."""

    async def answer(asked: Asked) -> None:
        await asked.answer("200 OK", b"hi", "Connection: Content-Length")

    world.api.answer = answer
    assert b"content-length: 2\r\n" in (await world.ask(get())).lower()


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nX: a\rInjected: b\r\nContent-Length: 2\r\n\r\nhi",
    ],
    ids=str,
)
async def test_an_answer_that_programs_could_take_in_two_ways_is_a_502(
    world: World, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(asked: Asked) -> None:
        await asked.send(sent)
        asked.writer.close()

    world.api.answer = answer
    caplog.set_level(logging.DEBUG)
    came = await world.ask(get())
    assert came.startswith(b"HTTP/1.1 502 ")
    assert b"broke off its answer" in came
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("end", ["X-{number}: {filling}\r\n", "{filling}"])
async def test_trailers_without_end_are_not_kept(world: World, end: str) -> None:
    """security.md 22: of what is no body no more is read than of a head."""
    ended = asyncio.Event()

    async def answer(asked: Asked) -> None:
        await asked.send(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX: "
        )
        try:
            for number in range(200):
                await asked.send(end.format(number=number, filling="a" * 8000).encode())
                await asyncio.sleep(0)
        except ConnectionError:
            ended.set()

    world.api.answer = answer
    assert body(await world.ask(get())) == b"2\r\nhi\r\n"
    async with asyncio.timeout(PATIENCE_SECONDS):
        await ended.wait()


@pytest.mark.parametrize(("asked", "spoken"), [("https", "http"), ("http", "https")])
async def test_an_api_that_speaks_the_other_scheme_is_told_as_a_call_tells_it(
    world: World, tmp_path: Path, asked: str, spoken: str
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1):
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    shown = certificate(tmp_path)[0] if spoken == "https" else None
    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=shown) as server:
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        tls = ssl.create_default_context()
        proxy = Proxy(f"{asked}://{host}", Session().sign, tls=tls, draw_secret=lambda: SECRET)
        world.base = await proxy.listen("127.0.0.1", 0)
        came = (await world.ask(get())).decode()
        await proxy.aclose()
    assert came.startswith("HTTP/1.1 502 ")
    said = json.loads(came.partition("\r\n\r\n")[2])["error_description"]
    assert said == (
        f"The API at {asked}://{host} speaks {spoken}, not {asked}. "
        f'Write it so in the config: "apiUrl": "{spoken}://{host}".'
    )
