"""Signals that end the app as a key would: the terminal is given back, nothing is left running."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

ENDING_SIGNALS: Final = ("SIGTERM", "SIGHUP")
"""What a service manager and a closed terminal send; SIGHUP does not exist on Windows."""


def end_on_signals(end: Callable[[int], None]) -> None:
    """Have `end` called with the exit code on any of the signals, on the running event loop."""
    for name in ENDING_SIGNALS:
        number = getattr(signal, name, None)
        # Impossible outside the main thread, and on Windows' event loop.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            if number is not None:
                # 128 + number is what a shell says of a program that a signal has ended.
                asyncio.get_running_loop().add_signal_handler(number, partial(end, 128 + number))
