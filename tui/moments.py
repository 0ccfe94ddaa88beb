"""Time: the present, and moments and lengths in words."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

Clock = Callable[[], datetime]
"""Returns the present as an aware datetime; where times are shown, in the zone to show them in."""

Sleep = Callable[[float], Awaitable[None]]
"""Waits for so many seconds."""

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

TICK_SECONDS: Final = 1.0
"""Between two looks at a countdown."""

SHORT_SECONDS: Final = 5 * MINUTE
"""From here on seconds count, and a screen is drawn anew for each."""


def utc_now() -> datetime:
    """Return the wall clock's time; expiry is judged by it at each use, whatever it jumps."""
    return datetime.now(UTC)


def local_now() -> datetime:
    """Return the present in this machine's time zone."""
    return datetime.now().astimezone()


def full_time(moment: datetime, now: datetime) -> str:
    """Say when, to the second, with the zone's offset."""
    shown = moment.astimezone(now.tzinfo)
    zone = f"{shown:%z}"
    return f"{shown:%Y-%m-%d %H:%M:%S} " + ("UTC" if zone == "+0000" else zone)


def relative_time(moment: datetime, now: datetime) -> str:
    """Say how far `moment` is from now: `in 58 min`, `5 min ago`, `now`.

    What is left of a second does not count, as in a countdown: the two may stand side by side.
    """
    seconds = int((moment - now).total_seconds())
    if seconds == 0:
        return "now"
    length = duration(abs(seconds))
    return f"in {length}" if seconds > 0 else f"{length} ago"


def duration(seconds: int) -> str:
    """Say a length in its two largest units at most: `45 s`, `58 min`, `1 h 5 min`, `3 days`."""
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < DAY:
        hours, minutes = divmod(seconds // MINUTE, 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days = seconds // DAY
    return "1 day" if days == 1 else f"{days} days"


def length_to_wait(seconds: int) -> str:
    """Say how long to wait, and never less: `90 s`; in minutes, rounded up, where it is long."""
    return f"{seconds} s" if seconds < SHORT_SECONDS else duration(seconds + MINUTE - 1)


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
