from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui.json_value import duration_in, json_object, moment_in, seconds_in


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b'"text"', b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": 1} {}']
)
def test_what_is_no_json_object_is_none(content: bytes) -> None:
    assert json_object(content) is None


def test_a_json_object_is_its_members() -> None:
    assert json_object('{"a": [1, null]}') == {"a": [1, None]}


def test_a_numeric_date_is_seconds_and_a_moment() -> None:
    assert seconds_in(1_800_000_000.5) == 1_800_000_000.5
    assert moment_in(1_800_000_000) == datetime(2027, 1, 15, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [None, "1800000000", True, float("nan"), float("inf"), 10**400, -62135596800, 253402300799],
)
def test_a_date_out_of_range_is_none_and_no_crash(value: object) -> None:
    """security.md 61."""
    assert seconds_in(value) is None
    assert moment_in(value) is None


@pytest.mark.parametrize("seconds", [-2208988800, 221845392000])
def test_the_furthest_dates_bear_any_zone_and_any_skew(seconds: int) -> None:
    """security.md 61."""
    moment = moment_in(seconds)
    assert moment is not None
    for days in (-2, 2):
        (moment + timedelta(days=days)).astimezone(timezone(timedelta(hours=14 * days // 2)))


@pytest.mark.parametrize(("value", "seconds"), [(0, 0), (1.5, 1.5), ("3599", 3599), ("0", 0)])
def test_a_duration_is_a_number_or_digits(value: object, seconds: float) -> None:
    assert duration_in(value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        None, True, -1, "-1", "", "1.5", "1e3", " 60", "60 ", "\u0663", "9" * 5000, "9" * 20, 1e20,
        float("nan"), float("inf"), 10**400, [60],
    ],
)  # fmt: skip
def test_what_is_no_duration_is_none_and_no_crash(value: object) -> None:
    """security.md 61."""
    assert duration_in(value) is None
