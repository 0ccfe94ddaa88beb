"""Codes in large letters."""

import string

import pytest

from tui.terminal.half_blocks import PIXELS, large


def test_every_letter_that_a_code_may_have_is_there_with_rows_of_one_width() -> None:
    assert set(string.ascii_uppercase + string.digits + "- ") == set(PIXELS)
    for rows in PIXELS.values():
        assert len(rows.split()) == 5
        assert len({len(row) for row in rows.split()}) == 1


def test_a_code_is_three_lines_of_half_blocks() -> None:
    assert large("h-1").split("\n") == [
        "█\xa0\xa0█\xa0\xa0\xa0\xa0\xa0▄█\xa0",
        "█▀▀█\xa0▀▀▀\xa0\xa0█\xa0",
        "▀\xa0\xa0▀\xa0\xa0\xa0\xa0\xa0▀▀▀",
    ]


@pytest.mark.parametrize("text", ["", "WDJB MJHT WDJB", "ÄÖ"])
def test_what_does_not_fit_or_has_no_letters_is_left_to_the_small_ones(text: str) -> None:
    assert large(text) == ""
