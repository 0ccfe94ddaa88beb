"""The server's life: how it starts, stops, and never stays behind."""

import os
import select
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from api_server.serving.serving import DRAIN_SECONDS
from tests.support.ports import free_port, has_ipv6
from tests.support.processes.server import (
    DEADLINE_SECONDS,
    Server,
    end_of,
    first_to_end,
    wait_until_gone,
)

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")

Start = Callable[..., Server]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Server] = []

    def run(workers: int = 1, *rest: str, port: int = 0, ready: bool = True) -> Server:
        port = port or free_port()
        arguments = ["-m", "tests.support.processes.slow_app", str(port), str(workers), *rest]
        started.append(Server.start(arguments, port, ready=ready))
        return started[-1]

    yield run
    for server in started:
        server.stop()


def kill(server: Server) -> None:
    server.process.kill()


def terminate(server: Server) -> None:
    server.process.terminate()


def interrupt_all(server: Server) -> None:
    """Ctrl+C in a terminal: the whole group hears it."""
    os.killpg(server.process.pid, signal.SIGINT)


def hang_up(server: Server) -> None:
    """The terminal is closed."""
    os.killpg(server.process.pid, signal.SIGHUP)


def close_stdin(server: Server) -> None:
    assert server.process.stdin is not None
    server.process.stdin.close()
    server.process.stdin = None


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("end", [terminate, interrupt_all, hang_up, close_stdin])
def test_stopped_server_finishes_what_is_in_flight_and_leaves_nothing(
    start: Start, workers: int, end: Callable[[Server], None]
) -> None:
    server = start(workers, "stdin")
    members = server.members()
    assert len(members) == workers + 1
    in_flight = [server.begin("/slow") for _ in range(8)]
    end(server)
    assert [answer.read() for answer in in_flight] == [b"begun, done"] * 8
    assert server.process.wait(15) == 0
    wait_until_gone(members)


def test_signals_close_behind_one_another_are_one_stop(start: Start) -> None:
    for server in [start() for _ in range(4)]:
        ends_by = monotonic() + DRAIN_SECONDS / 2
        while server.process.poll() is None and monotonic() < ends_by:  # to its last moment
            server.process.send_signal(signal.SIGINT)
            server.process.send_signal(signal.SIGTERM)
        assert server.process.returncode == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_worker_that_hears_an_interrupt_first_makes_no_failure_of_it(
    start: Start, workers: int
) -> None:
    server = start(workers)
    server.process.send_signal(signal.SIGSTOP)
    for worker in server.members()[1:]:
        interrupt_until_gone(worker)
    server.process.send_signal(signal.SIGINT)
    server.process.send_signal(signal.SIGCONT)
    assert server.process.wait(15) == 0


def interrupt_until_gone(worker: int) -> None:
    """Interrupt a worker again and again: one that is about to serve may not have heard it."""
    with end_of(worker) as end:
        for _ in range(30):
            os.kill(worker, signal.SIGINT)
            if select.select([end], [], [], 0.5)[0]:
                return
    raise AssertionError("the worker runs on")


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_server_leaves_no_worker_behind(start: Start, workers: int) -> None:
    server = start(workers)
    members = server.members()
    kill(server)
    wait_until_gone(members)


def test_worker_that_dies_is_replaced_where_there_are_several(start: Start) -> None:
    server = start(2)
    workers = server.members()[1:]
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    wait_until_gone(workers)
    server.wait_until_it_answers()


def runs(server: Server) -> bool:
    return server.process.poll() is None


def imports_granian(server: Server) -> bool:
    return "granian" in Path(f"/proc/{server.process.pid}/maps").read_text()


def has_a_worker(server: Server) -> bool:
    return len(server.members()) > 1


def takes_connections(server: Server) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", server.port)) == 0


