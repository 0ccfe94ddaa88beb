"""Answers laid out in lines."""

import json
import sys
import time
from collections.abc import Callable
from types import FrameType

import pytest

from tui.api.document import LONGEST_LINE, MOST_LINES, NOT_READ, Document
from tui.api.request import ApiRequest

BODY = json.dumps({"a": [1, {"b": None, "c": True}], "d": {}, "e": "é\u202e\u001b"})


def rows(document: Document) -> list[str]:
    """What stands in each row."""
    texts = ("".join(text for text, _ in document.parts(row)) for row in range(len(document.shown)))
    return [text[document.span(row)] for row, text in enumerate(texts)]


def test_json_is_indented_with_each_member_in_a_line_of_its_own() -> None:
    assert rows(Document(BODY)) == [
        "{", '  "a": [', "    1,", "    {", '      "b": null,', '      "c": true', "    }", "  ],",
        '  "d": {},', '  "e": "é\\u001b"', "}",
    ]  # fmt: skip


def test_what_opens_in_a_row_is_folded_and_unfolded() -> None:
    document = Document(BODY)
    document.fold(1)
    assert rows(document) == ["{", '  "a": [… 2],', '  "d": {},', '  "e": "é\\u001b"', "}"]
    document.fold(1)
    assert len(document.shown) == 11


def test_within_something_what_is_around_it_is_folded() -> None:
    document = Document(BODY)
    document.fold(4)
    assert rows(document)[3] == "    {… 2}"


def test_everything_is_folded_but_the_outermost() -> None:
    document = Document(BODY)
    document.fold_all()
    assert rows(document)[:2] == ["{", '  "a": [… 2],']
    document.fold_all()
    assert len(document.shown) == 11


def test_what_is_found_is_unfolded_where_it_was_hidden() -> None:
    document = Document(BODY)
    document.fold_all()
    (line,) = document.find('"C"')
    document.reveal(line)
    assert rows(document)[document.row_of(line)] == '      "c": true'


def test_the_beginning_of_json_is_laid_out_up_to_where_it_breaks_off() -> None:
    whole = '{"a": [1, 2, {"b": "x, y", "c": [3]}, {"d": "e, f'
    assert rows(Document(whole, is_cut=True)) == [
        "{", '  "a": [', "    1,", "    2,", "    {", '      "b": "x, y",', '      "c": [',
        "        3", "      ]", "    },", '{"d": "e, f', NOT_READ,
    ]  # fmt: skip


def test_what_breaks_off_is_folded_with_all_that_there_is_of_it() -> None:
    document = Document('{"a": [1, 2, {"b": 3}, {"d": 4', is_cut=True)
    document.fold_all()
    assert rows(document) == ["{", '  "a": [… 3 or more]', NOT_READ]
    document.fold(0)
    assert rows(document) == ["{… 1 or more}", NOT_READ]


@pytest.mark.parametrize("text", ['{"a": "xyz', "1,2\n3,", '{"a": 1}\n{"a": 2,', "[,", "]" * 9, ""])
def test_the_beginning_of_what_cannot_be_laid_out_is_shown_as_it_is(text: str) -> None:
    shown = rows(Document(text, is_cut=True))
    assert shown == [*text.splitlines(), NOT_READ]


def test_json_that_breaks_off_after_a_comma_has_nothing_below_it() -> None:
    assert rows(Document('["\\\\",', is_cut=True)) == ["[", '  "\\\\",', NOT_READ]


def test_only_what_has_parts_can_be_folded() -> None:
    assert Document(BODY).can_fold
    assert not any(Document(body).can_fold for body in ("text", "[]", "1", ""))


def test_long_lines_go_on_in_the_next_row() -> None:
    document = Document(json.dumps({"a": "x" * 30}))
    document.wrap(20)
    assert [len(row) for row in rows(document)] == [1, 20, 19, 1]


def test_a_long_line_of_words_is_broken_between_them() -> None:
    document = Document(json.dumps({"a": "one two three four five six seven"}))
    document.wrap(20)
    assert rows(document) == ["{", '  "a": "one two', "three four five six", 'seven"', "}"]
    prose = Document("once upon a midnight dreary")
    prose.wrap(10)
    assert rows(prose) == ["once upon", "a midnight", "dreary"]


