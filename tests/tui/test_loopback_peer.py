import asyncio
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.changing_tables import ChangingTables
from tests.support.processes.other_user import NOBODY, listening_as, needs_root, send_as
from tui.loopback_peer import (
    ANSWER,
    HEADER,
    foreign_peer,
    holder_of_socket,
    is_other_user,
    owner_of_connection,
    port_holder,
)

on_linux = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="Linux alone tells")

LISTENER = "0: 0100007F:21C2 00000000:0000 0A 00000000:00000000 00:00000000 0 1000 0 4711 1 x"


def table_in(folder: Path, *lines: str) -> Path:
    (folder / "net").mkdir()
    body = "".join(f"   {line}\n" for line in lines)
    (folder / "net" / "tcp").write_text(f"  sl  local_address ...\n{body}")
    return folder


@contextmanager
def accepted(
    uid: int, host: str, manner: str = "wait"
) -> Iterator[tuple[socket.socket, tuple[str, int]]]:
    """Accept a connection that a process of `uid` has made; yields it and the peer's address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        command = send_as(uid, host, server.getsockname()[1], "hello", manner)
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            connection, peer = server.accept()
            with connection:
                if manner != "wait":
                    process.communicate()
                assert connection.recv(5) == b"hello"
                yield connection, peer[:2]


@on_linux
@needs_root
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_owner_of_a_connection_is_the_user_of_the_process_at_its_other_end(host: str) -> None:
    """security.md 53."""
    with accepted(NOBODY, host) as (connection, peer):
        uid = owner_of_connection(connection.getsockname()[:2], peer)
    assert uid == NOBODY
    assert is_other_user(uid)


@on_linux
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_process_of_ones_own_is_no_other_user(host: str) -> None:
    with accepted(os.geteuid(), host) as (connection, peer):
        uid = owner_of_connection(connection.getsockname()[:2], peer)
    assert uid == os.geteuid()
    assert not is_other_user(uid)


@on_linux
def test_a_client_that_speaks_ipv4_through_a_socket_of_both_families_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_INET6) as both:
        both.connect(("::ffff:127.0.0.1", server.getsockname()[1]))
        connection, _ = server.accept()
        mapped = both.getsockname()[:2], both.getpeername()[:2]
        with connection:
            ends = connection.getsockname(), connection.getpeername()
            assert owner_of_connection(*ends) == os.geteuid()
            assert holder_of_socket(*reversed(ends)) == os.geteuid()
            assert holder_of_socket(*mapped) == os.geteuid()


@on_linux
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_kernel_is_asked_first_and_the_tables_where_it_does_not_say(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with accepted(os.geteuid(), host) as (connection, peer):
        local = connection.getsockname()[:2]
        assert owner_of_connection(local, peer, proc=tmp_path) == os.geteuid()
        monkeypatch.delattr(socket, "AF_NETLINK")
        assert owner_of_connection(local, peer, proc=tmp_path) is None
        assert owner_of_connection(local, peer) == os.geteuid()


@on_linux
def test_a_listener_is_not_taken_for_the_end_that_it_has_closed() -> None:
    """security.md 53: the kernel tells of the listener where the connection itself has gone."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        local, peer = client.getsockname(), client.getpeername()
        connection, _ = server.accept()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        with pytest.raises(ConnectionResetError, match="has closed"):
            owner_of_connection(local, peer)


@on_linux
@needs_root
@pytest.mark.parametrize("manner", ["close", "reset"])
def test_a_client_that_has_closed_is_not_taken_for_root_or_for_unknown(manner: str) -> None:
    """security.md 53: the kernel says uid 0 of a socket that no process holds any more."""
    with accepted(NOBODY, "127.0.0.1", manner) as (connection, peer):
        local = connection.getsockname()
        with pytest.raises(ConnectionResetError, match="has closed"):
            owner_of_connection(local, peer)


