import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.builders.certificates import certificate
from tests.support.builders.configs import CONFIG
from tui.auth.tenant.http import TenantHttp
from tui.errors import ConfigInvalid, TenantMisbehaved, TenantUnreachable
from tui.servers.checks import check

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@asynccontextmanager
async def server(handle: Handle, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve on a free port of loopback."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(OK)
    await writer.drain()


@pytest.fixture
async def http() -> AsyncIterator[TenantHttp]:
    made = TenantHttp()
    yield made
    await made.aclose()


async def test_loopback_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    http = TenantHttp()
    async with server(answer) as port:
        assert (await http.get(f"http://127.0.0.1:{port}/")).status == 200
        assert (await http.get(f"http://localhost:{port}/")).status == 200
    await http.aclose()


async def test_the_world_is_reached_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with server(proxy) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        http = TenantHttp()
        with pytest.raises(TenantUnreachable, match="HTTPS_PROXY"):
            await http.get("https://tenant.example/")
        await http.aclose()
    assert asked == [b"CONNECT tenant.example:443 HTTP/1.1\r\n"]


async def test_a_proxy_that_is_down_is_not_taken_for_the_tenant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    http = TenantHttp()
    with pytest.raises(TenantUnreachable, match="Check the proxy that HTTPS_PROXY names"):
        await http.get("https://tenant.example/")
    await http.aclose()


async def test_a_certificate_that_nobody_vouches_for_is_refused_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    tls, _ = certificate(tmp_path)
    http = TenantHttp()
    async with server(answer, tls) as port:
        with pytest.raises(TenantUnreachable, match="SSL_CERT_FILE"):
            await http.get(f"https://127.0.0.1:{port}/")
    await http.aclose()


async def test_a_server_without_tls_is_told_from_one_that_is_not_there(http: TenantHttp) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with server(refuse) as port:
        with pytest.raises(TenantUnreachable, match="speaks http, not https") as raised:
            await http.get(f"https://127.0.0.1:{port}/t/.well-known/openid-configuration")
        assert f'"domain": "http://127.0.0.1:{port}/t".' in str(raised.value)
        with pytest.raises(TenantUnreachable, match="correct its discovery document"):
            await http.get(f"https://127.0.0.1:{port}/jwks")


async def test_ssl_cert_file_names_whom_to_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, path = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    http = TenantHttp()
    async with server(answer, tls) as port:
        assert (await http.get(f"https://127.0.0.1:{port}/")).status == 200
    await http.aclose()


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_an_ssl_cert_file_without_certificates_is_named(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "roots.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(ConfigInvalid, match="and no certificates can be read there"):
        TenantHttp()
    findings = await check(CONFIG)
    assert [(each.name, each.word) for each in findings] == [
        ("tenant", "unknown"), ("api", "unknown"),
    ]  # fmt: skip
    assert all("SSL_CERT_FILE" in each.detail for each in findings)


@pytest.mark.parametrize("proxy", ["socks5://me:s3cret@127.0.0.1:1", "foo://127.0.0.1:1"])
async def test_a_proxy_of_another_kind_is_told_as_such(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    http = TenantHttp()
    with pytest.raises(TenantUnreachable, match="none of http:// or https://") as raised:
        await http.get("https://tenant.example/")
    assert "s3cret" not in str(raised.value)
    await http.aclose()


async def test_an_answer_that_drips_has_its_time_limit() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        await writer.drain()
        await reader.read()

    http = TenantHttp(exchange_seconds=0.2)
    async with server(drip) as port:
        with pytest.raises(TenantUnreachable, match="did not answer in time"):
            await http.get(f"http://127.0.0.1:{port}/")
        await http.aclose()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    seen: list[str] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(status, headers={"Location": "https://evil.example/"})

    http = TenantHttp(httpx.MockTransport(redirect))
    with pytest.raises(TenantMisbehaved, match="redirect"):
        await http.post("https://tenant.example/token", {"refresh_token": "secret"})
    assert seen == ["https://tenant.example/token"]
    await http.aclose()


@pytest.mark.parametrize(
    ("status", "said"),
    [(500, "has an error of its own"), (429, "is busy or down"), (503, "is busy or down")],
)
async def test_a_tenant_that_broke_is_told_from_one_that_is_down(status: int, said: str) -> None:
    http = TenantHttp(httpx.MockTransport(lambda _: httpx.Response(status)))
    with pytest.raises(TenantUnreachable, match=f"{said}.* answered with {status}. Try again"):
        await http.get("https://tenant.example/")
    await http.aclose()


async def test_a_body_of_more_than_a_mebibyte_is_not_read_to_its_end() -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 65536
            yield b"x" * 65536

    http = TenantHttp(httpx.MockTransport(lambda _: httpx.Response(200, content=endless())))
    with pytest.raises(TenantMisbehaved, match="1 MiB"):
        await http.get("https://tenant.example/")
    assert read < 2 * 1024 * 1024
    await http.aclose()


async def test_a_body_that_is_compressed_is_refused_unread() -> None:
    import gzip

    bomb = gzip.compress(b"x" * 50_000_000)
    headers = {"Content-Encoding": "gzip"}
    http = TenantHttp(
        httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, content=bomb))
    )
    with pytest.raises(TenantMisbehaved, match="compressed, which nobody asked for"):
        await http.get("https://tenant.example/")
    await http.aclose()


async def test_a_connection_that_breaks_is_an_error_in_words(http: TenantHttp) -> None:
    async def hang_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        return

    async with server(hang_up) as port:
        with pytest.raises(TenantUnreachable, match="broke off"):
            await http.get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "field", ["refresh_token", "code", "code_verifier", "device_code", "token"]
)
async def test_a_refusal_that_repeats_a_secret_of_the_request_is_read_without_it(
    field: str,
) -> None:
    """security.md 40."""

    def refuse(_request: httpx.Request) -> httpx.Response:
        members = '{"error": "x", "error_description": "no s3cret, \\u00733cret, %733cret"}'
        return httpx.Response(400, text=members)

    http = TenantHttp(httpx.MockTransport(refuse))
    answer = await http.post("https://tenant.example/token", {field: "s3cret"})
    described = (answer.members() or {})["error_description"]
    assert described == "no [left out], [left out], [left out]"
    await http.aclose()