def test_a_space_at_the_end_of_a_full_row_has_no_row_of_its_own() -> None:
    document = Document("once upon ")
    document.wrap(9)
    assert rows(document) == ["once upon "]


def test_what_is_no_prose_fills_its_rows() -> None:
    document = Document("a " + "x" * 25)
    document.wrap(10)
    assert rows(document) == ["a " + "x" * 8, "x" * 10, "x" * 7]


def test_a_line_that_is_found_is_gone_to_at_its_beginning() -> None:
    document = Document("first\n" + "word " * 10 + "wanted\nlast")
    document.wrap(10)
    (line,) = document.find("wanted")
    assert document.row_of(line) == 1
    assert rows(document)[1] == "word word"


def test_only_letters_that_take_two_cells_need_more_room() -> None:
    document = Document("größer als ein Wort")
    document.wrap(20)
    assert len(rows(document)) == 1
    document = Document("漢字" * 9)
    document.wrap(20)
    assert [len(row) for row in rows(document)] == [10, 8]


def test_below_the_answer_stands_what_was_sent() -> None:
    sent = ApiRequest("POST", "/a", (("X-A", "1\u202e"),), b'{"b": [1]}')
    document = Document("{}", {"x-b": "2"}, sent)
    assert rows(document) == [
        "{}", "", "x-b: 2", "", "Sent: POST /a", "X-A: 1", "Content-Type: application/json",
        "{", '  "b": [', "    1", "  ]", "}",
    ]  # fmt: skip
    document.fold(8)
    assert rows(document)[8:10] == ['  "b": [… 1]', "}"]


@pytest.mark.parametrize("body", ["", "no json\r\nat all", '{"never": "closed', "[" * 100_000])
def test_anything_else_is_shown_as_the_text_that_it_is(body: str) -> None:
    document = Document(body)
    assert "".join(rows(document)) == body.replace("\r\n", "")
    assert all(len(row) <= LONGEST_LINE for row in rows(document))


def test_headers_stand_below_the_body_and_are_found_too() -> None:
    document = Document("{}", {"x-request-id": "7f\u202e3a"})
    assert rows(document) == ["{}", "", "x-request-id: 7f3a"]
    assert document.find("REQUEST") == [2]


MEBIBYTE = 1024 * 1024

MANY = {
    "lines": MEBIBYTE * "\n",
    "numbers": "[" + MEBIBYTE // 2 * "1," + "1]",
    "lists": "[" + MEBIBYTE // 3 * "[]," + "1]",
    "deep lists": "[" + MEBIBYTE // 802 * f"{400 * '['}1{400 * ']'}," + "1]",
}


@pytest.mark.parametrize("kind", MANY)
def test_a_hostile_answer_is_broken_anew_in_no_time(kind: str) -> None:
    document = Document(MANY[kind], is_cut=kind == "lists")
    began = time.process_time()
    document.wrap(78)
    # 0.15 s as it is; up to sixteen where each of a million lines is looked at.
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "work", [lambda of: of.find("9"), lambda of: of.wrap(57)], ids=["find", "wrap"]
)
def test_nothing_is_called_for_each_line_as_one_types_and_resizes(
    work: Callable[[Document], object],
) -> None:
    document, calls = Document("9\n" * 5000), 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work(document)
    finally:
        sys.setprofile(None)
    assert calls < 100


def test_of_very_many_lines_it_is_said_how_many_are_not_shown() -> None:
    document = Document((MOST_LINES + 1200) * "a\n")
    assert rows(document)[-1] == "… 1,201 more lines, which are not shown"


def test_json_of_very_many_lines_stands_as_it_came() -> None:
    text = "[" + MOST_LINES * "1," + "1]"
    assert "".join(rows(Document(text))) == text
    assert rows(Document(f"[{9 * '1,'}1]"))[1] == "  1,"


def test_what_lies_very_deep_is_indented_no_further() -> None:
    deep = rows(Document(100 * "[" + 100 * "]"))
    assert deep[15:18] == [30 * " " + "[", 32 * " " + "[", 32 * " " + "["]
