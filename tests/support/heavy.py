"""How often the heavy tests do what they do: short by default, in full in the gate."""

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def rounds(short: int, full: int) -> int:
    """Return `full` where DOORKEY_HEAVY is set, else `short`."""
    return full if os.environ.get("DOORKEY_HEAVY") else short


def some(values: Sequence[T], short: int) -> Sequence[T]:
    """Return all values where DOORKEY_HEAVY is set, else the first `short` of them."""
    return values[: rounds(short, len(values))]
