import pytest

from tui.text import printable, printable_block, shortened


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b]52;c;YWJj\x07name", "]52;c;YWJjname"),
        ("a\x9b31mb", "a31mb"),
        ("a\x7fb\x00c", "abc"),
        ("one\r\ntwo\tthree", "one  two three"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("\u2066left\u2069 \u200fright\ufeff", "left right"),
        ("line\u2028break", "line break"),
        ("\U000e0041tag\ud800", "tag"),
    ],
)
def test_what_could_steer_a_terminal_is_taken_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("text", ["Zoë Ångström", "山田 太郎", "👩\u200d💻", "[/nope]", "שלום"])
def test_what_people_write_stays(text: str) -> None:
    assert printable(text) == text


def test_a_block_keeps_its_lines_and_nothing_else() -> None:
    assert printable_block("a\r\nb\tc\n\x1b[2Jd\u2029e") == "a\nb   c\n[2Jd\ne"


def test_anything_can_be_made_printable() -> None:
    assert printable(None) == "None"
    assert printable(ValueError("\x1b[31mred")) == "[31mred"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert shortened("x" * 10, 5) == "xxxx…"
    assert shortened("short", 5) == "short"