def test_a_peer_that_had_gone_before_it_could_be_named_is_nobodys() -> None:
    with pytest.raises(ConnectionResetError, match="has closed"):
        foreign_peer(asyncio.BaseTransport({"sockname": ("127.0.0.1", 8642), "peername": None}))


@on_linux
@needs_root
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_server_that_has_not_accepted_yet_is_known_by_its_listener(host: str) -> None:
    """security.md 53."""
    with (
        listening_as(NOBODY, host) as (port, _),
        socket.create_connection(("127.0.0.1", port)) as connection,
    ):
        assert owner_of_connection(connection.getsockname(), connection.getpeername()) == NOBODY


@on_linux
def test_a_server_that_accepts_once_the_request_has_come_is_known_by_its_listener() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)  # as Apache does
        with socket.create_connection(server.getsockname()) as connection:
            ends = connection.getsockname(), connection.getpeername()
            assert owner_of_connection(*ends) == os.geteuid()


def test_where_the_system_does_not_tell_nobody_is_another_user(tmp_path: Path) -> None:
    uid = owner_of_connection(("127.0.0.1", 8642), ("127.0.0.1", 40000), tmp_path)
    assert uid is None
    assert not is_other_user(uid)


@on_linux
def test_the_holder_of_a_port_is_named() -> None:
    with listening_as(os.geteuid()) as (port, process):
        assert port_holder(port) == (process, Path(f"/proc/{process}/comm").read_text().strip())


def process_in(folder: Path, name: str, inode: str) -> None:
    (folder / "123" / "fd").mkdir(parents=True)
    (folder / "123" / "fd" / "3").symlink_to(f"socket:[{inode}]")
    (folder / "123" / "comm").write_text(name)


def test_who_is_only_connected_to_a_port_does_not_hold_it(tmp_path: Path) -> None:
    process_in(tmp_path, "client\n", "4711")
    connected, elsewhere = LISTENER.replace(" 0A ", " 01 "), LISTENER.replace(":21C2 ", ":21C3 ")
    assert port_holder(8642, table_in(tmp_path, connected, elsewhere)) is None


def test_another_users_process_is_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / "123").mkdir()
    assert port_holder(8642, table_in(tmp_path, LISTENER)) is None


def test_a_process_cannot_write_on_the_screen_with_its_name(tmp_path: Path) -> None:
    process_in(tmp_path, "evil\x1b[2J\n", "4711")
    assert port_holder(8642, table_in(tmp_path, LISTENER)) == (123, "evil[2J")


OURS, THEIRS, ANY = "0100007F:0001", "0100007F:0002", "00000000:0002"
OPEN = "00000000:0000 0A"


def line(local: str, remote: str, state: str, uid: str, inode: str) -> str:
    return f"0: {local} {remote} {state} 0:0 0:0 0 {uid} 0 {inode} 1"


