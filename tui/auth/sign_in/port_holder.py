"""Why a port cannot be listened on, and which process holds it where Linux tells."""

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from tui.text import printable, shortened

PROC: Final = Path("/proc")

LISTENING: Final = "0A"
"""The state of a listening socket in /proc/net/tcp (proc(5))."""


def why_not_free(port: int, error: OSError, proc: Path = PROC) -> str:
    """Say in a few words why `port` cannot be had: `8642 (taken by python3, process 4711)`."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{port} (this system does not allow it)"
    if error.errno != errno.EADDRINUSE:
        return f"{port} ({printable(error.strerror or error)})"
    return f"{port} (taken{_by_whom(port, proc)})"


def _by_whom(port: int, proc: Path) -> str:
    holder = port_holder(port, proc)
    if holder is None:
        return ""
    process, name = holder
    return " by this program itself" if process == os.getpid() else f" by {name}, process {process}"


def port_holder(port: int, proc: Path = PROC) -> tuple[int, str] | None:
    """Give the number and the name of the process that listens on `port`.

    None where it is nobody's business of ours: another person's process, or no Linux.
    """
    sockets = {f"socket:[{inode}]" for inode in _listening(port, proc)}
    if not sockets:
        return None
    for process in proc.glob("[0-9]*"):
        with suppress(OSError):
            if any(str(link.readlink()) in sockets for link in (process / "fd").iterdir()):
                name = (process / "comm").read_text(encoding="utf-8", errors="replace")
                return int(process.name), shortened(printable(name.strip()), 40)
    return None


def _listening(port: int, proc: Path) -> Iterator[str]:
    """Give the inodes of the sockets that listen on `port`."""
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (proc / "net" / table).read_text(encoding="ascii").splitlines()[1:]:
                columns = line.split()
                if columns[3] == LISTENING and columns[1].endswith(f":{port:04X}"):
                    yield columns[9]
