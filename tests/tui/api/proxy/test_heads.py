"""What heads say and what of them goes on, and how a body flows, without a connection."""

import asyncio

import pytest

from tui.api.proxy.flow import MOST_WAITING_BYTES, BrokenOff, ByteFlow
from tui.api.proxy.heads import (
    HOP_BY_HOP,
    IDEMPOTENT,
    OURS,
    BadRequest,
    Header,
    RequestHead,
    ResponseHead,
    end_to_end,
    problem_response,
)


def head(*headers: Header) -> RequestHead:
    return RequestHead(
        "POST", b"/", headers, is_http_1_0=False, keep_alive=True, wants_upgrade=False
    )


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ([], 0),
        ([(b"content-length", b"0")], 0),
        ([(b"content-length", b"42")], 42),
        ([(b"content-length", b"9" * 18)], int("9" * 18)),
        ([(b"transfer-encoding", b"chunked")], None),
        ([(b"transfer-encoding", b" Chunked ")], None),
    ],
)
def test_a_body_has_a_length_or_comes_in_chunks(headers: list[Header], length: int | None) -> None:
    assert head(*headers).length_bytes == length


@pytest.mark.parametrize(
    ("headers", "status", "why"),
    [
        ([(b"content-length", b"9" * 19)], 400, "no number"),
        ([(b"content-length", b"-1")], 400, "no number"),
        ([(b"content-length", b"+1")], 400, "no number"),
        ([(b"content-length", b"")], 400, "no number"),
        ([(b"content-length", b"1"), (b"content-length", b"1")], 400, "more than once"),
        ([(b"content-length", b"1"), (b"transfer-encoding", b"chunked")], 400, "in two ways"),
        ([(b"transfer-encoding", b"gzip, chunked")], 501, "Only the chunked"),
        ([(b"transfer-encoding", b"chunked")] * 2, 400, "more than once"),
    ],
)
def test_a_length_that_two_servers_could_read_differently_is_refused(
    headers: list[Header], status: int, why: str
) -> None:
    """security.md 61."""
    with pytest.raises(BadRequest, match=why) as raised:
        _ = head(*headers).length_bytes
    assert raised.value.status == status


@pytest.mark.parametrize(
    ("method", "status", "has_body"),
    [
        ("GET", 200, True),
        ("HEAD", 200, False),
        ("GET", 204, False),
        ("GET", 304, False),
        ("GET", 199, False),
    ],
)
def test_some_answers_have_no_body_whatever_they_say(
    method: str, status: int, has_body: bool
) -> None:
    assert ResponseHead(status, b"", [(b"content-length", b"5")]).has_body(method) is has_body


@pytest.mark.parametrize(
    "name",
    [
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization"),
        *("proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
        *("authorization", "dpop", "host", "expect"),
    ],
)
def test_headers_of_one_connection_and_of_the_proxy_itself_go_no_further(name: str) -> None:
    headers = [(name.encode(), b"x"), (b"accept", b"y")]
    assert end_to_end(headers, OURS) == [(b"accept", b"y")]
    assert len(HOP_BY_HOP | OURS) == 13


def test_what_connection_names_goes_no_further_either() -> None:
    headers = [(b"connection", b"close, X-One ,x-two"), (b"x-one", b"1"), (b"x-two", b"2")]
    assert end_to_end([*headers, (b"x-three", b"3")]) == [(b"x-three", b"3")]


def test_only_what_does_the_same_twice_may_be_sent_twice() -> None:
    assert {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"} == IDEMPOTENT


def test_a_refusal_ends_the_connection_and_is_kept_by_nobody() -> None:
    lines = problem_response(BadRequest(404, "not_found", "Why.")).lower().split(b"\r\n")
    assert lines[0] == b"http/1.1 404 not found"
    assert {b"cache-control: no-store", b"connection: close"} <= set(lines)


class Reader(asyncio.ReadTransport):
    """A connection that can be held."""

    _is_paused = False

    def is_paused(self) -> bool:
        return self._is_paused

    def pause_reading(self) -> None:
        self._is_paused = True

    def resume_reading(self) -> None:
        self._is_paused = False


async def taken(flow: ByteFlow) -> bytes:
    return b"".join([chunk async for chunk in flow.chunks()])


async def test_a_reader_is_held_while_more_than_256_kib_wait() -> None:
    reader = Reader()
    flow = ByteFlow(reader)
    flow.feed(b"x" * MOST_WAITING_BYTES)
    assert not reader.is_paused()
    flow.feed(b"x")
    assert reader.is_paused()
    flow.end()
    assert len(await taken(flow)) == 256 * 1024 + 1
    assert not reader.is_paused()
    assert flow.ended


async def test_whoever_takes_is_woken_once_for_all_that_has_come() -> None:
    flow = ByteFlow(Reader())
    taking = asyncio.create_task(taken(flow))
    await asyncio.sleep(0)
    for chunk in (b"one", b"two"):
        flow.feed(chunk)
    flow.end()
    assert await taking == b"onetwo"


async def test_what_is_broken_stays_broken() -> None:
    flow = ByteFlow(Reader())
    flow.end(broken=True)
    flow.end()
    assert not flow.ended
    with pytest.raises(BrokenOff):
        await taken(flow)
