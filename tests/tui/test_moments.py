"""Times in words."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui.moments import clock_time, countdown, duration, full_time, relative_time, time_left

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (3900, "1 h 5 min"),
        (86400, "1 day"),
        (3 * 86400 + 5, "3 days"),
    ],
)
def test_a_length_is_told_in_its_largest_units(seconds: int, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "0:05"), (298, "4:58"), (3909, "1:05:09"), (200_000, "2 days")],
)
def test_a_countdown_is_told_as_on_a_clock(seconds: int, words: str) -> None:
    assert countdown(seconds) == words


def test_a_moment_is_told_from_now() -> None:
    assert relative_time(NOW, NOW) == "now"
    assert relative_time(NOW + timedelta(minutes=58), NOW) == "in 58 min"
    assert relative_time(NOW - timedelta(minutes=5), NOW) == "5 min ago"


@pytest.mark.parametrize("left", [45.0, 45.4, 45.9])
def test_what_is_left_is_the_same_in_words_and_on_a_clock(left: float) -> None:
    assert relative_time(NOW + timedelta(seconds=left), NOW) == "in 45 s"
    assert relative_time(NOW - timedelta(seconds=left), NOW) == "45 s ago"
    assert countdown(int(left)) == "0:45"


def test_a_moment_is_shown_in_the_zone_of_the_clock() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=2)))
    assert full_time(NOW, there) == "2026-03-14 11:26:53 +0200"
    assert full_time(NOW, NOW) == "2026-03-14 09:26:53 UTC"


def test_another_day_is_told_with_its_date() -> None:
    assert clock_time(NOW, NOW) == "09:26"
    assert clock_time(NOW - timedelta(days=1), NOW) == "2026-03-13 09:26"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3600, "1 h"), (3599, "59 min"), (300, "5 min"), (299, "4:59"), (0, "0:00")],
)
def test_time_left_is_told_by_the_second_where_it_is_short(seconds: int, words: str) -> None:
    assert time_left(seconds) == words
