"""Starts and stops the bundled servers for `doorkey dev`, and knows how each is."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from tui.child_programs import environment_for_children
from tui.moments import Sleep
from tui.private_file import open_log
from tui.servers.bundled import BundledServer, ServerName
from tui.servers.port import listens, probe, words_of_taken
from tui.text import printable

START_SECONDS: Final = 20.0
"""A server answers within a second; on a machine under load it may take a few."""

POLL_SECONDS: Final = 0.1

WATCH_SECONDS: Final = 2.0
"""Between two looks at a server that another window runs."""

TAKE_OVER_ATTEMPTS: Final = 3
"""Starts of a server that another window has ended."""

STOP_SECONDS: Final = 3.0
"""For a server to finish what it answers, before it is killed."""

LARGEST_LOG_BYTES: Final = 1024 * 1024
"""A longer log starts anew."""

State = Literal["starting", "ready", "stopped", "failed"]
"""Stopped: it has ended by itself, and without an error."""


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """How one bundled server is."""

    name: ServerName
    state: State
    url: str
    detail: str = ""
    """Why it failed, or that it had been running before; printable."""
    log: Path | None = None
    """Where it writes, when we have started it."""
    is_port_taken: bool = False
    """Whether another program holds its port; it is started as soon as that lets go."""

    @property
    def is_down(self) -> bool:
        """Whether it is not there, and will not be by itself."""
        return self.state in ("stopped", "failed")


Listener = Callable[[tuple[ServerStatus, ...]], None]


class Servers:
    """The bundled servers that belong to one config, as processes that end with this one."""

    def __init__(
        self,
        servers: tuple[BundledServer, ...],
        logs: Path,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._servers = servers
        self._logs = logs
        self._sleep = sleep
        self._statuses = {
            server.name: ServerStatus(server.name, "starting", server.url) for server in servers
        }
        self._listeners: list[Listener] = []
        self._processes: dict[ServerName, asyncio.subprocess.Process] = {}
        self._watches: set[asyncio.Task[None]] = set()
        self._watched: set[ServerName] = set()
        """Whose port somebody else holds, and is looked at until it is free."""
        self._settled = asyncio.Event()

    @property
    def statuses(self) -> tuple[ServerStatus, ...]:
        """How each server is now."""
        return tuple(self._statuses.values())

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` told of each change, on the event loop; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def is_settled(self) -> bool:
        """Whether no server is starting now."""
        return self._settled.is_set()

    async def wait_until_settled(self) -> None:
        """Wait until no server is starting any more."""
        await self._settled.wait()

    async def start(self) -> None:
        """Use what runs already, start what does not, and return when each is ready or failed.

        One after the other: an API that starts before its tenant answers 503 for a second. To be
        called again, what is ready is left alone, and what hangs is ended first.
        """
        self._settled.clear()
        try:
            for server in self._servers:
                if not await self._is_right(server):
                    await self._start(server)
        finally:
            self._settled.set()

    async def stop(self) -> None:
        """End every server that was started here; nothing is left when it returns."""
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*(_stop(process) for process in self._processes.values()))

    async def _is_right(self, server: BundledServer) -> bool:
        """Return whether `server` is ready and answers; one of ours that does not is ended."""
        if self._statuses[server.name].state == "ready" and await probe(server) == "ours":
            return True
        if hanging := self._processes.pop(server.name, None):
            self._tell(server, "starting", "")
            await _stop(hanging)
            await self._wait_until_free(server)
        return False

    async def _wait_until_free(self, server: BundledServer) -> None:
        """Wait until nobody listens any more: killed workers need a moment to end."""
        for _ in range(round(STOP_SECONDS / POLL_SECONDS)):
            if not await listens(server.url):
                return
            await self._sleep(POLL_SECONDS)

    async def _start(self, server: BundledServer) -> None:
        found = await probe(server)
        if found != "nobody":
            if found == "ours":
                self._use(server)
            elif found == "provider":
                self._tell(server, "ready", "is another OpenID Provider")
            else:
                self._tell(
                    server, "failed", words_of_taken(server, is_watched=True), is_port_taken=True
                )
                self._watch_port(server)
            return
        log = self._log(server)
        try:
            process = await _spawn(server, log)
        except OSError as error:
            self._tell(server, "failed", f"It cannot be started: {error.strerror}.")
            return
        self._processes[server.name] = process
        self._tell(server, "starting", "", log)
        await self._wait_until_ready(server, process, log)

    def _use(self, server: BundledServer) -> None:
        """Use a server that somebody else runs, another window of ours most likely."""
        self._tell(server, "ready", "was running already")
        self._watch_port(server)

    def _watch_port(self, server: BundledServer) -> None:
        if server.name not in self._watched:
            self._watched.add(server.name)
            self._watches.add(asyncio.create_task(self._take_over(server)))

    async def _take_over(self, server: BundledServer) -> None:
        """Start the server here as soon as whoever holds its port lets go of it.

        A server that stops lets go of its port in several steps, and a start that comes between
        two of them fails.
        """
        while await listens(server.url):
            await self._sleep(WATCH_SECONDS)
        for _ in range(TAKE_OVER_ATTEMPTS):
            self._watched.discard(server.name)
            await self._start(server)
            status = self._statuses[server.name]
            if status.state == "ready" or status.is_port_taken:
                return
            await self._sleep(WATCH_SECONDS)

    async def _wait_until_ready(
        self, server: BundledServer, process: asyncio.subprocess.Process, log: Path
    ) -> None:
        ended = asyncio.create_task(process.wait())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while not ended.done():
                    if await probe(server) == "ours":
                        self._tell(server, "ready", "", log)
                        break
                    await asyncio.wait([ended], timeout=POLL_SECONDS)
        if ended.done():
            self._tell_end(server, ended.result(), log)
            await self._use_another(server, process)
            return
        if self._statuses[server.name].state != "ready":
            self._tell(server, "failed", f"It gave no answer in {START_SECONDS:.0f} s.", log)
        self._watches.add(asyncio.create_task(self._watch(server, process, log)))

    async def _watch(
        self, server: BundledServer, process: asyncio.subprocess.Process, log: Path
    ) -> None:
        code = await process.wait()
        if self._processes.get(server.name) is process:  # else it was ended for another
            _kill_group(process)
            self._tell_end(server, code, log)  # at once: who takes its port now is somebody else
            await self._wait_until_free(server)
            await self._use_another(server, process)

    async def _use_another(
        self, server: BundledServer, process: asyncio.subprocess.Process
    ) -> None:
        """Use what another window has started, where it was quicker."""
        if await probe(server) == "ours" and self._processes.get(server.name) is process:
            self._use(server)

    def _tell_end(self, server: BundledServer, code: int, log: Path) -> None:
        if code == 0:
            self._tell(server, "stopped", "It has ended by itself.", log)
            return
        reason = f"It was ended by signal {-code}." if code < 0 else _last_error(log)
        self._tell(server, "failed", reason or f"It ended with exit code {code}.", log)

    def _tell(
        self,
        server: BundledServer,
        state: State,
        detail: str,
        log: Path | None = None,
        *,
        is_port_taken: bool = False,
    ) -> None:
        status = ServerStatus(server.name, state, server.url, detail, log, is_port_taken)
        self._statuses[server.name] = status
        for listener in tuple(self._listeners):
            listener(self.statuses)

    def _log(self, server: BundledServer) -> Path:
        return self._logs / f"{server.name}-{server.port}.log"


async def _spawn(server: BundledServer, log: Path) -> asyncio.subprocess.Process:
    descriptor = open_log(log)
    try:
        if os.fstat(descriptor).st_size > LARGEST_LOG_BYTES:
            os.ftruncate(descriptor, 0)
        return await asyncio.create_subprocess_exec(
            *server.command,
            # It ends when its standard input does: however we end, the pipe ends with us.
            "--stop-with-stdin",
            stdin=asyncio.subprocess.PIPE,
            stdout=descriptor,
            stderr=descriptor,
            # Ctrl-C and a closed terminal are for the app; it tells its servers by the pipe.
            start_new_session=True,
            env=environment_for_children(),
        )
    finally:
        os.close(descriptor)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            _kill_group(process)
            await process.wait()


def _kill_group(process: asyncio.subprocess.Process) -> None:
    """Kill a server with its workers: those hold the port, and may answer after its end."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _last_error(log: Path) -> str:
    """Return the last line of a log where it says what went wrong, for people."""
    with contextlib.suppress(OSError):
        lines = log.read_text("utf-8", "replace").strip().splitlines()
        # What the servers log in passing is JSON; what ends them is a line for people.
        if lines and not lines[-1].startswith("{"):
            return printable(lines[-1], 300)
    return ""
