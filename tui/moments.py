"""Times in words: to the second, how long until, how long ago."""

from datetime import datetime
from typing import Final

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


def full_time(moment: datetime, now: datetime) -> str:
    """Say when, to the second, with the zone's offset."""
    shown = moment.astimezone(now.tzinfo)
    zone = f"{shown:%z}"
    return f"{shown:%Y-%m-%d %H:%M:%S} " + ("UTC" if zone == "+0000" else zone)


def relative_time(moment: datetime, now: datetime) -> str:
    """Say how far `moment` is from now: `in 58 min`, `5 min ago`, `now`."""
    seconds = round((moment - now).total_seconds())
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
