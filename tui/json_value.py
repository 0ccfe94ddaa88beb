"""JSON that others wrote: its types, read without a crash, and its numbers as moments in time."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias, cast

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Claims: TypeAlias = Mapping[str, Json]

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Far enough from both ends of `datetime` for any time zone, leeway or skew on top."""


def json_object(content: bytes | str) -> dict[str, Json] | None:
    """Return the JSON object that `content` is, or None where it is anything else."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Json]", value) if isinstance(value, dict) else None


def seconds_in(value: object) -> float | None:
    """Return a NumericDate (RFC 7519 2) in seconds since 1970, or None where it is none.

    A text, a boolean, NaN, and what is before 1900 or after 9000 are none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Compared before it is converted: an int may be too large for a float, and NaN is in no range.
    return float(value) if EARLIEST.timestamp() <= value <= LATEST.timestamp() else None


def moment_in(value: object) -> datetime | None:
    """Return the moment that a NumericDate (RFC 7519 2) means, or None as `seconds_in` does."""
    seconds = seconds_in(value)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def duration_in(value: object) -> float | None:
    """Return a length of time in seconds, or None where it is none.

    It is a number, or a text of digits, which Entra ID and others send; zero is one, what is below
    or not finite is none.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Compared before it is converted: an int may be too large for a float, and NaN is in no range.
    return float(value) if 0 <= value < 1e20 else None
