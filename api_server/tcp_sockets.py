"""The TCP sockets of this machine and whose they are: Linux tells, in /proc/net/tcp and tcp6.

Elsewhere nothing is known, and nothing is refused for it.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")

ESTABLISHED: Final = "01"
LISTENING: Final = "0A"
"""States of a socket as proc(5) spells them."""

NO_PROCESS: Final = "0"
"""The inode of a socket that no process holds: not accepted yet, or closed."""

ROOT_UID: Final = 0


@dataclass(frozen=True, slots=True)
class TcpSocket:
    """One socket: its ports, its state, and the user who made it."""

    port: int
    peer_port: int
    state: str
    uid: int
    inode: str


def tcp_sockets(proc: Path = PROC) -> Iterator[TcpSocket]:
    """Go through all of them; through none where the system does not tell."""
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for row in (proc / "net" / table).read_text("ascii").splitlines()[1:]:
                _, local, remote, state, *rest = row.split()
                yield TcpSocket(_port(local), _port(remote), state, int(rest[3]), rest[5])


def is_answered_by_stranger(port: int, our_port: int, proc: Path = PROC) -> bool:
    """Return whether our connection to `port` of this machine leads to another user's process.

    Root's is none. A connection that is not accepted yet is whoever's who listens there.
    """
    sockets = tuple(tcp_sockets(proc))
    ends = [each for each in sockets if (each.port, each.peer_port) == (port, our_port)]
    listening = [each for each in sockets if (each.port, each.state) == (port, LISTENING)]
    answering = [each for each in ends if each.inode != NO_PROCESS] or listening
    if answering:
        return any(each.uid not in (ROOT_UID, os.geteuid()) for each in answering)
    # Whoever answers and goes leaves no trace of itself, nor our end as it was. One that never was
    # on this machine (Windows, below WSL) does.
    ours = (our_port, port, ESTABLISHED)
    return bool(sockets) and all(
        (each.port, each.peer_port, each.state) != ours for each in sockets
    )


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)
