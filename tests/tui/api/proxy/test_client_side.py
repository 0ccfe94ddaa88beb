"""The program's side of the proxy, byte for byte, without a network."""

import asyncio
from collections.abc import Callable

import pytest

from tui.api.proxy.client_side import (
    LARGEST_HEAD_BYTES,
    MOST_SILENT,
    Answering,
    ClientConnection,
    Request,
)
from tui.api.proxy.flow import BrokenOff

LINE = b"POST /x HTTP/1.1\r\n"


class Wire(asyncio.Transport):
    """What is written to a program that has gone already, and whether more is read."""

    def __init__(self) -> None:
        super().__init__({"sockname": ("127.0.0.1", 1), "peername": ("127.0.0.1", 2)})
        self.written = b""
        self.calls: list[str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def close(self) -> None:
        self.calls.append("close")

    def pause_reading(self) -> None:
        self.calls.append("pause")

    def resume_reading(self) -> None:
        self.calls.append("resume")


class Program:
    """A connection, and the requests that came on it."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.open: dict[ClientConnection, None] = {}
        self.asked: list[Request] = []
        self.failed: list[type[BaseException]] = []
        self.bodies: list[bytes] = []
        self.connection = ClientConnection(self.answer, self.open)
        self.connection.connection_made(self.wire)

    async def answer(self, request: Request, to: Answering) -> bool:
        self.asked.append(request)
        try:
            self.bodies.append(b"".join([chunk async for chunk in request.body.chunks()]))
            to.write(b"answer")
            await to.drain()
        except (BrokenOff, asyncio.CancelledError) as error:
            self.failed.append(type(error))
            raise
        return True

    async def sends(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.connection.data_received(piece)
        await self.settles()

    async def settles(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
async def program() -> Program:
    return Program()


async def test_requests_are_answered_one_after_the_other(program: Program) -> None:
    await program.sends(LINE + b"Content-Length: 2\r\nX-A: b\r\n\r\nhi" + LINE + b"\r\n")
    assert [each.head.method for each in program.asked] == ["POST", "POST"]
    assert program.asked[0].head.headers == ((b"content-length", b"2"), (b"x-a", b"b"))
    assert program.asked[1].head.headers == ()
    assert program.bodies == [b"hi", b""]
    assert program.wire.written == b"answer" * 2


async def test_of_connections_that_ask_nothing_64_wait_and_the_oldest_makes_room(
    program: Program,
) -> None:
    """security.md 16: the first one has asked, and stays."""
    await program.sends(LINE + b"\r\n")
    wires = [Wire() for _ in range(MOST_SILENT + 1)]
    for wire in wires:
        ClientConnection(program.answer, program.open).connection_made(wire)
        assert ("close" in wires[0].calls) is (wire is wires[-1])
    assert "close" not in program.wire.calls
    assert [wire for wire in wires if "close" in wire.calls] == [wires[0]]
    for connection in list(program.open):
        connection.close()
    await program.settles()


async def test_a_program_that_has_gone_is_taken_for_somebody_else(program: Program) -> None:
    """security.md 53: nobody can tell any more whose it was."""
    await program.sends(LINE + b"\r\n")
    assert program.asked[0].is_foreign


def filled(size: int) -> bytes:
    return b"X-A: " + b"x" * (size - 5)


@pytest.mark.parametrize(
    ("pieces", "is_refused"),
    [
        ([LINE, filled(LARGEST_HEAD_BYTES)], False),
        ([LINE, filled(LARGEST_HEAD_BYTES + 1)], True),
        ([LINE, filled(LARGEST_HEAD_BYTES), b"x"], True),
        ([LINE + b"X-A: " + b"x" * (LARGEST_HEAD_BYTES - 3) + b"\r\n\r\n"], False),
        ([LINE + b"X-A: " + b"x" * (LARGEST_HEAD_BYTES - 2) + b"\r\n\r\n"], True),
        ([LINE + b"Content-Length: 99999\r\n\r\n", b"x" * 99_998], False),
        ([LINE + b"Content-Length: 99999\r\n", b"\r\n" + b"x" * 99_998], False),
    ],
)
async def test_a_head_has_64_kib_at_most(
    program: Program, pieces: list[bytes], is_refused: bool
) -> None:
    assert LARGEST_HEAD_BYTES == 64 * 1024
    await program.sends(*pieces)
    assert program.wire.written.startswith(b"HTTP/1.1 431 ") is is_refused
    assert ("pause" in program.wire.calls) is is_refused
    assert ("close" in program.wire.calls) is is_refused


async def test_a_second_head_is_counted_anew(program: Program) -> None:
    half = filled(LARGEST_HEAD_BYTES * 2 // 3)
    for _ in range(2):
        await program.sends(LINE, half, b"\r\n\r\n")
    assert program.wire.written == b"answer" * 2


async def test_what_is_no_http_ends_the_connection_and_the_body_that_came_before(
    program: Program,
) -> None:
    await program.sends(LINE + b"Transfer-Encoding: chunked\r\n\r\n", b"no length\r\n")
    assert program.failed == [BrokenOff]
    assert "close" in program.wire.calls
    other = Program()
    await other.sends(b"nonsense\r\n\r\n")
    assert other.wire.written.startswith(b"HTTP/1.1 400 ")
    assert "close" in other.wire.calls


async def test_a_program_that_goes_ends_what_it_asked(program: Program) -> None:
    await program.sends(LINE + b"Content-Length: 9\r\n\r\nhalf")
    assert program.open == {program.connection: None}
    program.connection.connection_lost(None)
    with pytest.raises(BrokenOff):
        [chunk async for chunk in program.asked[0].body.chunks()]
    await program.settles()
    assert program.failed
    assert program.open == {}
    program.connection.write(b"late")
    assert program.wire.written == b""
    with pytest.raises(BrokenOff):
        await program.connection.drain()


async def test_an_answer_waits_while_the_program_takes_no_more(program: Program) -> None:
    program.connection.pause_writing()
    await program.sends(LINE + b"\r\n" + LINE + b"\r\n")
    assert program.wire.written == b"answer"
    program.connection.resume_writing()
    await program.settles()
    assert program.wire.written == b"answer" * 2


async def test_a_connection_waits_75_seconds_for_the_next_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, waits = asyncio.get_running_loop(), list[float]()
    later: Callable[..., asyncio.TimerHandle] = loop.call_later

    def call_later(delay: float, *arguments: object) -> asyncio.TimerHandle:
        waits.append(delay)
        return later(delay, *arguments)

    monkeypatch.setattr(loop, "call_later", call_later)
    program = Program()
    await program.settles()
    assert waits == [75.0]
    program.connection.close()
    assert program.wire.calls == ["close"]
