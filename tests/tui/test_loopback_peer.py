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

from tests.support.processes.other_user import NOBODY, listening_as, needs_root, send_as
from tui.loopback_peer import (
    foreign_peer,
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
        with connection:
            assert owner_of_connection(connection.getsockname(), connection.getpeername()) == (
                os.geteuid()
            )


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
def test_a_server_that_has_not_accepted_yet_is_known_by_its_listener() -> None:
    """security.md 53."""
    with (
        listening_as(NOBODY) as (port, _),
        socket.create_connection(("127.0.0.1", port)) as connection,
    ):
        assert owner_of_connection(connection.getsockname(), connection.getpeername()) == NOBODY


@on_linux
@needs_root
def test_a_listener_on_every_address_is_found_by_each() -> None:
    with (
        listening_as(NOBODY, "0.0.0.0") as (port, _),
        socket.create_connection(("127.0.0.1", port)) as connection,
    ):
        assert owner_of_connection(connection.getsockname(), connection.getpeername()) == NOBODY


def test_a_peer_on_no_table_is_unknown_while_our_own_end_stands(tmp_path: Path) -> None:
    ours = "0: 0100007F:21C2 0100007F:9C40 01 00000000:00000000 00:00000000 0 1000 0 4711 1 x"
    proc = table_in(tmp_path, ours)
    assert owner_of_connection(("127.0.0.1", 8642), ("127.0.0.1", 40000), proc) is None


def test_where_the_system_does_not_tell_nobody_is_another_user(tmp_path: Path) -> None:
    uid = owner_of_connection(("127.0.0.1", 8642), ("127.0.0.1", 40000), tmp_path)
    assert uid is None
    assert not is_other_user(uid)


def test_root_is_no_other_user() -> None:
    assert not is_other_user(0)


@on_linux
def test_the_holder_of_a_port_is_named() -> None:
    with listening_as(os.geteuid()) as (port, process):
        assert port_holder(port) == (process, Path(f"/proc/{process}/comm").read_text().strip())


def test_another_users_process_is_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / "123").mkdir()
    assert port_holder(8642, table_in(tmp_path, LISTENER)) is None


def test_a_process_cannot_write_on_the_screen_with_its_name(tmp_path: Path) -> None:
    descriptors = tmp_path / "123" / "fd"
    descriptors.mkdir(parents=True)
    (descriptors / "3").symlink_to("socket:[4711]")
    (tmp_path / "123" / "comm").write_text("evil\x1b[2J\n")
    assert port_holder(8642, table_in(tmp_path, LISTENER)) == (123, "evil[2J")


OURS, THEIRS, ANY = "0100007F:0001", "0100007F:0002", "00000000:0002"
OPEN = "00000000:0000 0A"


def line(local: str, remote: str, state: str, uid: str, inode: str) -> str:
    return f"0: {local} {remote} {state} 0:0 0:0 0 {uid} 0 {inode} 1"


@pytest.mark.skipif(sys.byteorder != "little", reason="the kernel spells addresses by it")
@pytest.mark.parametrize(
    ("lines", "uid"),
    [
        ([f"{THEIRS} {OURS} 01 7 9"], 7),
        ([f"{THEIRS} {OURS} 08 7 9"], 7),  # half closed, and a process holds it
        ([f"{THEIRS} 0100007F:0003 01 7 9", f"{OURS} {THEIRS} 01 0 8"], None),
        ([f"0100007F:0003 {OURS} 01 7 9", f"{OURS} {THEIRS} 01 0 8"], None),
        ([f"{OURS} {THEIRS} 01 0 8"], None),  # it never was on this machine
        ([f"{THEIRS} {OURS} 01 0 0", f"{THEIRS} {OPEN} 7 9"], 7),  # not accepted yet
        ([f"{THEIRS} {OURS} 01 0 0", f"{ANY} {OPEN} 7 9"], 7),
        ([f"{THEIRS} {OURS} 01 0 0", f"{ANY} {OPEN} 6 9", f"{THEIRS} {OPEN} 7 9"], 7),
        ([], "closed"),
        ([f"{OURS} 0100007F:0003 01 0 8", f"0100007F:0003 {THEIRS} 01 0 8"], "closed"),
        ([f"{THEIRS} {OURS} 01 0 0", f"{OURS} {THEIRS} 01 0 8"], "closed"),
        ([f"{THEIRS} {OURS} 06 0 0", f"{THEIRS} {OPEN} 7 9", f"{OURS} {THEIRS} 01 0 8"], "closed"),
        ([f"{OURS} {THEIRS} 08 0 8"], "closed"),
        ([f"{THEIRS} {OURS} 01 0 0", f"{THEIRS} 00000000:0000 07 7 9"], "closed"),
    ],
)
def test_whose_the_other_end_is_stands_in_the_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str], uid: int | str | None
) -> None:
    """security.md 53."""
    monkeypatch.delattr(socket, "AF_NETLINK", raising=False)
    proc = table_in(tmp_path, *(line(*each.split()) for each in lines))
    ours, theirs = ("127.0.0.1", 1), ("127.0.0.1", 2)
    if uid == "closed":
        with pytest.raises(ConnectionResetError):
            owner_of_connection(ours, theirs, proc)
    else:
        assert owner_of_connection(ours, theirs, proc) == uid


@pytest.mark.parametrize(
    ("uid", "is_other"), [(None, False), (0, False), (os.geteuid(), False), (4711, True)]
)
def test_root_and_oneself_are_no_other_user(uid: int | None, is_other: bool) -> None:
    assert is_other_user(uid) is is_other
