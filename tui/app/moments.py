"""Time in the app: the present, and moments and what is left, as short as the screens want it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from tui.moments import DAY, MINUTE, duration

Clock = Callable[[], datetime]
"""Returns the present as an aware datetime, in the zone in which times are shown."""

Sleep = Callable[[float], Awaitable[None]]
"""Waits for so many seconds."""

TICK_SECONDS: Final = 1.0
"""Between two looks at a countdown."""

SHORT_SECONDS: Final = 5 * MINUTE
"""From here on seconds count, and a screen is drawn anew for each."""


def local_now() -> datetime:
    """Return the present in this machine's time zone."""
    return datetime.now().astimezone()


def clock_time(moment: datetime, now: datetime) -> str:
    """Say when, as shortly as is clear: `15:03` today, else with its day."""
    shown = moment.astimezone(now.tzinfo)
    return f"{shown:%H:%M}" if shown.date() == now.date() else f"{shown:%Y-%m-%d %H:%M}"


def time_left(seconds: int) -> str:
    """Say the time left, by the second where it is short: `58 min`, `4:58`."""
    return duration(seconds) if seconds >= SHORT_SECONDS else countdown(seconds)


def countdown(seconds: int) -> str:
    """Say the time left, as on a clock: `4:58`, `1:05:09`, `3 days`."""
    if seconds >= DAY:
        return duration(seconds)
    minutes, rest = divmod(seconds, MINUTE)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
