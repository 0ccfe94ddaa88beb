"""Fetching an issuer's keys: what is believed of its answers."""

import asyncio
import json
import re

import httpx
import pytest

from api_server.bearer.key_set import KeyFetchFailed, KeySource
from tests.support.apis.checked_api import K1
from tests.support.builders.tokens import ISSUER
from tests.support.ports import free_port
from tests.support.processes.other_user import NOBODY, Ended, accepting_as, needs_root
from tests.support.tenants.issuers import Issuer, json_answer, streamed


async def failure(issuer: Issuer, configured: str = ISSUER) -> str:
    source = KeySource(configured, transport=issuer)
    with pytest.raises(KeyFetchFailed) as caught:
        await source()
    await source.aclose()
    return str(caught.value)


async def test_keys_come_by_discovery() -> None:
    source = KeySource(ISSUER, transport=Issuer(K1))
    assert [key.kid for key in await source()] == ["k1"]


@pytest.mark.parametrize("other", ["https://tenant.example", "https://evil.example/", "", None])
async def test_issuer_in_discovery_must_be_ours_to_the_letter(other: str | None) -> None:
    issuer = Issuer(K1)
    issuer.override = {
        "openid-configuration": json_answer({"issuer": other, "jwks_uri": ISSUER + "keys"})
    }
    assert "expected https://tenant.example/" in await failure(issuer)
    assert issuer.fetches == 0


@pytest.mark.parametrize("configured", ["https://t.example/realms/a", "https://t.example/a/"])
async def test_issuer_with_a_path_is_found_with_and_without_its_slash(configured: str) -> None:
    source = KeySource(configured, transport=Issuer(K1, issuer=configured))
    assert await source()


@pytest.mark.parametrize(
    "where",
    [
        "http://tenant.example/keys",
        "file:///etc/passwd",
        "keys",
        "",
        None,
        7,
        "https://",
        "ftp://x/",
    ],
)
async def test_keys_come_over_https_only(where: object) -> None:
    issuer = Issuer(K1)
    issuer.jwks_uri = where
    assert "jwks_uri" in await failure(issuer)
    assert issuer.fetches == 0


@pytest.mark.parametrize("where", ["http://127.0.0.2:2375/images/json", "https://[::1]/keys"])
async def test_an_issuer_elsewhere_has_no_keys_on_this_machine(where: str) -> None:
    """security.md 5 and 58: nothing of loopback is asked, nor by way of a proxy."""
    issuer = Issuer(K1)
    issuer.jwks_uri = where
    assert f"jwks_uri {where} is on this machine" in await failure(issuer)
    assert issuer.fetches == 0


async def test_keys_on_loopback_may_come_over_http() -> None:
    issuer = Issuer(K1, issuer="http://localhost:3002/")
    issuer.jwks_uri = "http://localhost:3002/keys"
    assert await KeySource("http://localhost:3002/", transport=issuer)()


