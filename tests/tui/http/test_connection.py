"""One exchange from inside: what is sent along, what stays out of logs, and how failures read."""

import errno
import logging
import os
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace

import httpcore
import httpx
import pytest

from tests.support.processes.other_user import Ended
from tui.errors import ExchangeFailed
from tui.http.connection import failure, refuse_other_users
from tui.http.exchange import LARGEST_BODY_BYTES, HttpClient, StreamedAnswer

URL = "https://api.example/"

WITHOUT_TLS = "it answers without TLS, as plain http does"

LOGGERS = ["httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks"]


@asynccontextmanager
async def client(answer: Callable[[httpx.Request], httpx.Response]) -> AsyncIterator[HttpClient]:
    made = HttpClient(httpx.MockTransport(answer))
    yield made
    await made.aclose()


async def test_each_request_says_who_asks_and_is_bounded_in_time() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    async with client(answer) as http:
        await http.exchange("GET", URL)
        async with http.stream("GET", URL, {}, idle_seconds=7):
            pass
    named = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "doorkey"}
    named["host"] = "api.example"
    assert named.items() <= dict(asked[0].headers).items()
    limits = [request.extensions["timeout"] for request in asked]
    others = ("read", "write", "pool")
    assert limits == [{"connect": 5, **dict.fromkeys(others, each)} for each in (15, 7)]


@pytest.mark.parametrize("name", LOGGERS)
async def test_what_a_librarys_log_says_of_our_exchanges_stays_out_of_ours(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Its lines may hold what a server has repeated of a token."""
    caplog.set_level(logging.DEBUG)

    def answer(_request: httpx.Request) -> httpx.Response:
        logging.getLogger(name).debug("of our exchange")
        return httpx.Response(200)

    async with client(answer) as http:
        logging.getLogger(name).debug("of somebody else's")
        await http.exchange("GET", URL)
        async with http.stream("GET", URL, {}):
            logging.getLogger(name).debug("of our exchange")
    assert [record.message for record in caplog.records] == ["of somebody else's"]


@pytest.mark.parametrize("more", [0, 1])
async def test_a_body_of_1_mib_is_whole_and_a_longer_one_is_cut(more: int) -> None:
    body = b"x" * (LARGEST_BODY_BYTES + more)
    async with client(lambda _request: httpx.Response(200, content=body)) as http:
        answer = await http.exchange("GET", URL)
    assert len(answer.body) == LARGEST_BODY_BYTES == 1024 * 1024
    assert answer.is_cut is bool(more)


@pytest.mark.parametrize(
    ("coding", "body", "taken"),
    [("gzip", b"", True), ("", b"x", True), (" Identity", b"x", True), ("gzip", b"x", False)],
)
async def test_only_a_body_can_be_compressed(coding: str, body: bytes, taken: bool) -> None:
    """An answer to HEAD, or a 304, names the coding of a body that it has not."""

    def answer(_request: httpx.Request) -> httpx.Response:
        stream = httpx.ByteStream(body)
        return httpx.Response(200, headers={"content-encoding": coding}, stream=stream)

    async with client(answer) as http:
        if taken:
            assert (await http.exchange("GET", URL)).body == body
        else:
            with pytest.raises(ExchangeFailed, match="is compressed"):
                await http.exchange("GET", URL)


@pytest.mark.parametrize(
    ("length", "expected"), [("12", 12), ("", None), ("-1", None), ("²", None)]
)
def test_a_length_is_written_in_digits(length: str, expected: int | None) -> None:
    response = httpx.Response(200, headers=[(b"content-length", length.encode())])
    answer = StreamedAnswer(200, "OK", (("x", "secret"),), response)
    assert answer.length_bytes == expected
    assert repr(answer) == "StreamedAnswer(status=200, reason='OK')"


async def test_of_two_addresses_that_fail_the_first_ones_reason_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, str]] = []

    async def send(_self: object, request: httpx.Request, *, stream: bool) -> httpx.Response:
        asked.append((request.url.host, request.headers["host"]))
        number = errno.ECONNREFUSED if len(asked) == 1 else errno.EADDRNOTAVAIL
        raise httpx.ConnectError("") from OSError(number, "")

    monkeypatch.setattr(httpx.AsyncClient, "send", send)
    http = HttpClient(is_local=True)
    with pytest.raises(ExchangeFailed, match=os.strerror(errno.ECONNREFUSED)):
        await http.exchange("GET", "http://localhost:3001/")
    assert asked == [("127.0.0.1", "localhost:3001"), ("::1", "localhost:3001")]
    await http.aclose()


def tls_error(kind: type[ssl.SSLError], **members: object) -> ssl.SSLError:
    error = kind(1, "")
    for name, value in members.items():
        setattr(error, name, value)
    return error


@pytest.mark.parametrize(
    ("error", "obstacle", "words"),
    [
        (
            tls_error(ssl.SSLCertVerificationError, verify_message="not\x1b[2J yours"),
            "untrusted",
            "not[2J yours",
        ),
        (tls_error(ssl.SSLError, reason="WRONG_VERSION_NUMBER"), "tls", WITHOUT_TLS),
        (tls_error(ssl.SSLError, reason="RECORD_LAYER_FAILURE"), "tls", WITHOUT_TLS),
        (tls_error(ssl.SSLError, reason="HTTP_REQUEST"), "tls", WITHOUT_TLS),
        (tls_error(ssl.SSLError, reason="PACKET_LENGTH_TOO_LONG"), "tls", WITHOUT_TLS),
        (tls_error(ssl.SSLError, reason="NO_SHARED_CIPHER"), "tls", "no shared cipher"),
        (tls_error(ssl.SSLError, reason="A\x1b[2J"), "tls", "a[2j"),
        (tls_error(ssl.SSLError, reason=None), "tls", "no handshake"),
        (OSError(errno.EPIPE, "\x1b"), "broken", os.strerror(errno.EPIPE)),
    ],
)
def test_what_stood_in_the_way_is_said_harmlessly(
    error: Exception, obstacle: str, words: str
) -> None:
    caused = httpx.ReadError("\x1b")
    caused.__cause__ = error
    found = failure(caused)
    assert (found.obstacle, str(found)) == (obstacle, words)


class Foreign(httpcore.AsyncNetworkStream):
    """A connection that asks whose it is, and must not be asked."""

    def get_extra_info(self, info: str) -> object:
        raise AssertionError(info)


@pytest.mark.parametrize(
    ("event", "made"),
    [
        ("connection.connect_tcp.started", None),
        ("connection.connect_tcp.complete", SimpleNamespace()),
        ("connection.start_tls.complete", Foreign()),
        ("http11.receive_response_headers.complete", Foreign()),
    ],
)
async def test_only_a_new_connection_is_asked_whose_it_is(event: str, made: object) -> None:
    await refuse_other_users(event, {"return_value": made} if made else {})


async def test_a_connection_that_ends_before_anybody_can_tell_whose_it_was_is_broken() -> None:
    """security.md 53: nothing is written to it."""
    ended = Ended()
    with pytest.raises(ExchangeFailed, match="the connection broke") as raised:
        await refuse_other_users("connection.connect_tcp.complete", {"return_value": ended})
    assert raised.value.obstacle == "broken"
    assert ended.is_closed
