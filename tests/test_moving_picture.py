"""The README's first picture moves, is small, and stands still where that is asked for."""

import re
from pathlib import Path

from tests.moving_picture import Frame, moving_picture

PICTURE = Path(__file__).parent.parent / "docs" / "doorkey.svg"

STILL = re.compile(r"@media \(prefers-reduced-motion:reduce\)\{\.f\{animation:none\}\.f(\d+)\{")


def frame(words: str, *, colour: str = "#ffffff") -> Frame:
    """A picture of one line, as Rich draws it."""
    return Frame(
        '<svg viewBox="0 0 100 50"><style>.terminal-7-r1 { fill: ' + colour + " }</style>"
        '<rect fill="#292929" x="1" y="1"/><g transform="translate(9, 41)" clip-path="url(#a)">'
        '<rect fill="#111111" x="0" y="1.5" width="12.2" height="24.65"'
        ' shape-rendering="crispEdges"/>'
        '<rect fill="#111111" x="12.2" y="1.5" width="12.2" height="24.65"'
        ' shape-rendering="crispEdges"/>'
        f'<text class="terminal-7-r1" x="0" y="20" textLength="61" clip-path="u">{words}</text>'
        "</g></svg>",
        2.0,
    )


def test_each_frame_is_shown_for_its_time() -> None:
    drawn = moving_picture([frame("one"), frame("two")])
    assert "50.00%{visibility:visible}100.00%" in drawn
    assert drawn.count("4s step-end infinite") == 2


def test_where_less_motion_is_asked_for_the_last_frame_stands() -> None:
    drawn = moving_picture([frame("one"), frame("two")])
    found = STILL.search(drawn)
    assert found is not None
    assert found[1] == "1"


def test_one_colour_has_one_class_in_all_frames() -> None:
    drawn = moving_picture([frame("one"), frame("two"), frame("three", colour="#000000")])
    assert drawn.count("{fill: #ffffff}") == 1
    assert drawn.count("{fill: #000000}") == 1


def test_grounds_that_touch_are_one() -> None:
    drawn = moving_picture([frame("one")])
    assert '<rect fill="#111111" x="0" y="1.5" width="24.4" height="24.65"/>' in drawn


def test_the_readmes_picture_is_small_and_complete() -> None:
    drawn = PICTURE.read_text("utf-8")
    assert len(drawn.encode()) < 300_000
    for words in ("Sign in with your browser", "alice@example.com", "successfully", "403"):
        assert words.replace(" ", "\u00a0") in drawn
