"""How the API's answers end and where they lead, as the program behind the proxy sees it."""

import pytest

from tests.support.apis.proxied import SECRET, World, body, get
from tests.support.apis.scripted_api import Asked


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
