"""How often the heavy tests do what they do: short by default, in full in the gate."""

import gc
import logging
import os
import tracemalloc
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

T = TypeVar("T")

BLOCKS: Final = 4
"""What fills once (a cache, a late import) is in one of them; a leak is in each."""


def rounds(short: int, full: int) -> int:
    """Return `full` where DOORKEY_HEAVY is set, else `short`."""
    return full if os.environ.get("DOORKEY_HEAVY") else short


def some(values: Sequence[T], short: int) -> Sequence[T]:
    """Return all values where DOORKEY_HEAVY is set, else the first `short` of them."""
    return values[: rounds(short, len(values))]


async def least_growth(work: Callable[[], Awaitable[object]]) -> int:
    """Do `work` in blocks; return the bytes that the one which left least has left behind.

    Nothing is logged meanwhile: pytest would collect it, and that would be a leak of megabytes.
    """
    growths = []
    logging.disable(logging.CRITICAL)
    tracemalloc.start()
    try:
        for _ in range(BLOCKS):
            gc.collect()
            before, _peak = tracemalloc.get_traced_memory()
            await work()
            gc.collect()
            after, _peak = tracemalloc.get_traced_memory()
            growths.append(after - before)
    finally:
        tracemalloc.stop()
        logging.disable(logging.NOTSET)
    return min(growths)
