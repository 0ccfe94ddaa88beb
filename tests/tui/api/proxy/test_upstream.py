"""The API's side of the proxy, byte for byte, without a network."""

import asyncio
import sys

import pytest

from tests.support.apis.proxied import Wire, connected
from tui.api.proxy.flow import BrokenOff, ByteFlow
from tui.api.proxy.heads import ResponseHead
from tui.api.proxy.upstream import (
    LARGEST_HEAD_BYTES,
    Unanswered,
    UpstreamConnection,
)


async def settles() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def taken(flow: ByteFlow) -> bytes:
    return b"".join([chunk async for chunk in flow.chunks()])


async def test_an_answer_is_read_and_the_connection_kept() -> None:
    connection, wire = connected()
    connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nhi")
    response, body = await connection.response()
    assert response == ResponseHead(200, b"OK", ((b"content-length", b"2"), (b"x-a", b"b")))
    assert await taken(body) == b"hi"
    assert connection.reusable
    assert not wire.is_cut()


async def test_there_is_no_answer_before_a_question() -> None:
    with pytest.raises(RuntimeError, match="begin an exchange first"):
        await UpstreamConnection().response()


async def test_an_interim_answer_is_none() -> None:
    connection, _ = connected()
    connection.data_received(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
    connection.data_received(b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n")
    response, body = await connection.response()
    assert (response.status, response.reason) == (204, b"No Content")
    assert response.headers == ((b"x-a", b"b"),)
    assert await taken(body) == b""
    assert connection.reusable


async def test_bytes_that_nobody_asked_for_end_the_connection() -> None:
    """They would be taken for the answer to the next request, perhaps somebody else's."""
    connection, wire = connected()
    connection.data_received(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert not wire.is_cut()
    connection.data_received(b"HTTP/1.1 200 OK\r\n\r\n")
    assert wire.is_cut()
    unasked, wire = UpstreamConnection(), Wire()
    unasked.connection_made(wire)
    unasked.data_received(b"HTTP/1.1 200 OK\r\n\r\n")
    assert wire.is_cut()


@pytest.mark.parametrize(
    ("method", "said", "body"),
    [
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nX-A", b""),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\nnonsense", b""),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n", b"hi"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", b""),
    ],
)
async def test_bytes_that_come_at_once_with_an_answer_leave_it_whole_and_end_the_connection(
    method: str, said: bytes, body: bytes
) -> None:
    connection, wire = connected(method)
    connection.data_received(said)
    assert await taken((await connection.response())[1]) == body
    assert wire.is_cut()
    assert not connection.reusable


async def test_a_head_that_ends_in_the_piece_in_which_it_begins_is_no_endless_one() -> None:
    connection, wire = connected()
    filled = b"X-A: " + b"x" * LARGEST_HEAD_BYTES
    connection.data_received(b"HTTP/1.1 204 No Content\r\n" + filled + b"\r\n\r\n")
    assert (await connection.response())[0].status == 204
    assert not wire.is_cut()


@pytest.mark.parametrize(
    ("said", "keeps_open"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh", False),
        (b"HTTP/1.1 200 OK\r\n\r\n", False),
    ],
)
async def test_a_connection_serves_again_once_its_exchange_is_over(
    said: bytes, keeps_open: bool
) -> None:
    connection, _ = connected()
    assert not connection.reusable
    connection.data_received(said)
    assert connection.reusable is keeps_open
    connection.connection_lost(None)
    assert not connection.reusable


async def test_a_connection_whose_request_is_still_sent_does_not_serve_again() -> None:
    connection, wire = connected()
    upload = ByteFlow(wire)
    connection.send(upload, chunked=False)
    connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert not connection.reusable
    upload.end()
    await settles()
    assert connection.reusable


@pytest.mark.parametrize(("chunked", "framed"), [(True, b"2\r\nhi\r\n0\r\n\r\n"), (False, b"hi")])
async def test_a_body_is_framed_as_it_was(chunked: bool, framed: bytes) -> None:
    connection, wire = connected()
    wire.written = b""
    upload = ByteFlow(wire)
    upload.feed(b"hi")
    upload.end()
    connection.send(upload, chunked=chunked)
    await settles()
    assert wire.written == framed


async def test_an_upload_that_breaks_off_ends_the_connection() -> None:
    """Else the API would take a part for the whole."""
    connection, wire = connected()
    upload = ByteFlow(wire)
    upload.end(broken=True)
    connection.send(upload, chunked=True)
    await settles()
    assert wire.is_cut()
    assert b"0\r\n" not in wire.written


async def test_an_upload_waits_while_the_api_takes_no_more() -> None:
    connection, wire = connected()
    wire.written = b""
    upload = ByteFlow(wire)
    upload.feed(b"one")
    connection.pause_writing()
    connection.send(upload, chunked=False)
    await settles()
    upload.feed(b"two")
    await settles()
    assert wire.written == b"one"
    connection.resume_writing()
    await settles()
    assert wire.written == b"onetwo"
    connection.close()


@pytest.mark.parametrize(
    ("size", "is_read"), [(LARGEST_HEAD_BYTES, True), (LARGEST_HEAD_BYTES + 1, False)]
)
async def test_a_head_that_does_not_end_is_given_up_after_64_kib(size: int, is_read: bool) -> None:
    assert LARGEST_HEAD_BYTES == 64 * 1024
    connection, wire = connected()
    start = b"HTTP/1.1 200 OK\r\nX-A: "
    connection.data_received(start + b"x" * (size - len(start)))
    assert wire.is_cut() is not is_read
    if is_read:
        connection.connection_lost(None)
    with pytest.raises(Unanswered):
        await connection.response()


async def test_a_large_body_behind_its_head_is_no_large_head() -> None:
    connection, wire = connected()
    size = LARGEST_HEAD_BYTES + 1
    connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
    assert not wire.is_cut()


@pytest.mark.parametrize("said", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-A: b\r\n"])
async def test_no_answer_is_an_error_and_not_an_empty_one(said: bytes) -> None:
    connection, _ = connected()
    connection.data_received(said)
    connection.connection_lost(None)
    with pytest.raises(Unanswered) as raised:
        await connection.response()
    assert raised.value.reached


async def test_a_request_on_a_lost_connection_has_no_answer() -> None:
    connection, wire = UpstreamConnection(), Wire()
    connection.connection_made(wire)
    connection.connection_lost(None)
    connection.begin("GET", b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(Unanswered):
        await connection.response()
    assert wire.written == b""


@pytest.mark.parametrize(
    ("headers", "error", "is_whole"),
    [
        (b"", None, True),
        (b"", ConnectionResetError(), False),
        (b"Content-Length: 5\r\n", None, False),
        (b"Transfer-Encoding: chunked\r\n", None, False),
    ],
)
async def test_a_body_ends_with_the_connection_only_where_nothing_else_ends_it(
    headers: bytes, error: Exception | None, is_whole: bool
) -> None:
    """RFC 9112 6.3."""
    connection, _ = connected()
    body_so_far = b"2\r\nhi\r\n" if b"chunked" in headers else b"hi"
    connection.data_received(b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n" + body_so_far)
    connection.connection_lost(error)
    _, body = await connection.response()
    if is_whole:
        assert await taken(body) == b"hi"
    else:
        with pytest.raises(BrokenOff):
            await taken(body)


@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells")
async def test_a_server_that_has_gone_gets_none_either() -> None:
    connection, wire = connected(wire=Wire("127.0.0.1"))
    with pytest.raises(ConnectionResetError):
        connection.require_own_user()
    assert wire.is_cut()
    connection, wire = connected()
    connection.require_own_user()  # nobody of this machine
    assert not wire.is_cut()
