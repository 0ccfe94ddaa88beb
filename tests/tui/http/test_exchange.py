"""The one exchange: its bounds, its words, and that nothing in tui asks anybody otherwise."""

import ast
import asyncio
import gzip
import subprocess
import sys
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

import tui
from tests.support.ports import free_port
from tests.support.processes.other_user import NOBODY, accepting_as, listening_as, needs_root
from tui.errors import ExchangeFailed
from tui.http.exchange import LARGEST_BODY_BYTES, Answer, HttpClient

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HARMLESS = {"AsyncBaseTransport", "Auth", "Request", "Response"}
"""What other files may use of httpx: types, and what they hand to somebody else's client."""

CLIENTS = {"aiohttp", "http.client", "httpcore", "requests", "urllib.request", "urllib3"}
"""Whatever else asks over HTTP."""

LOOKS_ONLY = {"getproxies", "proxy_bypass_environment"}
"""Of urllib.request: they read the environment."""

MEBIBYTE = 1024 * 1024


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    made = HttpClient(exchange_seconds=5)
    yield made
    await made.aclose()


@asynccontextmanager
async def serving(handle: Handle, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """Serve on a free port of loopback, and be done with all of it at the end."""
    served: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        served.add(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await handle(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async with await asyncio.start_server(serve, host, 0) as listening:
        yield listening.sockets[0].getsockname()[1]
    await asyncio.gather(*served)


def answering(
    head: str, body: bytes = b"", host: str = "127.0.0.1"
) -> AbstractAsyncContextManager[int]:
    """Serve one answer."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
        await writer.drain()

    return serving(answer, host)


async def obstacle(http: HttpClient, url: str) -> str:
    with pytest.raises(ExchangeFailed) as raised:
        await http.exchange("GET", url)
    return raised.value.obstacle


def test_nothing_in_tui_asks_over_http_but_the_one_exchange() -> None:
    """security.md 22."""
    folder = Path(tui.__file__).parent
    others = [path for path in folder.rglob("*.py") if path.parent != folder / "http"]
    assert len(others) > 50
    for path in others:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not forbidden(node), f"{path}: {ast.unparse(node)}"


def forbidden(node: ast.AST) -> bool:
    """Tell whether `node` could make an exchange of its own."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id == "httpx" and node.attr not in HARMLESS
    if isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names}
        # aiohttp.web answers requests, and makes none.
        harmless = {"web"} if node.module == "aiohttp" else LOOKS_ONLY
        return node.module in CLIENTS and not names <= harmless
    return isinstance(node, ast.Import) and any(alias.name in CLIENTS for alias in node.names)


def test_httpx_comes_without_its_command_line() -> None:
    """It would bring click, rich and pygments, for 45 ms."""
    asked = (
        "import sys, tui.http.exchange; print({'click', 'rich', 'pygments'} & sys.modules.keys())"
    )
    shown = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert shown.stdout == "set()\n"


async def test_gzip_in_gzip_does_not_fill_the_memory(http: HttpClient) -> None:
    """security.md 22: 200 MiB in two layers of gzip are 1.2 kB on the wire."""
    bomb = gzip.compress(gzip.compress(bytes(200 * MEBIBYTE), 9), 9)
    assert len(bomb) < 10_000
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: {len(bomb)}\r\n"
    async with answering(head, bomb) as port:
        tracemalloc.start()
        try:
            assert await obstacle(http, f"http://127.0.0.1:{port}/") == "encoded"
            peak_bytes = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak_bytes < 4 * MEBIBYTE


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip"])
async def test_any_coding_of_the_body_is_refused(http: HttpClient, coding: str) -> None:
    """security.md 22."""
    async with answering(f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n", b"{}") as port:
        assert await obstacle(http, f"http://127.0.0.1:{port}/") == "encoded"


async def test_no_coding_is_asked_for_and_none_is_fine() -> None:
    """security.md 22."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, headers={"Content-Encoding": "identity"}, content=b"{}")

    http = HttpClient(httpx.MockTransport(answer))
    assert (await http.exchange("GET", "https://x.example/")).members() == {}
    assert seen[0].headers["accept-encoding"] == "identity"


async def test_an_endless_body_is_read_to_the_cap_and_no_further() -> None:
    """security.md 22."""
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 65536
            yield b"x" * 65536

    http = HttpClient(httpx.MockTransport(lambda _: httpx.Response(200, content=endless())))
    answer = await http.exchange("GET", "https://x.example/")
    assert len(answer.body) == LARGEST_BODY_BYTES
    assert answer.is_cut
    assert answer.members() is None
    assert read < 2 * LARGEST_BODY_BYTES


async def test_the_time_limit_is_over_the_whole_exchange() -> None:
    """security.md 22: each byte comes in time, and the whole takes two seconds."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _ in range(100):
            if reader.at_eof():
                return
            writer.write(b"x")
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(4096), 0.02)

    http = HttpClient(exchange_seconds=0.3)
    async with serving(drip) as port:
        assert await obstacle(http, f"http://127.0.0.1:{port}/") == "timeout"
        await http.aclose()


@pytest.mark.parametrize("value", ["s3cret ", " s3cret", "s3c\nret", "s3c\x00ret"])
async def test_no_words_of_a_library_are_shown(http: HttpClient, value: str) -> None:
    """security.md 62: h11's message has the header's value in it."""
    async with answering("HTTP/1.1 200 OK\r\n") as port:
        with pytest.raises(ExchangeFailed, match=r"^the request cannot be written as HTTP$"):
            await http.exchange("GET", f"http://127.0.0.1:{port}/", {"X-Token": value})


async def test_an_answer_that_is_no_http_is_said_in_words_of_our_own(http: HttpClient) -> None:
    """security.md 62."""
    async with answering("SSH-2.0-s3cret\r\n") as port:
        with pytest.raises(ExchangeFailed, match=r"^the answer is not HTTP$"):
            await http.exchange("GET", f"http://127.0.0.1:{port}/")


async def test_nobody_there_is_told_from_no_such_host(http: HttpClient) -> None:
    assert await obstacle(http, f"http://127.0.0.1:{free_port()}/") == "nobody"
    assert await obstacle(http, f"http://localhost:{free_port()}/") == "nobody"
    assert await obstacle(http, "https://no-such-host.invalid/") == "name"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.2", "[::1]"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_no_loopback_address_goes_through_a_proxy(
    host: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md 58."""
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())

    http = HttpClient(exchange_seconds=2)
    async with serving(proxy) as port:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        assert await obstacle(http, f"{scheme}://{host}:{free_port()}/") == "nobody"
        await http.aclose()
    assert asked == []


# Other users of the machine.


@needs_root
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1"])
async def test_another_users_listener_is_refused_before_it_has_accepted(
    http: HttpClient, host: str
) -> None:
    """security.md 53."""
    with listening_as(NOBODY, host) as (port, _):
        assert await obstacle(http, f"http://{bracketed(host)}:{port}/") == "foreign"


@needs_root
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_nothing_is_written_to_another_users_server(http: HttpClient, host: str) -> None:
    """security.md 53."""
    with accepting_as(NOBODY, host) as (port, got):
        with pytest.raises(ExchangeFailed, match=r"another user of this machine \(uid 65534\)"):
            await http.exchange(
                "GET", f"http://{bracketed(host)}:{port}/", {"Authorization": "s3cret"}
            )
        assert await asyncio.to_thread(got) == "b''\n"


@needs_root
async def test_localhost_is_our_own_server_where_another_user_has_the_second_family(
    http: HttpClient,
) -> None:
    """security.md 53: ours is on 127.0.0.1, theirs on [::1]."""
    async with answering("HTTP/1.1 200 OK\r\n", b"{}") as port:
        with listening_as(NOBODY, "::1", port):
            assert (await http.exchange("GET", f"http://localhost:{port}/")).status == 200


@needs_root
async def test_localhost_is_nobody_where_another_user_alone_has_the_second_family(
    http: HttpClient,
) -> None:
    """security.md 53."""
    with listening_as(NOBODY, "::1") as (port, _):
        assert await obstacle(http, f"http://localhost:{port}/") == "foreign"


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def test_localhost_reaches_a_server_on_either_family_under_its_own_name(
    http: HttpClient,
) -> None:
    for host in ("127.0.0.1", "::1"):
        async with answering("HTTP/1.1 200 OK\r\n", b"{}", host) as port:
            assert (await http.exchange("GET", f"http://localhost:{port}/")).status == 200


async def test_the_host_that_was_meant_stands_in_the_request(http: HttpClient) -> None:
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()

    async with serving(serve) as port:
        assert await http.exchange("GET", f"http://localhost:{port}/a?b") == Answer(
            204, "No Content", {}, b""
        )
    assert heads[0].startswith(b"GET /a?b HTTP/1.1\r\n")
    assert heads[0].lower().count(b"\r\nhost:") == 1
    assert f"\r\nHost: localhost:{port}\r\n".encode() in heads[0]
