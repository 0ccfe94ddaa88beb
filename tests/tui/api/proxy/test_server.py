"""A request at the proxy's edges: the body that is kept, the second try, the line of log."""

import asyncio
import ssl
from pathlib import Path

import pytest

from tests.support.apis.proxied import SECRET, Session, World
from tests.support.apis.scripted_api import Asked
from tests.support.builders.certificates import certificate
from tests.support.processes.other_user import NOBODY, listening_as, needs_root
from tui.api.proxy.server import LARGEST_KEPT_BODY_BYTES, Proxy
from tui.api.proxy.upstream import ForeignServer, Upstream
from tui.web_address import split_web_address

GET = f"GET /{SECRET}/a HTTP/1.1"
POST = f"POST /{SECRET}/a HTTP/1.1"


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


async def refuse_the_token(asked: Asked) -> None:
    await asked.answer("401 Unauthorized", b"{}", 'WWW-Authenticate: Bearer error="invalid_token"')


@pytest.mark.parametrize(
    ("size", "sendings"), [(LARGEST_KEPT_BODY_BYTES, 2), (LARGEST_KEPT_BODY_BYTES + 1, 1)]
)
async def test_a_body_of_64_kib_is_kept_to_be_sent_with_another_token(
    world: World, size: int, sendings: int
) -> None:
    assert LARGEST_KEPT_BODY_BYTES == 64 * 1024
    world.api.answer = refuse_the_token
    answer = await world.ask(POST, f"Content-Length: {size}", body=b"x" * size)
    assert status(answer) == 401
    assert [len(asked.body) for asked in world.api.asked] == [size] * sendings


@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_a_chunked_body_is_sent_once_and_in_chunks(world: World, method: str) -> None:
    world.api.answer = refuse_the_token
    line = f"{method} /{SECRET}/a HTTP/1.1"
    answer = await world.ask(line, "Transfer-Encoding: chunked", body=b"1\r\nx\r\n0\r\n\r\n")
    assert status(answer) == 401
    (asked,) = world.api.asked
    assert asked.header("transfer-encoding") == ["chunked"]
    assert asked.header("content-length") == []


async def test_a_body_whose_length_is_known_is_not_sent_in_chunks(world: World) -> None:
    size = LARGEST_KEPT_BODY_BYTES + 1
    await world.ask(POST, f"Content-Length: {size}", body=b"x" * size)
    await world.ask(POST, "Content-Length: 1", body=b"x")
    for asked in world.api.asked:
        assert asked.header("transfer-encoding") == []
    assert [asked.header("content-length") for asked in world.api.asked] == [[str(size)], ["1"]]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", ()),
        (b"x", ("Content-Length: 1",)),
        (b"x" * 70_000, ("Content-Length: 70000",)),
        (b"1\r\nx\r\n0\r\n\r\n", ("Transfer-Encoding: chunked",)),
    ],
)
async def test_a_connection_goes_on_once_its_request_has_been_read_to_the_end(
    world: World, body: bytes, headers: tuple[str, ...]
) -> None:
    reader, writer = await world.connect()
    head = "\r\n".join([POST, f"Host: {world.host}", *headers, "", ""]).encode()
    for _ in range(2):
        writer.write(head + body)
        came = await reader.readuntil(b"{}")
        assert b"connection: keep-alive" in came.lower()
    writer.close()


async def test_a_get_whose_connection_breaks_twice_is_a_502(world: World) -> None:
    async def hang_up_after_the_first(asked: Asked) -> None:
        if len(world.api.asked) == 1:
            await asked.answer()
        else:
            asked.writer.close()

    world.api.answer = hang_up_after_the_first
    await world.ask(GET)
    answer = await world.ask(GET)
    assert status(answer) == 502
    assert b"broke off its answer" in answer
    assert len(world.api.asked) == 3
    assert world.api.connections == 2


async def test_a_get_that_goes_again_goes_on_a_connection_of_its_own(world: World) -> None:
    """Another that was kept may have been closed as well."""
    both = asyncio.Event()

    async def hang_up_on_the_third(asked: Asked) -> None:
        if len(world.api.asked) == 3:
            asked.writer.close()
            return
        if len(world.api.asked) == 2:
            both.set()
        await both.wait()
        await asked.answer()

    world.api.answer = hang_up_on_the_third
    await asyncio.gather(world.ask(GET), world.ask(GET))
    assert status(await world.ask(GET)) == 200
    assert world.api.connections == 3


async def test_a_body_that_was_not_kept_is_not_sent_twice(world: World) -> None:
    async def hang_up_on_the_second(asked: Asked) -> None:
        if len(world.api.asked) == 2:
            asked.writer.close()
        else:
            await asked.answer()

    world.api.answer = hang_up_on_the_second
    await world.ask(GET)
    put = GET.replace("GET", "PUT")
    came = await world.ask(put, "Transfer-Encoding: chunked", body=b"1\r\nx\r\n0\r\n\r\n")
    assert status(came) == 502
    assert len(world.api.asked) == 2


