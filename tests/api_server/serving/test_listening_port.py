"""Ports that are taken, and hosts that are none."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api_server.serving.listening_port import ListeningPort, PortUnavailable
from tests.support.ports import free_port, has_ipv6

needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")


def claim(host: str, number: int) -> None:
    with ListeningPort.on(host, number).claim():
        pass


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        # as a server of ours would: without a check, a second one would share the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_taken_port_is_named_with_what_to_do(taken: int) -> None:
    with pytest.raises(PortUnavailable) as caught:
        claim("localhost", taken)
    assert f"port {taken} on 127.0.0.1 is taken" in str(caught.value)
    assert "stop it, or choose another with --host or --port" in str(caught.value)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells")
def test_holder_of_a_port_is_named(taken: int) -> None:
    with pytest.raises(PortUnavailable, match=f"process {os.getpid()}"):
        claim("127.0.0.1", taken)


def test_port_on_all_addresses_is_taken_too(taken: int) -> None:
    with pytest.raises(PortUnavailable):
        claim("0.0.0.0", taken)


@needs_ipv6
def test_localhost_is_both_families_and_refused_where_somebody_has_the_other_one() -> None:
    """security.md 53."""
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 0))
        other.listen()
        number = other.getsockname()[1]
        with pytest.raises(PortUnavailable) as caught:
            claim("LOCALHOST", number)
        assert f"port {number} on ::1 is taken (held by " in str(caught.value)
        assert f"process {os.getpid()})" in str(caught.value)
        # whoever asks for one address gets that one
        claim("127.0.0.1", number)


@needs_ipv6
def test_claimed_localhost_leaves_the_other_family_to_nobody() -> None:
    """security.md 53."""
    number = free_port()
    with ListeningPort.on("localhost", number).claim(), socket.socket(socket.AF_INET6) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(("::1", number))


def test_machine_without_the_other_family_is_served_on_the_one_it_has() -> None:
    # an address that no machine has: what ::1 is where IPv6 is off
    port = ListeningPort("127.0.0.1", free_port(), second_address="2001:db8::1")
    with port.claim() as second:
        assert second is None


def test_name_of_nothing_is_a_clear_error() -> None:
    with pytest.raises(PortUnavailable, match="names no address"):
        ListeningPort.on("no.such.host.invalid", 1)


def test_address_of_another_machine_is_a_clear_error() -> None:
    with pytest.raises(PortUnavailable, match="cannot be used"):
        claim("192.0.2.1", 3001)


def test_port_is_claimed_where_there_are_no_names_of_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr(socket, "AF_UNIX")
    claim("127.0.0.1", free_port())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers share one socket")
def test_port_is_taken_from_the_claim_on_not_only_once_somebody_listens() -> None:
    number = free_port()
    taken = pytest.raises(PortUnavailable, match="is taken")
    with ListeningPort.on("127.0.0.1", number).claim(), taken:
        claim("localhost", number)


def test_port_is_free_again_when_its_holder_has_ended() -> None:
    number = free_port()
    for _ in range(2):
        claim("127.0.0.1", number)
