"""Asks the kernel of Linux whose one TCP connection is (sock_diag(7)): it takes 10 us.

/proc/net/tcp says the same, and more; but the kernel writes all of it for that, in 3 ms and longer.
"""

import socket
import struct
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

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


def holder_of_socket(local: SocketAddress, remote: SocketAddress) -> int | None:
    """Return the uid of the process that holds the socket with these two ends.

    None where nobody says: not on Linux, or where no process holds such a socket.
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
