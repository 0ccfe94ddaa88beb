"""Whose processes are at the other end of loopback: Linux tells, at once or in /proc/net/tcp.

Another user of the machine may listen on a port before we do, or connect to ours. Elsewhere than
on Linux nothing is known, and nothing is refused for it.
"""

import os
import socket
import struct
import sys
from asyncio import BaseTransport
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

from tui.text import printable

PROC: Final = Path("/proc")

ESTABLISHED: Final = "01"
LISTENING: Final = "0A"
"""States of a socket in /proc/net/tcp (proc(5), include/net/tcp_states.h)."""

IN_QUEUE: Final = (ESTABLISHED, "03")
"""States of a connection that is not accepted yet: "03" (received SYN) stays until the request
has come where a server asks for that (TCP_DEFER_ACCEPT, as Apache does)."""

NO_PROCESS: Final = "0"
"""The inode of a socket that no process holds: not accepted yet, or closed."""

ROOT_UID: Final = 0

SOCK_DIAG: Final = 4
"""The protocol of netlink that tells about sockets (linux/netlink.h)."""

BY_FAMILY: Final = 20
"""The type of the question and of its answer; a refusal has another (linux/sock_diag.h)."""

REQUEST: Final = 1
"""Of the flags of a message: a question, about one socket."""

ALL: Final = 0xFFFFFFFF
"""Any state, and any cookie: whichever socket has these addresses now."""

HEADER: Final = struct.Struct("=IHHII")
"""nlmsghdr: length, type, flags, number, sender."""

QUESTION: Final = struct.Struct("=BBBxI 4s 16s16s IQ")
"""inet_diag_req_v2: family, protocol, extensions, states; ports, addresses, interface, cookie."""

ANSWER: Final = struct.Struct("=BBBB 4s 16s16s IQ IIIII")
"""inet_diag_msg: family, state, timer; the ends as above; expiry, both queues, uid and inode."""

SocketAddress = tuple[str, int]
"""Address and port, as the first two parts of `getsockname()` and `getpeername()` have them."""


@dataclass(frozen=True, slots=True)
class TcpSocket:
    """One line of /proc/net/tcp; addresses as the kernel writes them."""

    local: str
    remote: str
    state: str
    uid: int
    inode: str


def is_other_user(uid: int | None) -> bool:
    """Return whether `uid` is another user's; root's and one that is not known are not."""
    return uid is not None and uid not in (ROOT_UID, os.geteuid())


def owner_of_connection(local: SocketAddress, peer: SocketAddress, proc: Path = PROC) -> int | None:
    """Return the uid of the process at the other end, or None where this system does not tell.

    `local` and `peer` are the addresses of this end. A server that has not accepted the
    connection yet is known by its listener.

    Raises:
        ConnectionResetError: the other end has closed, so that nobody can tell whose it was.
    """
    holder = holder_of_socket(peer, local)
    if holder is not None:
        return holder
    ours, theirs = _spellings(local), _spellings(peer)
    port = theirs[0].rpartition(":")[2]
    end, table = None, []
    for each in _sockets(proc, port):
        table.append(each)
        if each.local in theirs and each.remote in ours:
            end = each
            if end.inode != NO_PROCESS:
                return end.uid
    if end is not None and end.state in IN_QUEUE:
        listener = _listener(table, theirs)
        if listener is not None:
            return listener.uid
    # A peer that sends and resets leaves no trace of itself, nor of our end of the connection.
    # One that never was on this machine (Windows, below WSL) leaves ours as it is. Read anew: the
    # tables are not of one moment, and our end may have been read before the other one went.
    ours_stands = any(
        each.local in ours and each.remote in theirs and each.state == ESTABLISHED
        for each in _sockets(proc, port)
    )
    is_told = (proc / "net" / "tcp").exists()
    if is_told and (end is not None or not ours_stands):
        raise ConnectionResetError("The other end has closed the connection.")
    return None


def foreign_peer(transport: BaseTransport) -> bool:
    """Return whether another user's process is at the other end of a connection over loopback.

    Raises:
        ConnectionResetError: the other end has closed, so that nobody can tell whose it was.
    """
    ours, theirs = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
    if theirs is None:
        raise ConnectionResetError("The other end has closed the connection.")
    return is_other_user(owner_of_connection(ours[:2], theirs[:2]))


