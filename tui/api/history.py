"""The calls of the API so far: what was called, what came of it, and how long it took."""

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final

from tui.api.call import Call

CALLS_REMEMBERED: Final = 200
"""A few minutes of one call per second; a cockpit is no monitoring system."""


@dataclass(frozen=True, slots=True)
class Latencies:
    """How long the calls that were answered took, in seconds."""

    shortest: float
    median: float
    p95: float


class CallHistory:
    """The last calls, oldest first."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=CALLS_REMEMBERED)

    def add(self, call: Call) -> None:
        """Remember a call; the oldest one may go for it."""
        self._calls.append(call)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls, oldest first."""
        return tuple(self._calls)

    @property
    def elapsed(self) -> list[float]:
        """How long each answered call took, in seconds, oldest first."""
        return [call.elapsed_seconds for call in self._calls if call.elapsed_seconds is not None]

    @property
    def refused(self) -> int:
        """How many calls did not end with success."""
        return sum(not call.ok for call in self._calls)

    def latencies(self) -> Latencies | None:
        """Return the figures, or None before the first answer; the p95 by nearest rank."""
        ordered = sorted(self.elapsed)
        if not ordered:
            return None
        rank = max(0, -(-len(ordered) * 95 // 100) - 1)
        return Latencies(ordered[0], median(ordered), ordered[rank])
