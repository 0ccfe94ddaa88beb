"""How far this machine's clock is off, as the `Date` of an answer tells (RFC 9110 6.6.1)."""

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


def clock_skew(theirs: datetime | None, now: datetime) -> timedelta:
    """Return how far `now` is ahead of `theirs`, or NO_SKEW where that is not known.

    Nor is it where the clocks agree well enough, or where it cannot be true.
    """
    skew = NO_SKEW if theirs is None else now - theirs
    return skew if UNREMARKABLE_SKEW < abs(skew) < UNBELIEVABLE_SKEW else NO_SKEW
