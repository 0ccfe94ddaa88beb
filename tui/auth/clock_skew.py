"""What an answer says of time: how far this machine's clock is off (`Date`), when to ask again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

UNREMARKABLE_SKEW: Final = timedelta(seconds=30)
"""`Date` has whole seconds and the answer its way; a clock that is off is off by more."""

UNBELIEVABLE_SKEW: Final = timedelta(days=2)
"""A wrong time zone makes half a day; beyond that it is the `Date` that is wrong."""

NO_SKEW: Final = timedelta()


def date_in(headers: Mapping[str, str]) -> datetime | None:
    """Return a server's clock when it answered, to the second; names are in lower case."""
    try:
        date = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else None


def seconds_to_wait(headers: Mapping[str, str]) -> int | None:
    """Return how long a `Retry-After` asks to wait, or None (RFC 9110 10.2.3); 27 hours at most.

    A date counts from the server's own, whatever this machine's clock says.
    """
    retry_after = headers.get("retry-after", "")
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 6:
        return int(retry_after)
    then, date = date_in({"date": retry_after}), date_in(headers)
    seconds = (then - date).total_seconds() if then and date else -1
    return int(seconds) if 0 <= seconds < 100_000 else None


def clock_skew(theirs: datetime | None, now: datetime) -> timedelta:
    """Return how far `now` is ahead of `theirs`, or NO_SKEW where that is not known.

    Nor is it where the clocks agree well enough, or where it cannot be true.
    """
    skew = NO_SKEW if theirs is None else now - theirs
    return skew if UNREMARKABLE_SKEW < abs(skew) < UNBELIEVABLE_SKEW else NO_SKEW
