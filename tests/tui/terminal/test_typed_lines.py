"""Lines as a person types them."""

import io

import pytest

from tui.terminal.typed_lines import LONGEST_LINE, TypedLine, read_lines


def unseen(_text: str) -> None:
    """Show nobody what is typed."""


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("a b\rc", ["a b"]),
        ("one\ntwo\r\n", ["one", "two", ""]),
        ("nonsemse\x7f\x7f\x7fnse\r", ["nonsense"]),
        ("\x7fa\x08\x08b\r", ["b"]),
        ("wrong\x15right\r", ["right"]),
        ("a\x04b\r\x04", ["ab", None]),
        ("\x1b[200~a\x07\x00é\r", ["[200~aé"]),
    ],
)
def test_lines_end_are_taken_back_and_hold_no_controls(typed: str, lines: list[str | None]) -> None:
    assert list(TypedLine(unseen).take(typed)) == lines


def test_a_line_comes_in_pieces_of_any_size() -> None:
    line = TypedLine(unseen)
    assert not list(line.take("x" * 5000))
    assert list(line.take("y\r")) == ["x" * 5000 + "y"]


def test_a_line_that_never_ends_does_not_fill_the_memory() -> None:
    line = TypedLine(unseen)
    assert list(line.take("x" * (LONGEST_LINE + 10) + "\r")) == ["x" * LONGEST_LINE]


def test_what_is_typed_is_shown_and_what_is_taken_back_is_wiped() -> None:
    shown: list[str] = []
    list(TypedLine(shown.append).take("ab\x7f\x1bc\r"))
    assert "".join(shown) == "ab\b \bc\n"


async def test_on_windows_lines_are_read_as_its_console_edits_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setattr("sys.stdin", io.StringIO("one\r\ntwo\n"))
    with read_lines() as lines:
        assert [await lines.get() for _ in range(3)] == ["one", "two", None]
