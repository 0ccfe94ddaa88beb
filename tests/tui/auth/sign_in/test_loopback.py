import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.ports import has_ipv6, listening_at, taken_port
from tests.support.tenants.scripted_tenant import browse, exchange, hang_up
from tui.auth.sign_in import loopback
from tui.auth.sign_in.loopback import LoopbackListener
from tui.auth.sign_in.result_page import (
    ANSWERED,
    NOT_FOUND,
    SIGNED_OUT,
    STYLE_HASH,
    ResultPage,
    redirect_page,
)
from tui.errors import NoFreeRedirectUri

ANY_PORT = ["http://127.0.0.1:0/callback"]


@pytest.fixture
async def listener() -> AsyncIterator[LoopbackListener]:
    async with await LoopbackListener.bind(ANY_PORT) as bound:
        bound.routes["/callback"] = answered
        yield bound


def answered(query: str) -> ResultPage:
    return ANSWERED


def status_of(response: str) -> int:
    return int(response.split(" ", 2)[1])


def port_of(listener: LoopbackListener) -> int:
    return urlsplit(listener.redirect_uri).port or 80


async def test_a_get_on_the_exact_path_is_answered(listener: LoopbackListener) -> None:
    response = await browse(listener.redirect_uri + "?code=c&state=s")
    assert status_of(response) == 200
    assert "Back to your terminal" in response


async def test_the_query_reaches_the_route(listener: LoopbackListener) -> None:
    queries = []

    def route(query: str) -> ResultPage:
        queries.append(query)
        return ANSWERED

    listener.routes["/callback"] = route
    await browse(listener.redirect_uri + "?code=a%20b&state=s")
    assert queries == ["code=a%20b&state=s"]


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/callback/", "/Callback", "//callback"])
async def test_another_path_is_404(listener: LoopbackListener, path: str) -> None:
    uri = listener.redirect_uri.removesuffix("/callback") + path
    assert status_of(await browse(uri + "?code=c")) == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "DELETE"])
async def test_another_method_is_405_and_says_which_is_allowed(
    listener: LoopbackListener, method: str
) -> None:
    response = await browse(listener.redirect_uri, method=method)
    assert status_of(response) == 405
    assert "allow: get" in response.lower()


async def test_head_is_405_without_a_body(listener: LoopbackListener) -> None:
    response = await browse(listener.redirect_uri, method="HEAD")
    assert status_of(response) == 405
    assert response.endswith("\r\n\r\n")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:{port}."]
)
async def test_another_host_is_400(listener: LoopbackListener, host: str) -> None:
    port = port_of(listener)
    request = f"GET /callback HTTP/1.1\r\nHost: {host.format(port=port)}\r\n\r\n"
    assert status_of(await exchange(port, request.encode())) == 400


async def test_no_host_or_two_hosts_are_400(listener: LoopbackListener) -> None:
    port = port_of(listener)
    host = f"Host: 127.0.0.1:{port}\r\n"
    for hosts in ("", host + host):
        request = f"GET /callback HTTP/1.1\r\n{hosts}\r\n"
        assert status_of(await exchange(port, request.encode())) == 400
    assert status_of(await exchange(port, b"GET /callback HTTP/1.0\r\n\r\n")) == 400


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_a_request_with_an_origin_is_refused(listener: LoopbackListener, origin: str) -> None:
    response = await browse(listener.redirect_uri, headers=f"Origin: {origin}\r\n")
    assert status_of(response) == 400


@pytest.mark.parametrize(
    "garbage",
    [
        b"\r\n\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\xff" * 50,
    ],
)
async def test_garbage_is_400_and_the_listener_goes_on(
    listener: LoopbackListener, garbage: bytes
) -> None:
    await exchange(port_of(listener), garbage + b"\r\n\r\n")
    assert status_of(await browse(listener.redirect_uri)) == 200


async def test_a_head_over_16_kib_is_431(listener: LoopbackListener) -> None:
    assert status_of(await browse_with_head_of(listener, 16 * 1024 + 1)) == 431
    assert status_of(await browse_with_head_of(listener, 16 * 1024)) == 200


