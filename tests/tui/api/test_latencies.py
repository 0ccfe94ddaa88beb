"""How long calls took: the time on the wire, not that of a busy program around it; all together."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from tests.support.clocks import START
from tui.api.answer import NoAnswer, PingResult
from tui.api.call import Call
from tui.api.client import ApiClient, Stopwatch
from tui.api.history import CALLS_REMEMBERED, CallHistory, Latencies
from tui.api.request import PING
from tui.auth.dpop.authorization import Authorization


def call(seconds: float | None) -> Call:
    if seconds is None:
        return Call(START, PING, no_answer=NoAnswer("The API cannot be reached.", "nobody"))
    return Call(START, PING, PingResult("https://api.example/", 200, "OK", {}, "", seconds))


@pytest.fixture
async def api() -> AsyncIterator[str]:
    """The origin of an API that answers each request on a connection."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def test_the_first_call_connects_and_the_next_one_takes_the_same_connection(api: str) -> None:
    client = ApiClient(api)
    first, second = (
        await client.call(Authorization("the-token")),
        await client.call(Authorization("the-token")),
    )
    await client.aclose()
    assert list(first.parts) == ["connect", "first byte", "body"]
    assert list(second.parts) == ["first byte", "body"]
    assert second.elapsed_seconds == sum(second.parts.values())


def test_what_lies_between_the_steps_is_not_counted() -> None:
    stopwatch = Stopwatch(itertools.count(step=1.0).__next__)
    for event in (
        "connection.connect_tcp.started", "connection.connect_tcp.complete",
        "http11.send_request_headers.started", "http11.send_request_headers.complete",
        "http11.receive_response_headers.started", "http11.receive_response_headers.complete",
        "http11.response_closed.started", "http11.response_closed.complete",
    ):  # fmt: skip
        stopwatch.observe(event)
    assert stopwatch.parts == {"connect": 1.0, "first byte": 3.0}
    assert stopwatch.elapsed() == 4.0


def test_without_steps_all_of_it_is_counted() -> None:
    assert Stopwatch(iter([3.0, 5.0]).__next__).elapsed() == 2.0


def test_latencies_are_summed_up_by_nearest_rank() -> None:
    history = CallHistory()
    for milliseconds in range(100, 0, -1):
        history.add(call(milliseconds / 1000))
    assert history.latencies() == Latencies(0.001, 0.0505, 0.095)


def test_calls_without_an_answer_have_no_latency() -> None:
    history = CallHistory()
    history.add(call(None))
    assert history.latencies() is None
    assert history.refused == 1


def test_only_the_last_calls_are_remembered() -> None:
    history = CallHistory()
    for _ in range(CALLS_REMEMBERED + 5):
        history.add(call(0.1))
    assert len(history) == CALLS_REMEMBERED
