"""The servers as processes: started, asked over a socket, ended."""

import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.support import ROOT

DEADLINE_SECONDS = 60.0
"""For anything that a process should do; reached only where something is broken."""


@dataclass
class Server:
    """A server process and the port it was told."""

    process: subprocess.Popen[bytes]
    port: int
    stderr: IO[bytes]
    """A file: a pipe that nobody reads would stop the server."""
    host: str = "127.0.0.1"
    """Where it is asked."""

    @classmethod
    def start(cls, arguments: Sequence[str], port: int, *, ready: bool = True) -> "Server":
        stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed in stop()
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
        server = cls(process, port, stderr)
        if ready:
            server.wait_until_it_answers()
        return server

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            try:
                self.get("/healthz")
            except OSError:
                if self.process.poll() is not None:
                    raise AssertionError(self.errors()) from None
                # no line of the log tells: a worker listens once it has loaded the app
                time.sleep(0.005)
            else:
                return
        raise AssertionError("the server does not answer")

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=DEADLINE_SECONDS)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def begin(self, path: str) -> http.client.HTTPResponse:
        """Send a request and return once its answer has begun."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=DEADLINE_SECONDS)
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse()

    def raw(self, sent: bytes, *, end: bool = False) -> bytes:
        """Send bytes and return what comes back until the server closes or answers."""
        with socket.create_connection((self.host, self.port), DEADLINE_SECONDS) as connection:
            connection.sendall(sent)
            if end:
                connection.shutdown(socket.SHUT_WR)
            return connection.recv(65536)

    def members(self) -> list[int]:
        """Return the processes of the server: itself and its workers."""
        return [self.process.pid, *children(self.process.pid)]

    def errors(self) -> str:
        """Return what it wrote to stderr; only once it has ended."""
        self.process.wait(DEADLINE_SECONDS)
        self.stderr.seek(0)
        return self.stderr.read().decode()

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        self.stderr.close()


def first_to_end(*servers: Server) -> Server:
    with ExitStack() as stack:
        ends = {stack.enter_context(end_of(server.process.pid)): server for server in servers}
        ended, _, _ = select.select(list(ends), [], [], DEADLINE_SECONDS)
        assert ended, "all servers run on"
        first = ends[ended[0]]
    first.process.wait()
    return first


def children(process: int) -> list[int]:
    """Return the processes that this one has started and that run still."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in listed.split()]


def wait_until_gone(processes: Iterable[int]) -> None:
    """Wait until all have ended, whoever their parents are."""
    for member in processes:
        with suppress(ProcessLookupError), end_of(member) as end:
            assert select.select([end], [], [], DEADLINE_SECONDS)[0], "a process stayed behind"


@contextmanager
def end_of(process: int) -> Iterator[int]:
    """Return a descriptor that can be read once the process has ended, whoever its parent is."""
    descriptor = os.pidfd_open(process)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def process_list() -> str:
    """Everything that other users see of processes, and more: their environments too."""
    shown = []
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                shown.append((process / name).read_bytes().decode("utf-8", "replace"))
            except OSError:  # it has ended, or belongs to somebody else
                continue
    return "\n".join(shown)
