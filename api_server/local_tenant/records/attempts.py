"""How often something was tried in vain, so that nobody can try for ever."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

MAX_KEYS: Final = 1000
"""Names are chosen by whoever tries: the memory for them is bounded."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failures per key in a sliding window; in memory, so a restart forgives."""

    limit: int
    window_seconds: int
    _failures: dict[str, deque[int]] = field(default_factory=dict)

    def are_used_up(self, key: str, now: int) -> bool:
        """Tell whether a key has failed too often of late."""
        failures = self._failures.get(key)
        if failures is None:
            return False
        while failures and failures[0] <= now - self.window_seconds:
            failures.popleft()
        return len(failures) >= self.limit

    def add_failure(self, key: str, now: int) -> None:
        """Count one more; the key that was added first makes room when there are too many."""
        if key not in self._failures and len(self._failures) >= MAX_KEYS:
            del self._failures[next(iter(self._failures))]
        self._failures.setdefault(key, deque(maxlen=self.limit)).append(now)

    def forget(self, key: str) -> None:
        """Start anew after a success."""
        self._failures.pop(key, None)
