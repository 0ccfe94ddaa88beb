"""The port that a server is about to listen on: whether it is free, and else who has it."""

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from api_server.serving.flags import ADDRESS_SETTING
from api_server.tcp_sockets import LISTENING, tcp_sockets

LOCALHOST: Final = ("127.0.0.1", "::1")
"""What `localhost` means, whatever the hosts file says: Granian serves the first address."""

NO_IPV6: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""What a machine without IPv6, or without ::1, answers."""

BACKLOG: Final = 128
"""Connections to [::1] that wait for a worker."""


class PortUnavailable(Exception):
    """The port cannot be listened on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ListeningPort:
    """An address and a port that a server is about to bind."""

    address: str
    number: int
    setting: str = ADDRESS_SETTING
    """Where somebody can choose another one."""
    second_address: str | None = None
    """Where else clients may look for the server, so that nobody else may listen there."""

    @classmethod
    def on(cls, host: str, number: int, setting: str = ADDRESS_SETTING) -> "ListeningPort":
        """Resolve `host`; raise PortUnavailable where it names no address."""
        if host.lower().rstrip(".") == "localhost":
            first, second = LOCALHOST
            return cls(first, number, setting, second)
        try:
            found = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)
        except OSError as error:
            raise PortUnavailable(
                f"host {host!r} names no address of this machine ({error.strerror}); "
                "use localhost to serve this machine only, 0.0.0.0 to serve all"
            ) from error
        return cls(str(found[0][4][0]), number, setting)

    @property
    def url(self) -> str:
        """The origin that clients on this machine use."""
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{shown}:{self.number}"

    @contextmanager
    def claim(self) -> Iterator[socket.socket | None]:
        """Hold the port for one server; raise PortUnavailable if another one has it.

        Yield what listens at the second address, if there is one and the machine has it.

        Granian binds with SO_REUSEPORT, so that its workers can share a port; two servers of
        one user would silently share it too. A bind without that option tells them apart, and
        a name in Linux's abstract socket space those that start in the same moment.
        """
        with ExitStack() as stack:
            if sys.platform == "linux":
                self._take_name(stack.enter_context(socket.socket(socket.AF_UNIX)))
            self._bind().close()
            second = self._listen_at_second_address()
            if second is not None:
                stack.enter_context(second)
            yield second

    def _take_name(self, name: socket.socket) -> None:
        try:
            name.bind(f"\0listening on {self.url}")
        except OSError as error:
            raise PortUnavailable(self._reason(error)) from error

    def _listen_at_second_address(self) -> socket.socket | None:
        if self.second_address is None:
            return None
        try:
            second = replace(self, address=self.second_address)._bind()
        except PortUnavailable as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno in NO_IPV6:
                return None
            raise
        second.listen(BACKLOG)
        return second

    def _bind(self) -> socket.socket:
        try:
            bound = socket.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET)
        except OSError as error:
            raise PortUnavailable(self._reason(error)) from error
        try:
            # connections of a server that just ended must not keep the next one from starting
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((self.address, self.number))
        except OSError as error:
            bound.close()
            raise PortUnavailable(self._reason(error)) from error
        return bound

    def _reason(self, error: OSError) -> str:
        where = f"port {self.number} on {self.address}"
        if error.errno == errno.EADDRINUSE:
            holder = self.holder() or "probably another copy of this server"
            return f"{where} is taken ({holder}); stop it, or choose another with {self.setting}"
        if error.errno == errno.EACCES:
            return f"{where} needs rights that you lack; choose one above 1023 with {self.setting}"
        return f"{where} cannot be used ({error.strerror}); choose another with {self.setting}"

    def holder(self) -> str | None:
        """Return which process, or whose, listens on the port, where the system tells (Linux)."""
        listening = [
            each for each in tcp_sockets() if (each.port, each.state) == (self.number, LISTENING)
        ]
        sockets = {f"socket:[{each.inode}]" for each in listening}
        for descriptor in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
            with suppress(OSError):
                if str(descriptor.readlink()) in sockets:
                    process = descriptor.parts[2]
                    return f"held by {_command(process)}, process {process}"
        # the descriptors of other users' processes cannot be read
        users = [each.uid for each in listening]
        return f"held by a process of user {min(users)}" if users else None


def _command(process: str) -> str:
    """Return the program's short name, without anything that could steer a terminal."""
    name = Path("/proc", process, "comm").read_text("ascii", "replace")
    return "".join(letter for letter in name if letter.isprintable())
