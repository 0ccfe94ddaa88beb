"""Ports for the servers of tests: nobody else's, in this run or in another beside it."""

import fcntl
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Final

FIRST: Final = 20_000
LAST: Final = 32_000
"""Below Linux' ephemeral ports (32768 on): none of these becomes the port of a connection that
goes out, between the moment it was found free and the moment a server listens on it."""

LISTEN: Final = "0A"
"""TCP_LISTEN in /proc/net/tcp."""

BLOCK: Final = 40
"""Ports claimed at once: about as many as one file of tests needs."""


def free_port() -> int:
    """Return a port that nobody listens on, and that no other test process is given."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, and that no other test process is given."""
    return [_next_free() for _ in range(count)]


@contextmanager
def taken_port() -> Iterator[int]:
    """Listen on a port of 127.0.0.1 while the block lasts; it gives the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def has_ipv6() -> bool:
    """Tell whether this machine has ::1."""
    try:
        return _can_bind(socket.AF_INET6, "::1", 0)
    except OSError:
        return False


def listening_at(port: int) -> set[str]:
    """Return the addresses of this machine at which somebody listens on the port (Linux)."""
    return {
        _address(host)
        for table in ("tcp", "tcp6")
        for _, local, _, state, *_ in map(str.split, _lines(table))
        for host, number in [local.split(":")]
        if state == LISTEN and int(number, 16) == port
    }


def _lines(table: str) -> list[str]:
    path = Path("/proc/net") / table
    return path.read_text().splitlines()[1:] if path.exists() else []


def _address(host: str) -> str:
    """Read an address of /proc/net: words of four bytes, each in this machine's order."""
    words = [int(host[start : start + 8], 16) for start in range(0, len(host), 8)]
    packed = b"".join(word.to_bytes(4, sys.byteorder) for word in words)
    return str(ip_address(packed))


def _next_free() -> int:
    return next(port for port in _PORTS if _is_free(port))


def _is_free(port: int) -> bool:
    return _can_bind(socket.AF_INET, "127.0.0.1", port) and (
        not has_ipv6() or _can_bind(socket.AF_INET6, "::1", port)
    )


def _can_bind(family: socket.AddressFamily, address: str, port: int) -> bool:
    with socket.socket(family) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
        return True


def _ports() -> Iterator[int]:
    """Walk through the blocks that this process can claim, each port once."""
    for start in range(FIRST, LAST, BLOCK):
        if _claim(start):
            yield from range(start, start + BLOCK)


def _claim(start: int) -> bool:
    """Take the block for as long as this process lives: the system ends the lock with it."""
    folder = Path(tempfile.gettempdir()) / f"doorkey-test-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / str(start), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    return True


_PORTS: Final = _ports()