async def test_a_get_on_a_fresh_connection_is_not_sent_twice(world: World) -> None:
    async def hang_up(asked: Asked) -> None:
        asked.writer.close()

    world.api.answer = hang_up
    assert status(await world.ask(GET)) == 502
    assert len(world.api.asked) == 1


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        (f"/{SECRET}", "/"),
        (f"/{SECRET}?a=b", "/?a=b"),
        (f"/{SECRET}/", "/"),
        (f"/{SECRET}/x?a=/b", "/x?a=/b"),
    ],
)
async def test_what_is_behind_the_secret_is_the_apis_path(
    world: World, target: str, asked: str
) -> None:
    await world.ask(f"GET {target} HTTP/1.1")
    assert world.api.asked[0].head.startswith(f"GET {asked} HTTP/1.1\r\n".encode())


@pytest.mark.parametrize("target", [f"x{SECRET}/a", f"{SECRET}/a", f"http:/{SECRET}/a"])
async def test_a_target_begins_with_a_slash(world: World, target: str) -> None:
    answer = await world.ask(f"GET {target} HTTP/1.1")
    assert status(answer) in (400, 404)
    assert world.api.asked == []


async def test_no_tunnel_is_made(world: World) -> None:
    answer = await world.ask(f"CONNECT /{SECRET}/a HTTP/1.1")
    assert status(answer) in (400, 501)
    assert world.api.asked == []


async def test_a_path_is_logged_without_what_steers_a_terminal_and_without_a_query(
    world: World,
) -> None:
    await world.ask(f"GET /{SECRET}/a\x9b2J%1b?q=secret HTTP/1.1")
    await world.ask(f"GET /{SECRET}/b%1b[2J?q=secret HTTP/1.1")
    assert all(line.isprintable() and "secret" not in line for line in world.log)
    assert world.log[-1].startswith("GET /b%1b[2J 200 ")


async def test_an_api_on_https_is_asked_by_tls_and_one_on_http_is_not(world: World) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for url, begins in ((world.api.url, b"GET"), (world.api.url.replace("http", "https"), b"\x16")):
        heard: list[bytes] = []

        async def hear(
            reader: asyncio.StreamReader,
            writer: asyncio.StreamWriter,
            heard: list[bytes] = heard,
        ) -> None:
            heard.append(await reader.read(3))
            writer.close()

        world.api.serve = hear
        proxy = Proxy(url, Session().sign, tls=tls, draw_secret=lambda: SECRET)
        base = await proxy.listen("127.0.0.1", 0)
        world.base = base
        await world.ask(GET)
        await proxy.aclose()
        assert heard[0].startswith(begins)
        with pytest.raises(OSError, match="Connect call failed"):
            await world.connect()


@pytest.mark.parametrize(
    ("host", "is_trusted", "expected"),
    [("127.0.0.1", True, 200), ("127.0.0.1", False, 502), ("localhost", True, 502)],
)
async def test_an_api_whose_certificate_is_not_for_its_name_or_not_trusted_gets_no_token(
    world: World, tmp_path: Path, host: str, is_trusted: bool, expected: int
) -> None:
    """security.md 19."""
    shown, file = certificate(tmp_path)
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        writer.close()

    tls = ssl.create_default_context(cafile=str(file) if is_trusted else None)
    async with await asyncio.start_server(hear, "127.0.0.1", 0, ssl=shown) as server:
        port = server.sockets[0].getsockname()[1]
        proxy = Proxy(f"https://{host}:{port}", Session().sign, tls=tls, draw_secret=lambda: SECRET)
        world.base = await proxy.listen("127.0.0.1", 0)
        assert status(await world.ask(GET)) == expected
        await proxy.aclose()
    assert len(heard) == (expected == 200)


@pytest.mark.parametrize(
    ("line", "answer", "framed", "kept_open"),
    [
        (GET, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", b"hi", True),
        (GET, b"HTTP/1.1 200 OK\r\n\r\nhi", b"2\r\nhi\r\n0\r\n\r\n", True),
        (GET, b"HTTP/1.1 204 No Content\r\n\r\n", b"", True),
        (GET.replace("GET", "HEAD"), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"", True),
        (GET.replace("GET", "HEAD"), b"HTTP/1.1 200 OK\r\n\r\n", b"", True),
        (GET.replace("1.1", "1.0"), b"HTTP/1.1 200 OK\r\n\r\nhi", b"hi", False),
    ],
)
async def test_an_answer_ends_where_its_program_can_tell(
    world: World, line: str, answer: bytes, framed: bytes, kept_open: bool
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    world.api.serve = serve
    reader, writer = await world.connect()
    writer.write(f"{line}\r\nHost: {world.host}\r\nConnection: keep-alive\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert (b"\r\nconnection: keep-alive\r\n" in head) is kept_open
    assert (b"\r\ntransfer-encoding: chunked\r\n" in head) is framed.startswith(b"2\r\n")
    assert await reader.readexactly(len(framed)) == framed
    writer.close()


async def test_only_the_location_of_an_answer_is_led_through_the_proxy(world: World) -> None:
    async def answer(asked: Asked) -> None:
        places = f"Location: {world.api.url}", f"X-Location: {world.api.url}"
        await asked.answer("302 Found", b"", *places)

    world.api.answer = answer
    came = (await world.ask(GET)).decode().split("\r\n")
    assert f"location: {world.base}" in came
    assert f"x-location: {world.api.url}" in came


@needs_root
async def test_no_token_goes_to_another_users_server() -> None:
    """security.md 2."""
    with listening_as(NOBODY) as (port, _process):
        api = Upstream(split_web_address(f"http://127.0.0.1:{port}"), None)
        with pytest.raises(ForeignServer):
            await api.connection()
