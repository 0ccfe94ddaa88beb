"""Clocks that tests turn by hand: of the client, who reads dates, and of the servers, who count."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)

NOW = 1_800_000_000


class Clock:
    """A date that stands still until it is told."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Seconds:
    """Seconds that pass only when told to; since 1970, or for a monotonic clock since anything."""

    def __init__(self, start: float = NOW) -> None:
        self.time = start

    def __call__(self) -> float:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += seconds
