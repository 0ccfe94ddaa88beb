"""The TCP sockets of this machine and whose they are: Linux tells, in /proc/net/tcp and tcp6.

Elsewhere nothing is known, and nothing is refused for it.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")

ESTABLISHED: Final = "01"
LISTENING: Final = "0A"
"""States of a socket as proc(5) spells them."""

IN_QUEUE: Final = (ESTABLISHED, "03")
"""States of a connection that is not accepted yet: "03" (received SYN) stays until the request
has come where a server asks for that (TCP_DEFER_ACCEPT, as Apache does)."""

NO_PROCESS: Final = "0"
"""The inode of a socket that no process holds: not accepted yet, or closed."""

ROOT_UID: Final = 0

SocketAddress = tuple[str, int]
"""Address and port, as the first two parts of `getsockname()` and `getpeername()` have them."""


@dataclass(frozen=True, slots=True)
class TcpSocket:
    """One socket: its ends as the kernel writes them, its state, and the user who made it."""

    local: str
    remote: str
    state: str
    uid: int
    inode: str

    @property
    def port(self) -> int:
        """The port of this machine."""
        return int(self.local.rpartition(":")[2], 16)


def tcp_sockets(proc: Path = PROC) -> Iterator[TcpSocket]:
    """Iterate over all sockets; over none where the system does not tell."""
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for row in (proc / "net" / table).read_text("ascii").splitlines()[1:]:
                _, local, remote, state, *rest = row.split()
                yield TcpSocket(local, remote, state, int(rest[3]), rest[5])


def is_answered_by_stranger(theirs: SocketAddress, ours: SocketAddress, proc: Path = PROC) -> bool:
    """Return whether our connection to `theirs`, on this machine, leads to another user's process.

    Root's is none. A connection that is not accepted yet is whoever's who listens there, and one
    that was closed at its other end is a stranger's: nobody can tell any more.
    """
    sockets = tuple(tcp_sockets(proc))
    here, there = _spellings(ours), _spellings(theirs)
    ends = [each for each in sockets if each.local in there and each.remote in here]
    if ends:
        return any(_is_strangers(end, sockets) for end in ends)
    # Whoever answers and goes may leave no trace of itself, nor our end as it was. One that never
    # was on this machine (Windows, below WSL) does. Read anew: the tables are not of one moment,
    # and our end may have been read before the other one went.
    return bool(sockets) and not any(
        each.local in here and each.remote in there and each.state == ESTABLISHED
        for each in tcp_sockets(proc)
    )


def _is_strangers(end: TcpSocket, sockets: Sequence[TcpSocket]) -> bool:
    holder: TcpSocket | None = end
    if end.inode == NO_PROCESS:
        holder = _listener(end.local, sockets) if end.state in IN_QUEUE else None
    return holder is None or holder.uid not in (ROOT_UID, os.geteuid())


def _listener(address: str, sockets: Sequence[TcpSocket]) -> TcpSocket | None:
    """Return the socket that answers there: the one of that very address before a wildcard."""
    host, _, port = address.rpartition(":")
    listening = {each.local: each for each in sockets if each.state == LISTENING}
    return listening.get(address) or listening.get(f"{'0' * len(host)}:{port}")


def _spellings(address: SocketAddress) -> tuple[str, ...]:
    """Return how the tables spell `address`: IPv4 stands in tcp6 where the socket takes both."""
    host, port = ip_address(address[0].partition("%")[0]), address[1]
    plain = getattr(host, "ipv4_mapped", None) or host
    forms: list[IPv4Address | IPv6Address] = [plain]
    if isinstance(plain, IPv4Address):
        forms.append(IPv6Address(f"::ffff:{plain}"))
    return tuple(f"{_words(each.packed)}:{port:04X}" for each in forms)


def _words(packed: bytes) -> str:
    """Spell an address as the kernel does: words of 32 bits, each in this machine's order."""
    words = (packed[start : start + 4] for start in range(0, len(packed), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)