def is_known_stranger(transport: BaseTransport) -> bool:
    """Return whether the kernel says at once (in 20 us) that another user's process is there."""
    ours, theirs = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
    return theirs is not None and is_other_user(holder_of_socket(theirs[:2], ours[:2]))


def port_holder(port: int, proc: Path = PROC) -> tuple[int, str] | None:
    """Return the number and the name of the process that listens on `port`.

    None where this system does not tell: another user's process, or no Linux.
    """
    links = {
        f"socket:[{each.inode}]"
        for each in _sockets(proc)
        if each.state == LISTENING and each.local.endswith(f":{port:04X}")
    }
    if not links:
        return None
    for process in proc.glob("[0-9]*"):
        with suppress(OSError):
            if any(str(link.readlink()) in links for link in (process / "fd").iterdir()):
                name = (process / "comm").read_text(encoding="utf-8", errors="replace")
                return int(process.name), printable(name.strip())
    return None


def name_of_holder(port: int) -> str:
    """Return who listens on `port`, such as `process 4711 (python3)`; empty as `port_holder`."""
    holder = port_holder(port)
    return f"process {holder[0]} ({holder[1]})" if holder else ""


def _sockets(proc: Path, port: str = "") -> Iterator[TcpSocket]:
    """Go through all sockets, or those with `port` (as the kernel writes it) at either end.

    After thousands of connections most lines are of ones that have ended.
    """
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (proc / "net" / table).read_text(encoding="ascii").splitlines()[1:]:
                if f":{port}" not in line:
                    continue
                columns = line.split()
                yield TcpSocket(columns[1], columns[2], columns[3], int(columns[7]), columns[9])


def _listener(table: list[TcpSocket], spellings: tuple[str, ...]) -> TcpSocket | None:
    """Return the socket that answers there: the one of that very address before a wildcard."""
    port = spellings[0].rpartition(":")[2]
    listening = {each.local: each for each in table if each.state == LISTENING}
    wildcards = (f"{'0' * len(each.partition(':')[0])}:{port}" for each in spellings)
    found = (listening.get(each) for each in (*spellings, *wildcards))
    return next((each for each in found if each), None)


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


def holder_of_socket(local: SocketAddress, remote: SocketAddress) -> int | None:
    """Return the uid of the process that holds the socket with these two ends.

    None where nobody says: not on Linux, or where no process holds such a socket. The kernel is
    asked for this one connection (sock_diag(7)), which takes 10 us. /proc/net/tcp says the same,
    and more; but the kernel writes all of it for that, in 3 ms and longer.
    """
    here, there = _address(local), _address(remote)
    ports = struct.pack("!HH", local[1], remote[1])
    family = socket.AF_INET if here.version == 4 else socket.AF_INET6
    ends = ports, _padded(here), _padded(there)
    question = QUESTION.pack(family, socket.IPPROTO_TCP, 0, ALL, *ends, 0, (ALL << 32) | ALL)
    length = HEADER.size + len(question)
    answer = _ask(HEADER.pack(length, BY_FAMILY, REQUEST, 0, 0) + question)
    if len(answer) < HEADER.size + ANSWER.size or HEADER.unpack_from(answer)[1] != BY_FAMILY:
        return None
    told = ANSWER.unpack_from(answer, HEADER.size)
    # a listener is told of where the connection itself has gone: it has no port at its other end
    is_held = told[4] == ports and told[-1] != 0
    return int(told[-2]) if is_held else None


def _ask(message: bytes) -> bytes:
    """Return the kernel's answer, which is there at once; empty where it gives none."""
    if not hasattr(socket, "AF_NETLINK"):
        return b""
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, SOCK_DIAG) as kernel:
            kernel.setblocking(False)
            kernel.sendto(message, (0, 0))
            answer, (sender, _) = kernel.recvfrom(4096)
    except OSError:  # the kernel may be without it, or a sandbox may not allow it
        return b""
    return b"" if sender else answer


def _address(end: SocketAddress) -> IPv4Address | IPv6Address:
    """Return the address of an end; the kernel knows what IPv4 in IPv6 means."""
    return ip_address(end[0].partition("%")[0])


def _padded(address: IPv4Address | IPv6Address) -> bytes:
    return address.packed.ljust(16, b"\0")