@pytest.mark.skipif(sys.byteorder != "little", reason="the kernel spells addresses by it")
@pytest.mark.parametrize("prefix", ["", "::ffff:"])
@pytest.mark.parametrize(
    ("lines", "uid"),
    [
        ([f"{THEIRS} {OURS} 01 7 9"], 7),
        ([f"{THEIRS} {OURS} 08 7 9"], 7),  # half closed, and a process holds it
        ([f"{THEIRS} 0100007F:0003 01 7 9", f"{OURS} {THEIRS} 01 0 8"], None),
        ([f"0100007F:0003 {OURS} 01 7 9", f"{OURS} {THEIRS} 01 0 8"], None),
        ([f"0200007F:0002 {OURS} 01 7 9", f"{OURS} {THEIRS} 01 0 8"], None),
        ([f"{OURS} {THEIRS} 01 0 8"], None),  # it never was on this machine
        ([f"{THEIRS} {OURS} 01 0 0", f"{THEIRS} {OPEN} 7 9"], 7),  # not accepted yet
        ([f"{THEIRS} {OURS} 01 0 0", f"{ANY} {OPEN} 7 9"], 7),
        ([f"{THEIRS} {OURS} 01 0 0", f"{ANY} {OPEN} 6 9", f"{THEIRS} {OPEN} 7 9"], 7),
        ([], "closed"),
        ([f"{OURS} 0100007F:0003 01 0 8", f"0100007F:0003 {THEIRS} 01 0 8"], "closed"),
        ([f"{THEIRS} {OURS} 01 0 0", f"{OURS} {THEIRS} 01 0 8"], "closed"),
        ([f"{THEIRS} {OURS} 06 0 0", f"{THEIRS} {OPEN} 7 9", f"{OURS} {THEIRS} 01 0 8"], "closed"),
        ([f"{OURS} 0200007F:0002 01 0 8"], "closed"),
        ([f"{OURS} {THEIRS} 08 0 8"], "closed"),
        ([f"{THEIRS} {OURS} 01 0 0", f"{THEIRS} 00000000:0000 07 7 9"], "closed"),
    ],
)
def test_whose_the_other_end_is_stands_in_the_tables(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
    uid: int | str | None,
    prefix: str,
) -> None:
    """security.md 53."""
    monkeypatch.delattr(socket, "AF_NETLINK", raising=False)
    proc = table_in(tmp_path, *(line(*each.split()) for each in lines))
    ours, theirs = (f"{prefix}127.0.0.1", 1), (f"{prefix}127.0.0.1", 2)
    if uid == "closed":
        with pytest.raises(ConnectionResetError):
            owner_of_connection(ours, theirs, proc)
    else:
        assert owner_of_connection(ours, theirs, proc) == uid


@pytest.mark.skipif(sys.byteorder != "little", reason="the kernel spells addresses by it")
def test_who_goes_while_the_tables_are_read_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md 53."""
    monkeypatch.delattr(socket, "AF_NETLINK", raising=False)
    rows = [line(OURS, THEIRS, "01", "0", "8")]
    proc = ChangingTables.at(tmp_path, rows, [])
    with pytest.raises(ConnectionResetError):
        owner_of_connection(("127.0.0.1", 1), ("127.0.0.1", 2), proc)


@pytest.mark.parametrize(
    ("uid", "is_other"), [(None, False), (0, False), (os.geteuid(), False), (1, True), (4711, True)]
)
def test_root_and_oneself_are_no_other_user(uid: int | None, is_other: bool) -> None:
    assert is_other_user(uid) is is_other


class Kernel:
    """Answers a question over netlink with what a test wants."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def __call__(self, *_kind: int) -> "Kernel":
        return self

    def __enter__(self) -> "Kernel":
        return self

    def __exit__(self, *_raised: object) -> None:
        pass

    def setblocking(self, _flag: bool) -> None:
        pass

    def sendto(self, _message: bytes, _to: tuple[int, int]) -> None:
        pass

    def recvfrom(self, _size: int) -> tuple[bytes, tuple[int, int]]:
        return self._answer, (0, 0)


TOLD = ANSWER.pack(2, 1, 0, 0, struct.pack("!HH", 1, 2), bytes(16), bytes(16), 0, 0, 0, 0, 0, 7, 9)


@pytest.mark.parametrize(
    ("kind", "told", "uid"),
    [
        (20, TOLD, 7),
        (20, TOLD + bytes(8), 7),
        (20, TOLD[:-1], None),
        (2, TOLD, None),  # NLMSG_ERROR
        (20, b"", None),
    ],
)
def test_the_kernel_is_believed_where_it_answers_the_question(
    monkeypatch: pytest.MonkeyPatch, kind: int, told: bytes, uid: int | None
) -> None:
    answer = HEADER.pack(HEADER.size + len(told), kind, 0, 0, 0) + told
    with monkeypatch.context() as patched:
        patched.setattr(socket, "AF_NETLINK", 16, raising=False)
        patched.setattr(socket, "socket", Kernel(answer))
        assert holder_of_socket(("127.0.0.1", 1), ("127.0.0.1", 2)) == uid
