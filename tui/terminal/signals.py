"""Signals that end or stop the app as a key would: the terminal is given back."""

import asyncio
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Final

ENDING_SIGNALS: Final = ("SIGTERM", "SIGHUP")
"""What a service manager and a closed terminal send; SIGHUP does not exist on Windows."""

GRACE_SECONDS: Final = 3.0
"""For the app to end by itself, and for a renewal under way to be kept."""


def end_on_signals(end: Callable[[int], None]) -> None:
    """Have `end` called with the exit code on any of the signals, on the running event loop."""
    for name in ENDING_SIGNALS:
        number = getattr(signal, name, None)
        # Impossible outside the main thread, and on Windows' event loop.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            if number is not None:
                # 128 + number is what a shell says of a program that a signal has ended.
                asyncio.get_running_loop().add_signal_handler(number, partial(end, 128 + number))


def end_with_terminal(descriptor: int) -> None:
    """End the process soon after its terminal has gone, whatever it is doing then.

    What is being written when a terminal closes can block for ever, and with it the event loop
    that should hear of it.
    """
    if hasattr(select, "poll"):
        threading.Thread(target=_await_hang_up, args=(descriptor,), daemon=True).start()


def stop_job(aside: Callable[[], AbstractContextManager[None]]) -> None:
    """Stop within `aside`, with all that is one job of the shell, until the shell goes on with it.

    What started the app, such as make, would else wait on, and the shell not come back. Where no
    shell could go on with the job, the system does not stop it (POSIX 11.1.4, orphaned groups).
    On a web page, or on Windows, nothing happens.
    """
    if hasattr(signal, "SIGTSTP") and sys.stdin.isatty():
        with aside():
            handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(0, signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, handler)


def _await_hang_up(descriptor: int) -> None:
    poll = select.poll()
    poll.register(descriptor, 0)  # POLLHUP and POLLERR are told unasked
    if any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll()):
        threading.Event().wait(GRACE_SECONDS)
        os._exit(128 + signal.SIGHUP)
