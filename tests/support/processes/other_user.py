"""Another user of this machine, for tests that run as root: a process that connects or listens."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpcore
import pytest

NOBODY = 65534

needs_root = pytest.mark.skipif(
    not Path("/proc/net/tcp").exists() or not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="only root on Linux can start a process as another user",
)

SENDS = """
import socket, struct, sys
host, port, request, manner = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode(), sys.argv[4]
family = socket.AF_INET6 if ":" in host else socket.AF_INET
connection = socket.socket(family)
connection.connect((host, port))
connection.sendall(request)
if manner == "reset":
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
if manner in ("reset", "close"):
    connection.close()
else:
    print(connection.getsockname()[1], flush=True)
    while data := connection.recv(4096):
        sys.stdout.buffer.write(data)
"""

LISTENS = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
listening = socket.create_server((sys.argv[1], int(sys.argv[2])), family=family)
print(listening.getsockname()[1], flush=True)
if sys.argv[3] == "accept":
    print(listening.accept()[0].recv(65536), flush=True)
sys.stdin.read()
"""


class Ended(httpcore.AsyncNetworkStream):
    """A connection that the other end has closed: the system knows no peer of it any more."""

    is_closed = False

    def get_extra_info(self, info: str) -> object:
        return ("127.0.0.1", 1) if info == "client_addr" else None

    async def aclose(self) -> None:
        self.is_closed = True


def request_of(url_host: str, port: int, target: str) -> str:
    """Spell a GET as a browser would send it."""
    return f"GET {target} HTTP/1.1\r\nHost: {url_host}:{port}\r\n\r\n"


def send_as(uid: int, host: str, port: int, request: str, manner: str = "wait") -> list[str]:
    """Return the command of a process of `uid` that sends `request` and then `manner`s."""
    return [sys.executable, "-I", "-c", _as_user(uid, SENDS), host, str(port), request, manner]


@contextmanager
def listening_as(uid: int, host: str = "127.0.0.1", port: int = 0) -> Iterator[tuple[int, int]]:
    """Have a process of `uid` listen, and never accept; yields the port, and the process."""
    with _listening(uid, host, port, "wait") as (taken, process):
        yield taken, process.pid


@contextmanager
def accepting_as(uid: int, host: str) -> Iterator[tuple[int, Callable[[], str]]]:
    """Have a process of `uid` accept; yields the port, and what tells the bytes that it got."""
    with _listening(uid, host, 0, "accept") as (port, process):
        assert process.stdout is not None
        yield port, process.stdout.readline


@contextmanager
def _listening(
    uid: int, host: str, port: int, manner: str
) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    command = [sys.executable, "-I", "-c", _as_user(uid, LISTENS), host, str(port), manner]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process
        process.communicate()


def _as_user(uid: int, program: str) -> str:
    # Modules first: another user may not be able to read the interpreter's.
    head = f"import os, socket, struct, sys\nif os.geteuid() != {uid}:\n    os.setuid({uid})\n"
    return head + program
