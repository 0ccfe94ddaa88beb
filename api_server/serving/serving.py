"""Serving an ASGI app on Granian, tied to the life of whoever started it."""

import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from logging import getLogger
from multiprocessing import connection, parent_process
from types import FrameType
from typing import Final, NoReturn

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer
from starlette.types import ASGIApp

from api_server.serving.flags import ADDRESS_SETTING
from api_server.serving.listening_port import ListeningPort, PortUnavailable
from api_server.serving.logs import LOGGING
from api_server.serving.loopback_relay import MAX_RELAYED, LoopbackRelay

STDIN: Final = 0
"""Standard input's descriptor; sys.stdin's buffer has a lock that a fork could copy while held."""

DRAIN_SECONDS: Final = 10
"""How long requests in flight may take once the server was told to stop."""

TELL_AGAIN_SECONDS: Final = 0.5
"""A worker with nothing in flight stops in a tenth of that."""

HEAD_SECONDS: Final = 5.0
"""A client that has not sent its whole request head by then is let go (slow loris)."""

MAX_HEADER_BYTES: Final = 8 * 1024
"""The most that is held of one request head: Granian answers 431 beyond it, and takes no less."""

MAX_CONNECTIONS: Final = 4096
"""Of one worker, so at most 32 MiB for their heads; further ones wait in the kernel's queue.

Each slow client holds one for HEAD_SECONDS, so this many must not be few.
"""

SPARE_DESCRIPTORS: Final = 64 + 2 * MAX_RELAYED
"""For what else a worker has open: logs, the issuer, the loop, and both ends of the relay."""

if sys.platform != "win32":
    import resource

logger = getLogger(__name__)


def serve(
    make_app: Callable[[], ASGIApp],
    *,
    host: str,
    port: int,
    workers: int = 1,
    stop_with_stdin: bool = False,
    head_seconds: float = HEAD_SECONDS,
    address_setting: str = ADDRESS_SETTING,
) -> None:
    """Serve the app that `make_app` makes until SIGTERM or SIGINT; blocks; exits 1 on failure.

    Each worker is a process and calls `make_app` itself, so it must be picklable. With
    `stop_with_stdin` the server ends too when its standard input ends: a parent that holds the
    other end of a pipe leaves no server behind, however it dies.
    """
    _turn_off_core_dumps()
    try:
        listening = ListeningPort.on(host, port, address_setting)
        with listening.claim() as second:
            server = _server(listening, workers, head_seconds)
            server.on_startup(partial(_stop_on_signals, server))
            server.on_shutdown(partial(_hear_no_more, server))
            if stop_with_stdin:
                server.on_startup(_stop_when_stdin_ends)
            server.on_startup(partial(logger.info, "listening on %s", listening.url))
            if second is not None:
                make_app = partial(_relayed, make_app, second, listening)
            _run(server, make_app)
    except PortUnavailable as error:
        sys.exit(f"error: {error}")


def _relayed(
    make_app: Callable[[], ASGIApp], second: socket.socket, listening: ListeningPort
) -> ASGIApp:
    return LoopbackRelay(make_app(), second, listening.address, listening.number)


def _run(server: MPServer, make_app: Callable[[], ASGIApp]) -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_end_on_signals)
    try:
        server.serve(target_loader=partial(_load_in_worker, make_app), wrap_loader=False)
    except SystemExit:
        # Ctrl+C reaches the whole group: a worker that hears it first has ended before it was told,
        # which is no failure of a server that was told to stop.
        if not server.interrupt_signal:
            raise


def _server(listening: ListeningPort, workers: int, head_seconds: float) -> MPServer:
    return MPServer(
        # no import path: the workers get the app from the loader
        target="",
        address=listening.address,
        port=listening.number,
        interface=Interfaces.ASGI,
        workers=workers,
        # HTTP/2 without TLS is for proxies that speak it by prior knowledge; none is needed here
        http=HTTPModes.http1,
        websockets=False,
        backpressure=_connections(),
        http1_settings=HTTP1Settings(
            header_read_timeout=round(head_seconds * 1000), max_buffer_size=MAX_HEADER_BYTES
        ),
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
        # a lone worker that fails fails for good, and says so at once; one of several is replaced
        respawn_failed_workers=workers > 1,
        workers_kill_timeout=DRAIN_SECONDS,
    )


def _turn_off_core_dumps() -> None:
    """Keep the tokens in memory out of files; the workers inherit it."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _connections() -> int:
    """Return how many connections a worker may hold, within the descriptors it may open."""
    if sys.platform == "win32":
        return MAX_CONNECTIONS
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, min(MAX_CONNECTIONS, descriptors - SPARE_DESCRIPTORS))


def _load_in_worker(make_app: Callable[[], ASGIApp]) -> ASGIApp:
    """Make the app in a worker, and see to it that the worker does not outlive its parent."""
    _end_on_signals()
    parent = parent_process()
    if parent is not None:
        _in_background(_stop_after, partial(connection.wait, [parent.sentinel]))
    app = make_app()
    # what is there now stays: looking through it for garbage again and again takes milliseconds
    gc.collect()
    gc.freeze()
    return app


def _end_on_signals() -> None:
    """End a worker that is told to stop before it serves; a fork has its parent's handlers."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "SIGHUP"):
        # a closing terminal tells the whole group; the parent decides
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _stop_on_signals(server: MPServer) -> None:
    """Stop, and tell every worker until it hears; a closed terminal is a stop as well.

    Granian's own answer to SIGHUP is a reload.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    # A handler here would come too late where this thread was about to wait for Granian's event,
    # and may not set it: what a signal has interrupted, maybe the handler itself at the signal
    # before, can hold the event's lock, and would never go on.
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    threading.Thread(target=_stop_once_told, args=(server, told), daemon=True).start()

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.interrupt_signal = True

    for number in _stops():
        signal.signal(number, stop)


def _stops() -> Iterator[signal.Signals]:
    """Yield the signals that tell the server to stop."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            yield number


def _hear_no_more(server: MPServer) -> None:
    """Ignore being told to stop once more: all that is left is Python's end.

    There it takes its handlers back, and such a signal would be a death instead of an exit.
    """
    if server.interrupt_signal:
        for number in _stops():
            signal.signal(number, signal.SIG_IGN)


def _stop_once_told(server: MPServer, told: int) -> NoReturn:
    """Stop the server once there is something to read, and tell its workers until they do.

    One that was about to serve has heard nothing: uvloop loses a signal that comes between
    two runs of its loop, and Granian runs it once for the app's start and once to serve. Such a
    worker ended only when its DRAIN_SECONDS were over.
    """
    os.read(told, 1)
    server.interrupt_signal = True
    server.main_loop_interrupt.set()
    while True:
        threading.Event().wait(TELL_AGAIN_SECONDS)
        for worker in list(server.wrks):
            tell: Callable[[], None] = worker.terminate
            tell()


def _stop_when_stdin_ends() -> None:
    _in_background(_stop_after, _read_stdin_to_its_end)


def _read_stdin_to_its_end() -> None:
    while os.read(STDIN, 1024):
        pass


def _stop_after(event: Callable[[], object]) -> None:
    event()
    os.kill(os.getpid(), signal.SIGTERM)
    # this thread dies with the process; where it lives on, the stop has got stuck
    threading.Event().wait(DRAIN_SECONDS + 2)
    os._exit(1)


def _in_background(
    run: Callable[[Callable[[], object]], None], event: Callable[[], object]
) -> None:
    threading.Thread(target=run, args=(event,), daemon=True).start()
