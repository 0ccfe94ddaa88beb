"""The connections to the API: made, kept for the next request, and ended."""

import asyncio

import pytest

from tests.support.apis.proxied import connected
from tui.api.proxy.upstream import MOST_IDLE, Unanswered, Upstream
from tui.web_address import split_web_address


async def test_32_connections_wait_and_no_more() -> None:
    api = Upstream(split_web_address("https://api.example"), None)
    wires = []
    for _ in range(MOST_IDLE + 1):
        connection, wire = connected()
        connection.data_received(b"HTTP/1.1 204 No Content\r\n\r\n")
        api.give_back(connection)
        wires.append(wire)
    assert [wire.is_cut() for wire in wires] == [False] * 32 + [True]
    reused = await api.connection()
    assert not reused.fresh
    api.close()
    assert [wire.is_cut() for wire in wires].count(False) == 1


async def test_a_connection_whose_exchange_is_not_over_is_ended() -> None:
    """The rest of its answer would be taken for the answer to the next request."""
    api = Upstream(split_web_address("http://127.0.0.1:1"), None)
    connection, wire = connected()
    connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    api.give_back(connection)
    assert wire.is_cut()
    with pytest.raises(Unanswered):
        await api.connection()


async def test_a_fresh_connection_is_none_that_waits() -> None:
    api = Upstream(split_web_address("http://127.0.0.1:1"), None)
    connection, _ = connected()
    connection.data_received(b"HTTP/1.1 204 No Content\r\n\r\n")
    api.give_back(connection)
    with pytest.raises(Unanswered):
        await api.connection(fresh=True)
    assert await api.connection() is connection


async def test_a_lost_connection_is_not_given_out() -> None:
    api = Upstream(split_web_address("http://127.0.0.1:1"), None)
    connection, _ = connected()
    connection.data_received(b"HTTP/1.1 204 No Content\r\n\r\n")
    api.give_back(connection)
    connection.connection_lost(None)
    with pytest.raises(Unanswered) as raised:
        await api.connection()
    assert not raised.value.reached


@pytest.mark.parametrize(
    ("origin", "port"),
    [("https://192.0.2.1", 443), ("http://192.0.2.1", 80), ("https://192.0.2.1:8443", 8443)],
)
async def test_the_api_is_asked_at_its_port_or_its_schemes_own(
    origin: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []

    async def connect(_made: object, host: str, number: int, **_options: object) -> None:
        asked.append((host, number))
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", connect)
    with pytest.raises(Unanswered):
        await Upstream(split_web_address(origin), None).connection()
    assert asked == [("192.0.2.1", port)]
