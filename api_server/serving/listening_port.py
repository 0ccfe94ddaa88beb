"""The port a server means to listen on: is it free, and if not, who has it."""

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api_server.serving.flags import ADDRESS_SETTING

LISTENING: Final = "0A"
"""TCP_LISTEN as /proc/net/tcp spells it."""

LOOPBACK: Final = "127.0.0.1"
"""What `localhost` means here: one address, whatever order the hosts file has."""


class PortUnavailable(Exception):
    """The port cannot be listened on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ListeningPort:
    """An address and a port that a server is about to bind."""

    address: str
    number: int
    setting: str = ADDRESS_SETTING
    """Where somebody can choose another one."""

    @classmethod
    def on(cls, host: str, number: int, setting: str = ADDRESS_SETTING) -> "ListeningPort":
        """Resolve `host`; raises PortUnavailable when it names no address."""
        if host.lower().rstrip(".") == "localhost":
            return cls(LOOPBACK, number, setting)
        try:
            found = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)
        except OSError as error:
            raise PortUnavailable(
                f"host {host!r} names no address of this machine ({error.strerror}); "
                "use 127.0.0.1 to serve this machine only, 0.0.0.0 to serve all"
            ) from error
        return cls(str(found[0][4][0]), number, setting)

    @property
    def url(self) -> str:
        """The origin that clients on this machine use."""
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{shown}:{self.number}"

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Hold the port for one server; raises PortUnavailable if another one has it.

        Granian binds with SO_REUSEPORT, so that its workers can share a port; two servers of
        one user would silently share it too. A bind without that option tells them apart, and
        a name in Linux's abstract socket space those that start in the same moment.
        """
        with socket.socket(socket.AF_UNIX) as name:
            if sys.platform == "linux":
                self._take(name)
            self._require_free()
            yield

    def _take(self, name: socket.socket) -> None:
        try:
            name.bind(f"\0listening on {self.url}")
        except OSError as error:
            raise PortUnavailable(self._reason(error)) from error

    def _require_free(self) -> None:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # connections of a server that just ended must not keep the next one from starting
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.address, self.number))
            except OSError as error:
                raise PortUnavailable(self._reason(error)) from error

    def _reason(self, error: OSError) -> str:
        where = f"port {self.number} on {self.address}"
        if error.errno == errno.EADDRINUSE:
            holder = self.holder() or "probably another copy of this server"
            return f"{where} is taken ({holder}); stop it, or choose another with {self.setting}"
        if error.errno == errno.EACCES:
            return f"{where} needs rights that you lack; choose one above 1023 with {self.setting}"
        return f"{where} cannot be used ({error.strerror}); choose another with {self.setting}"

    def holder(self) -> str | None:
        """Name the process that listens on the port, where the system tells (Linux, same user)."""
        sockets = {f"socket:[{inode}]" for inode in self._listening_inodes()}
        for descriptor in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
            with suppress(OSError):
                if str(descriptor.readlink()) in sockets:
                    process = descriptor.parts[2]
                    return f"held by {_command(process)}, process {process}"
        return None

    def _listening_inodes(self) -> set[str]:
        inodes = set()
        for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
            with suppress(OSError):
                for row in table.read_text("ascii").splitlines()[1:]:
                    _, local, _, state, *rest = row.split()
                    if state == LISTENING and int(local.rpartition(":")[2], 16) == self.number:
                        inodes.add(rest[5])
        return inodes


def _command(process: str) -> str:
    """Read the program's short name, without anything that could steer a terminal."""
    name = Path("/proc", process, "comm").read_text("ascii", "replace")
    return "".join(letter for letter in name if letter.isprintable())