async def browse_with_head_of(listener: LoopbackListener, size: int) -> str:
    start = f"GET /callback HTTP/1.1\r\nHost: 127.0.0.1:{port_of(listener)}\r\nX-Filler: ".encode()
    return await exchange(port_of(listener), start + b"x" * (size - len(start) - 4) + b"\r\n\r\n")


async def test_idle_connections_block_nobody(listener: LoopbackListener) -> None:
    idle = [await asyncio.open_connection("127.0.0.1", port_of(listener)) for _ in range(50)]
    assert status_of(await browse(listener.redirect_uri)) == 200
    for _, writer in idle:
        await hang_up(writer)


async def test_a_connection_that_keeps_silent_is_dropped_after_5_seconds(
    listener: LoopbackListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loopback.READ_SECONDS == 5
    monkeypatch.setattr(loopback, "READ_SECONDS", 0.02)
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(listener))
    writer.write(b"GET /callback HTTP/1.1\r\n")
    with suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(), 4) == b""
    await hang_up(writer)


async def test_closing_frees_the_port_and_drops_idle_connections() -> None:
    listener = await LoopbackListener.bind(ANY_PORT)
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(listener))
    await listener.close()
    with suppress(ConnectionResetError):
        assert await reader.read() == b""
    await hang_up(writer)
    with pytest.raises(OSError, match=r"refused|Connect"):
        await asyncio.open_connection("127.0.0.1", port_of(listener))
    again = await LoopbackListener.bind([listener.redirect_uri])
    await again.close()


async def test_the_page_has_the_headers_that_keep_it_harmless(listener: LoopbackListener) -> None:
    response = await browse(listener.redirect_uri + "?code=the-code&state=the-state")
    head, _, body = response.partition("\r\n\r\n")
    for header in (
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "Content-Security-Policy: default-src 'none'; style-src 'sha256-"
        f"{STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    ):
        assert header.lower() in head.lower()
    assert "the-code" not in body
    assert "the-state" not in body
    assert "<script" not in body


def test_no_page_says_anything_in_html_but_its_own() -> None:
    body = ResultPage(400, "<b>title", '<i>"text"').body
    assert b"&lt;b&gt;title" in body
    assert b"&lt;i&gt;&quot;text&quot;" in body
    assert b"<b>" not in body
    assert b"<i>" not in body


@pytest.mark.parametrize(
    ("page", "symbol"),
    [
        (ANSWERED, "good"),
        (SIGNED_OUT, "good"),
        (redirect_page("/"), "good"),
        (NOT_FOUND, "bad"),
    ],
)
def test_a_page_shows_whether_all_is_well(page: ResultPage, symbol: str) -> None:
    assert f'<svg class="{symbol}"'.encode() in page.body


async def test_who_connects_and_asks_nothing_is_no_crash(listener: LoopbackListener) -> None:
    crashes: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, what: crashes.append(what))
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(listener))
    writer.write_eof()
    with suppress(ConnectionResetError):
        assert await reader.read() == b""
    await hang_up(writer)
    await listener.close()
    assert crashes == []


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="asks Linux who listens")
async def test_it_listens_on_loopback_alone(listener: LoopbackListener) -> None:
    assert listening_at(port_of(listener)) == {"127.0.0.1"}


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="asks Linux who listens")
async def test_localhost_listens_on_both_families_at_the_same_port() -> None:
    async with await LoopbackListener.bind(["http://localhost:0/callback"]) as listener:
        both = {"127.0.0.1", "::1"} if has_ipv6() else {"127.0.0.1"}
        assert listening_at(port_of(listener)) == both
        assert listener.redirect_uri == f"http://localhost:{port_of(listener)}/callback"


async def test_a_taken_port_means_the_next_redirect_uri() -> None:
    with taken_port() as port:
        first = f"http://127.0.0.1:{port}/callback"
        async with await LoopbackListener.bind([first, *ANY_PORT]) as listener:
            assert listener.redirect_uri != first


async def test_with_every_port_taken_the_error_names_them() -> None:
    with taken_port() as port, pytest.raises(NoFreeRedirectUri, match=f"{port}.*redirectUris"):
        await LoopbackListener.bind([f"http://127.0.0.1:{port}/callback"])
