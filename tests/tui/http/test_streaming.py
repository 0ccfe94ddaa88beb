"""Requests and answers of any length: heard early, held by nobody, and flat in memory."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator

import httpcore
import pytest

from tests.support.apis.scripted_api import Asked, ScriptedApi
from tests.support.heavy import rounds
from tui.errors import ExchangeFailed
from tui.http.exchange import HttpClient
from tui.http.read_ahead import ReadAhead, read_ahead

MEBIBYTE = 1024 * 1024

LENGTH_BYTES = rounds(64, 2048) * MEBIBYTE


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    made = HttpClient()
    yield made
    await made.aclose()


@pytest.fixture
async def api() -> AsyncIterator[ScriptedApi]:
    async with ScriptedApi() as made:
        yield made


async def parts(length_bytes: int) -> AsyncIterator[bytes]:
    part = bytes(256 * 1024)
    for _ in range(length_bytes // len(part)):
        yield part


async def test_an_answer_that_comes_before_the_whole_body_is_sent_is_heard(
    http: HttpClient, api: ScriptedApi
) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 No\r\nContent-Length: 3\r\nConnection: close\r\n\r\nwhy")
        await writer.drain()
        writer.close()

    api.serve = refuse
    for _ in range(rounds(3, 30)):
        async with http.stream("POST", api.url, {}, parts(64 * MEBIBYTE)) as answer:
            body = b"".join([chunk async for chunk in answer.chunks()])
        assert (answer.status, body) == (401, b"why")


async def test_an_interim_answer_does_not_end_the_body(http: HttpClient, api: ScriptedApi) -> None:
    received = 0

    async def hint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        await writer.drain()
        while received < 16 * MEBIBYTE:
            received += len(await reader.read(MEBIBYTE))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    api.serve = hint
    length = {"Content-Length": str(16 * MEBIBYTE)}
    async with http.stream("POST", api.url, length, parts(16 * MEBIBYTE)) as answer:
        assert (answer.status, received) == (200, 16 * MEBIBYTE)


async def test_a_body_of_any_length_needs_no_more_memory_in_either_way(
    http: HttpClient, api: ScriptedApi
) -> None:
    received = 0

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        await reader.readuntil(b"\r\n\r\n")
        while received < LENGTH_BYTES:
            received += len(await reader.read(MEBIBYTE))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LENGTH_BYTES)
        for _ in range(LENGTH_BYTES // MEBIBYTE):
            writer.write(bytes(MEBIBYTE))
            await writer.drain()

    api.serve = echo
    length = {"Content-Length": str(LENGTH_BYTES)}
    tracemalloc.start()
    try:
        async with http.stream("POST", api.url, length, parts(LENGTH_BYTES)) as answer:
            sizes = [len(chunk) async for chunk in answer.chunks()]
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (received, sum(sizes), answer.length_bytes) == (3 * (LENGTH_BYTES,))
    assert peak_bytes < 16 * MEBIBYTE


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegin"])
async def test_what_stands_still_ends(http: HttpClient, api: ScriptedApi, sent: bytes) -> None:
    async def stand_still(asked: Asked) -> None:
        await asked.send(sent)
        await asked.asker_is_gone()

    api.answer = stand_still
    with pytest.raises(ExchangeFailed, match="no answer in time") as raised:
        await read(http, api, idle_seconds=0.05)
    assert raised.value.obstacle == "timeout"


async def test_the_time_of_a_bounded_exchange_is_no_limit_to_a_stream(api: ScriptedApi) -> None:
    impatient = HttpClient(exchange_seconds=0.000_001)
    assert await read(impatient, api, idle_seconds=5) == b"{}"
    with pytest.raises(ExchangeFailed, match="no answer within"):
        await impatient.exchange("GET", api.url)
    await impatient.aclose()


async def read(http: HttpClient, api: ScriptedApi, idle_seconds: float) -> bytes:
    async with http.stream("GET", api.url, {}, idle_seconds=idle_seconds) as answer:
        return b"".join([chunk async for chunk in answer.chunks()])


class Stream(httpcore.AsyncNetworkStream):
    """A connection that writes when it is let, and reads what a test says."""

    def __init__(self) -> None:
        self.said: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.may_write = asyncio.Event()
        self.is_closed = False
        self.was_cut = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        return await self.said

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        try:
            await self.may_write.wait()
        except asyncio.CancelledError:
            self.was_cut = True
            raise

    async def aclose(self) -> None:
        self.is_closed = True


FINAL, INTERIM = b"HTTP/1.1 413 Too Large\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize("is_before", [True, False])
async def test_writing_ends_with_a_final_answer_and_that_is_read(is_before: bool) -> None:
    stream = Stream()
    ahead = ReadAhead(stream)
    if is_before:
        stream.said.set_result(FINAL)
    writing = asyncio.create_task(ahead.write(b"body"))
    for _ in range(6):
        await asyncio.sleep(0)
    if not is_before:
        assert not writing.done()
        stream.said.set_result(FINAL)
    with pytest.raises(httpcore.WriteError, match="answered before"):
        await writing
    assert stream.was_cut is not is_before
    assert await ahead.read(1024) == FINAL


async def test_writing_goes_on_after_an_interim_answer() -> None:
    stream = Stream()
    ahead = ReadAhead(stream)
    writing = asyncio.create_task(ahead.write(b"body"))
    for _ in range(6):
        await asyncio.sleep(0)
    stream.said.set_result(INTERIM)
    for _ in range(6):
        await asyncio.sleep(0)
    assert not writing.done()
    stream.may_write.set()
    await writing
    assert await ahead.read(1024) == INTERIM


async def test_a_connection_that_breaks_while_it_writes_is_heard() -> None:
    stream = Stream()
    ahead = ReadAhead(stream)
    stream.said.set_exception(httpcore.ReadError("reset"))
    with pytest.raises(httpcore.WriteError):
        await ahead.write(b"body")
    with pytest.raises(httpcore.ReadError):
        await ahead.read(1024)


async def test_what_was_read_ahead_has_its_time_limit() -> None:
    stream = Stream()
    stream.may_write.set()
    ahead = ReadAhead(stream)
    await ahead.write(b"body")
    with pytest.raises(httpcore.ReadTimeout):
        await ahead.read(1024, timeout=0.01)


async def test_what_is_read_ahead_ends_with_the_connection() -> None:
    stream = Stream()
    stream.may_write.set()
    ahead = ReadAhead(stream)
    await ahead.write(b"body")
    await ahead.aclose()
    assert stream.said.cancelled()
    assert stream.is_closed


@pytest.mark.parametrize(
    ("event", "is_one"),
    [
        ("connection.connect_tcp.complete", True),
        ("connection.start_tls.complete", True),
        ("connection.connect_tcp.started", False),
        ("http11.send_request_body.complete", False),
    ],
)
async def test_a_new_connection_is_read_while_it_writes(event: str, is_one: bool) -> None:
    stream = Stream()
    read_ahead(event, {"return_value": stream})
    read_ahead(event, {"return_value": None})
    assert ("write" in vars(stream)) is is_one
