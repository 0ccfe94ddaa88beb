"""The calls of the API so far, newest last, and how long they took."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from tui.api.call import Call
from tui.api.request import ApiRequest

CALLS_REMEMBERED: Final = 10_000
"""Hours of one call per second."""

CHARACTERS_REMEMBERED: Final = 4_000_000
"""Of bodies, all calls together, or bytes; a single one may have a million."""

FORGOTTEN: Final = "This body is kept no longer: newer ones took its room."


@dataclass(frozen=True, slots=True)
class Latencies:
    """How long the calls that were answered took, in seconds."""

    shortest: float
    median: float
    p95: float


class CallHistory:
    """The last calls with their answers; of bodies, as many as there is room for."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=CALLS_REMEMBERED)
        self._characters = 0
        self._forgotten = 0
        """Calls at the start of the list whose body has been forgotten."""

    def __len__(self) -> int:
        return len(self._calls)

    def add(self, call: Call) -> None:
        """Remember a call; the oldest call or body is dropped where room is needed."""
        if len(self._calls) == CALLS_REMEMBERED:
            self._characters -= _characters(self._calls[0])
            self._forgotten = max(0, self._forgotten - 1)
        self._calls.append(call)
        self._characters += _characters(call)
        while self._characters > CHARACTERS_REMEMBERED and self._forgotten < len(self._calls) - 1:
            self._forget_body(self._forgotten)
            self._forgotten += 1

    def has(self, request: ApiRequest) -> bool:
        """Return whether one of the calls was of this request, whole."""
        return any(call.request == request for call in self._calls)

    def newest(self, index: int) -> Call:
        """Return a call, counted from the newest on."""
        return self._calls[-1 - index]

    @property
    def elapsed(self) -> Sequence[float]:
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

    def _forget_body(self, index: int) -> None:
        call = self._calls[index]
        self._characters -= _characters(call)
        if call.result is not None and call.result.body:
            result = replace(call.result, body=FORGOTTEN, content=b"")
            self._calls[index] = replace(call, result=result)
            self._characters += len(FORGOTTEN)


def _characters(call: Call) -> int:
    return len(call.result.body) + len(call.result.content) if call.result else 0