@pytest.mark.parametrize("end", ["openid-configuration", "keys"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirects_are_refused(end: str, status: int) -> None:
    issuer = Issuer(K1)
    issuer.override = {end: streamed(b"", status, {"location": "https://evil.example/"})}
    assert f"answered {status}" in await failure(issuer)


@pytest.mark.parametrize("end", ["openid-configuration", "keys"])
@pytest.mark.parametrize(
    ("body", "status", "headers", "reason"),
    [
        (b"<html>", 200, {}, "no JSON object"),
        (b"[]", 200, {}, "no JSON object"),
        (b"", 200, {}, "no JSON object"),
        (b"\xff\xfe", 200, {}, "no JSON object"),
        (b"[" * 100_000, 200, {}, "no JSON object"),
        (b"{}", 404, {}, "answered 404"),
        (b"{}", 500, {}, "answered 500"),
        (b"{}", 200, {"content-encoding": "gzip"}, "answered compressed"),
        (b'{"keys": "k1"}', 200, {}, "list of keys|names issuer none"),
    ],
    ids=lambda value: ascii(value)[:20],
)
async def test_answer_that_is_none_is_a_clear_error(
    end: str, body: bytes, status: int, headers: dict[str, str], reason: str
) -> None:
    issuer = Issuer(K1)
    issuer.override = {end: streamed(body, status, headers)}
    assert re.search(reason, await failure(issuer))


async def test_key_set_over_one_mebibyte_is_not_read() -> None:
    keys = json.dumps({"keys": [K1.jwk()]}).encode()
    for size, is_read in ((1024 * 1024, True), (1024 * 1024 + 1, False)):
        issuer = Issuer(K1)
        body = keys + b" " * (size - len(keys))
        issuer.override = {"keys": streamed(body)}
        if is_read:
            assert await KeySource(ISSUER, transport=issuer)()
        else:
            assert "more than 1048576 bytes" in await failure(issuer)


async def test_issuer_that_hangs_is_given_up() -> None:
    issuer = Issuer(K1)
    issuer.gate.clear()
    with pytest.raises(KeyFetchFailed, match="did not answer"):
        await KeySource(ISSUER, transport=issuer, limit_seconds=0.05)()


async def test_issuer_that_is_down_is_named() -> None:
    issuer = Issuer(K1)
    issuer.down = True
    assert "https://tenant.example/" in await failure(issuer)


@pytest.mark.parametrize("keys", [b"[]", b"[null, 7, [], {}]", b'[{"kty": "oct", "k": "AA"}]'])
async def test_key_set_without_a_usable_key_is_an_answer(keys: bytes) -> None:
    """security.md 63."""
    issuer = Issuer(K1)
    issuer.override = {"keys": streamed(b'{"keys": ' + keys + b"}")}
    assert await KeySource(ISSUER, transport=issuer)() == ()


@pytest.mark.parametrize("end", ["openid-configuration", "keys"])
async def test_what_an_issuer_says_at_length_is_not_repeated_at_length(end: str) -> None:
    issuer = Issuer(K1)
    long = "https://" + "x" * 1_000_000
    if end == "keys":
        issuer.jwks_uri = long
        issuer.override = {"x": streamed(b"", 404)}
    else:
        issuer.override = {end: json_answer({"issuer": long})}
    said = await failure(issuer)
    assert "https://xxx" in said
    assert len(said) < 300


async def test_message_of_a_library_is_not_passed_on() -> None:
    """security.md 62: h11's hold the header lines that they are about."""

    class Garbled(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise httpx.RemoteProtocolError("illegal header line: bytearray(b'set-cookie: canary')")

    with pytest.raises(KeyFetchFailed, match=r"RemoteProtocolError$"):
        await KeySource(ISSUER, transport=Garbled())()


@pytest.mark.parametrize(
    ("host", "is_asked"), [("127.0.0.1", False), ("[::1]", False), ("tenant.invalid", True)]
)
async def test_an_issuer_on_loopback_is_asked_through_no_proxy(
    host: str, is_asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md 58."""
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    async with await asyncio.start_server(proxy, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        source = KeySource(f"http://{host}:{free_port()}/")
        with pytest.raises(KeyFetchFailed):
            await source()
        await source.aclose()
    assert bool(asked) is is_asked
    again = KeySource(ISSUER, transport=Issuer(K1))
    await again.aclose()
    for _ in range(2):
        assert await again()
        await again.aclose()


@needs_root
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
async def test_another_users_keys_are_not_even_asked_for(host: str) -> None:
    """security.md 53: who takes the issuer's port before it would let himself in."""
    with accepting_as(NOBODY, host.strip("[]")) as (port, received):
        source = KeySource(f"http://{host}:{port}/")
        with pytest.raises(KeyFetchFailed, match=f"port {port} is held by another user"):
            await source()
        assert received() == "b''\n"
    await source.aclose()


class Traced(Issuer):
    """On this machine; says of each request what became of its connection."""

    def __init__(self, event: str, made: object) -> None:
        super().__init__(K1, issuer="http://127.0.0.1:1/")
        self.told = event, {"return_value": made}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.extensions["trace"](*self.told)
        return await super().handle_async_request(request)


async def test_an_issuer_that_ends_before_anybody_can_tell_whose_it_was_is_not_asked() -> None:
    """security.md 53."""
    ended = Ended()
    issuer = Traced("connection.connect_tcp.complete", ended)
    assert "has closed the connection" in await failure(issuer, issuer.issuer)
    assert ended.is_closed
    assert issuer.discoveries == 0


@pytest.mark.parametrize(
    ("event", "made"),
    [
        ("connection.connect_tcp.started", None),
        ("connection.connect_tcp.complete", None),
        ("connection.start_tls.complete", Ended()),
    ],
)
async def test_only_a_new_connection_is_asked_whose_it_is(event: str, made: object) -> None:
    issuer = Traced(event, made)
    assert await KeySource(issuer.issuer, transport=issuer)()