@pytest.mark.parametrize("moment", [runs, imports_granian, has_a_worker, takes_connections])
def test_stop_during_the_start_is_a_stop(start: Start, moment: Callable[[Server], bool]) -> None:
    server = start(1, ready=False)
    while not moment(server):
        assert runs(server), server.errors()
    members = server.members()
    terminate(server)
    # Less than DRAIN_SECONDS: nobody is in flight, so nobody is waited for.
    assert server.process.wait(DRAIN_SECONDS / 2) in (0, -signal.SIGTERM)
    wait_until_gone(members)


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
@pytest.mark.parametrize("workers", [1, 2])
def test_localhost_is_served_in_both_families_to_the_last_answer(
    start: Start, workers: int
) -> None:
    """security.md 53."""
    server = start(workers)
    server.host = "::1"
    assert server.get("/healthz") == (200, b"ok")
    in_flight = [server.begin("/slow") for _ in range(8)]
    terminate(server)
    assert [answer.read() for answer in in_flight] == [b"begun, done"] * 8
    assert server.process.wait(15) == 0


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_start_is_refused_where_somebody_has_the_other_family(start: Start) -> None:
    """security.md 53: who is sent to ::1 would hand them the token."""
    port = free_port()
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", port))
        other.listen()
        server = start(port=port, ready=False)
        assert server.process.wait(DEADLINE_SECONDS) == 1
    assert f"port {port} on ::1 is taken (held by " in server.errors()


def test_processes_that_hold_tokens_leave_no_core(start: Start) -> None:
    """security.md 64."""
    for member in start(2).members():
        limits = Path(f"/proc/{member}/limits").read_text().splitlines()
        (line,) = [line for line in limits if line.startswith("Max core file size")]
        assert line.split()[4:6] == ["0", "0"]


def test_end_of_stdin_means_nothing_unless_asked_for(start: Start) -> None:
    server = start(1)
    close_stdin(server)
    assert server.get("/slow") == (200, b"begun, done")


def test_second_server_on_a_port_says_so_and_exits_with_1(start: Start) -> None:
    first = start()
    second = start(port=first.port, ready=False)
    assert second.process.wait(DEADLINE_SECONDS) == 1
    said = second.errors()
    assert said.startswith(f"error: port {first.port} on 127.0.0.1 is taken (held by ")
    assert said.count("\n") == 1
    assert first.get("/healthz") == (200, b"ok")


def test_of_two_servers_started_at_once_one_has_the_port(start: Start) -> None:
    port = free_port()
    both = [start(port=port, ready=False) for _ in range(2)]
    loser = first_to_end(*both)
    assert loser.process.returncode == 1
    assert f"port {port} on 127.0.0.1 is taken" in loser.errors()
    winner = both[1 - both.index(loser)]
    winner.wait_until_it_answers()


def test_port_is_free_again_at_once(start: Start) -> None:
    first = start()
    # it hangs up first, so the connection lingers at its port (TIME_WAIT)
    first.get("/healthz", Connection="close")
    terminate(first)
    first.process.wait(DEADLINE_SECONDS)
    assert start(port=first.port).get("/healthz") == (200, b"ok")


def test_app_that_cannot_be_made_ends_the_server_with_1(start: Start) -> None:
    server = start(1, "broken", ready=False)
    assert server.process.wait(DEADLINE_SECONDS) == 1
    assert "this app cannot be made" in server.errors()


def test_first_answer_takes_less_than_a_second_of_the_processors_time(start: Start) -> None:
    assert sum(map(cpu_seconds, start().members())) < 1


def cpu_seconds(process: int) -> float:
    """Return what the process has used: that is the same however busy the machine is."""
    columns = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(columns[11]) + int(columns[12])) / os.sysconf("SC_CLK_TCK")


def test_head_over_8_kib_is_431(start: Start) -> None:
    server = start()
    head = b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: %s\r\n\r\n"
    assert server.raw(head % (b"a" * 7000)).startswith(b"HTTP/1.1 200")
    assert server.raw(head % (b"a" * 12_000)).startswith(b"HTTP/1.1 431")
    many = b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 200 + b"\r\n"
    assert server.raw(many).startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize(
    "sent", [b"\0\1\2\3\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nA\xff\0: b\r\n\r\n"]
)
def test_what_is_no_http_is_not_a_500(start: Start, sent: bytes) -> None:
    server = start()
    assert server.raw(sent, end=True)[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.1 404")
    assert server.get("/healthz") == (200, b"ok")


def test_slow_clients_keep_nobody_waiting_and_are_let_go(start: Start) -> None:
    server = start(1, "hasty")
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
    for connection in idle:
        connection.sendall(b"GET / HTTP/1.1\r\nA: ")
    assert server.get("/healthz") == (200, b"ok")
    idle[0].settimeout(DEADLINE_SECONDS)
    assert idle[0].recv(100) == b""
    for connection in idle:
        connection.close()
