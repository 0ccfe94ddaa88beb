"""An answer laid out in lines: JSON to be folded, or the text it is; headers; what was sent."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import Final, Literal

from tui.api.request import ApiRequest
from tui.json_value import Json
from tui.text import breaks, printable, printable_block

INDENT: Final = "  "

NO_HEADERS: Final[Mapping[str, str]] = {}

DEEPEST: Final = 32
"""Columns of indentation; what lies deeper stands below what it is in."""

MOST_LINES: Final = 250_000
"""Breaking them anew takes 0.1 s, in which no key is heard. JSON with more stands as it came."""

LONGEST_LINE: Final = 1000
"""Characters; what is longer goes on in the next line."""

WIDE_FROM: Final = "\u1100"

MARKS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)
"""What JSON is told apart by; a text, even one without an end, hides what is in it."""

NOT_READ: Final = "… the rest was not read"

Kind = Literal["key", "text", "number", "word", "mark", "plain"]

Part = tuple[str, Kind]


@dataclass(slots=True)
class Line:
    """One line, in its parts; printable."""

    parts: tuple[Part, ...]
    end: int
    """The line that closes what this one opens; the line itself where it opens nothing."""
    folded_parts: tuple[Part, ...] = ()
    """What stands for all up to `end` while it is folded."""

    @property
    def text(self) -> str:
        """The words of the line."""
        return "".join(text for text, _ in self.parts)


class Document:
    """Lines, some of which are folded away."""

    def __init__(
        self,
        body: str,
        headers: Mapping[str, str] = NO_HEADERS,
        sent: ApiRequest | None = None,
        *,
        is_cut: bool = False,
    ) -> None:
        """Lay out an answer, or its beginning where it `is_cut`; below it, what was `sent`."""
        lines: list[Line] = []
        (_add_beginning if is_cut else _add_body)(body, lines)
        if headers:
            _add_gap(lines)
            _add_headers(headers, lines)
        if sent is not None:
            _add_gap(lines)
            said: tuple[Part, ...] = ((f"Sent: {sent.method} {printable(sent.path)}", "key"),)
            lines.append(Line(said, len(lines)))
            _add_headers(sent.headers_sent, lines)
            _add_body(sent.body_sent.decode("utf-8", "replace"), lines)
        self.lines: Sequence[Line] = lines
        texts = [line.text for line in lines]
        self._lengths = [len(text) for text in texts]
        self._searched = [text.casefold() for text in texts]
        self.can_fold = any(line.end > at for at, line in enumerate(lines))
        """Whether there is anything to be folded."""
        self._folded: set[int] = set()
        self._width = LONGEST_LINE
        self.shown: list[tuple[int, int]] = []
        """The rows: which line, and from which of its characters on."""
        self._show()

    def wrap(self, width: int) -> None:
        """Break lines so that they fit into `width` cells."""
        if width != self._width:
            self._width = max(1, width)
            self._show()

    def parts(self, row: int) -> tuple[Part, ...]:
        """Return the line that stands in a row, or what stands for all that it hides."""
        index, _ = self.shown[row]
        line = self.lines[index]
        return line.folded_parts if index in self._folded else line.parts

    def span(self, row: int) -> slice:
        """Return which characters of its line stand in a row."""
        index, start = self.shown[row]
        following, end = self.shown[row + 1] if row + 1 < len(self.shown) else (index, 0)
        if following != index or end <= start:
            return slice(start, None)
        return slice(start, end - (self.lines[index].text[end - 1] == " "))

    def row_of(self, index: int) -> int:
        """Return the row in which a line begins, or the one that hides it."""
        row = bisect_left(self.shown, (index, 0))
        is_there = row < len(self.shown) and self.shown[row][0] == index
        return row if is_there else max(0, row - 1)

    def is_folded(self, row: int) -> bool:
        """Return whether what begins in a row is folded."""
        return self.shown[row][0] in self._folded

    def fold(self, row: int) -> None:
        """Fold the value that begins in this row or contains it; unfold one that is folded."""
        index, _ = self.shown[row]
        if self.lines[index].end == index:
            index = self._opener(index)
        if index in self._folded:
            self._folded.remove(index)
        elif index >= 0:
            self._folded.add(index)
        self._show()

    def fold_all(self) -> None:
        """Fold all values but the outermost, or unfold all."""
        opening = {at for at, line in enumerate(self.lines) if line.end > at and at}
        self._folded = set() if self._folded else opening
        self._show()

    def find(self, words: str) -> list[int]:
        """Return the lines that hold `words`, in upper or lower case."""
        # With each letter that is typed, and so nothing is called for each line: 10 ms for a MiB.
        wanted = words.casefold()
        return [at for at, text in enumerate(self._searched) if wanted in text]

    def reveal(self, index: int) -> None:
        """Unfold whatever hides a line."""
        hiding = {at for at in self._folded if at < index <= self.lines[at].end}
        if hiding:
            self._folded -= hiding
            self._show()

    def _opener(self, index: int) -> int:
        return next((at for at in range(index - 1, -1, -1) if self.lines[at].end >= index), -1)

    def _show(self) -> None:
        short = self._width // 2  # as most are: one fits, however wide it is
        long = {at for at, length in enumerate(self._lengths) if length > short}
        shown: list[tuple[int, int]] = []
        following = 0
        for at in sorted(long | self._folded):
            if at < following:
                continue  # it is hidden
            shown.extend(zip(range(following, at), repeat(0)))
            is_folded, line = at in self._folded, self.lines[at]
            shown.extend((at, start) for start in ([0] if is_folded else self._starts(line.text)))
            following = (line.end if is_folded else at) + 1
        shown.extend(zip(range(following, len(self.lines)), repeat(0)))
        self.shown = shown

    def _starts(self, text: str) -> list[int]:
        # From Hangul on, characters may take two cells (Unicode, UAX 11).
        is_wide = max(text) >= WIDE_FROM
        return breaks(text, max(1, self._width // 2 if is_wide else self._width))


def _add_body(body: str, lines: list[Line]) -> None:
    first = len(lines)
    try:
        _lay_out(json.loads(body), lines, "", (), "")
    except (ValueError, RecursionError):
        del lines[first:]
        _add_text(body, lines)


def _add_beginning(body: str, lines: list[Line]) -> None:
    """Lay out what is whole of JSON that breaks off, up to its last comma; the rest as text."""
    comma, closing = _last_comma(body)
    head = body[:comma].rstrip()
    # With a comma before any member it is no JSON. Else each that is open has one, and so closes
    # in a line of its own.
    completed = "" if head.endswith(("[", "{")) else head + closing
    try:
        _lay_out(json.loads(completed), lines, "", (), "")
    except (ValueError, RecursionError):
        lines.clear()
        _add_text(body, lines)
    else:
        del lines[len(lines) - len(closing) :]
        whole = list(lines)
        whole[-1].parts += ((",", "mark"),)
        _add_text(body[comma + 1 :].lstrip(), lines)
        for line in (each for each in whole if each.end >= len(whole)):
            *start, (count, kind), closes = line.folded_parts
            line.folded_parts = (*start, (f"{count} or more", kind), closes)
            line.end = len(lines) - 1
    lines.append(Line(((NOT_READ, "mark"),), len(lines)))


def _last_comma(body: str) -> tuple[int, str]:
    """Return where the last comma is between members, and what closes all that is open there."""
    commas = (mark.start() for mark in MARKS.finditer(body) if mark[0] == ",")
    at = max(commas, default=0)
    opened: list[str] = []
    for mark in MARKS.finditer(body, 0, at):
        if mark[0] in "{[":
            opened.append("}" if mark[0] == "{" else "]")
        elif mark[0] in "}]" and opened:
            opened.pop()
    return at, "".join(reversed(opened))


def _add_text(text: str, lines: list[Line]) -> None:
    whole = printable_block(text).split("\n") if text else []
    for line in whole[:MOST_LINES]:
        for piece in _pieces(line):
            lines.append(Line(((piece, "plain"),), len(lines)))
    if more := len(whole[MOST_LINES:]):
        lines.append(Line(((f"… {more:,} more lines, which are not shown", "mark"),), len(lines)))


def _add_headers(headers: Mapping[str, str], lines: list[Line]) -> None:
    for name, value in headers.items():
        parts: tuple[Part, ...] = (
            (f"{printable(name)}: ", "mark"),
            (printable(value, LONGEST_LINE), "plain"),
        )
        lines.append(Line(parts, len(lines)))


def _add_gap(lines: list[Line]) -> None:
    if lines:
        lines.append(Line((), len(lines)))


def _lay_out(
    value: Json, lines: list[Line], indent: str, lead: tuple[Part, ...], tail: str
) -> None:
    if len(lines) >= MOST_LINES:
        raise ValueError("too many lines")
    if not value or not isinstance(value, dict | list):
        _lay_out_scalar(value, lines, indent, lead, tail)
        return
    opens, closes = "{}" if isinstance(value, dict) else "[]"
    first = len(lines)
    start: tuple[Part, ...] = ((indent, "plain"), *lead, (opens, "mark"))
    folded: tuple[Part, ...] = (
        ("… ", "mark"),
        (str(len(value)), "number"),
        (closes + tail, "mark"),
    )
    lines.append(Line(start, first, (*start, *folded)))
    deeper = (indent + INDENT)[:DEEPEST]
    for number, (key, member) in enumerate(_members(value), start=1):
        _lay_out(member, lines, deeper, key, "," if number < len(value) else "")
    lines.append(Line(((indent, "plain"), (closes + tail, "mark")), len(lines)))
    lines[first].end = len(lines) - 1


def _members(value: dict[str, Json] | list[Json]) -> Iterator[tuple[tuple[Part, ...], Json]]:
    if isinstance(value, list):
        yield from (((), member) for member in value)
    else:
        for name, member in value.items():
            yield ((_dumped(name), "key"), (": ", "mark")), member


def _lay_out_scalar(
    value: Json, lines: list[Line], indent: str, lead: tuple[Part, ...], tail: str
) -> None:
    kind: Kind = "text" if isinstance(value, str) else "mark"
    if value is None or isinstance(value, bool):
        kind = "word"
    elif isinstance(value, int | float):
        kind = "number"
    first, *rest = _pieces(_dumped(value))
    lines.append(Line(((indent, "plain"), *lead, (first, kind)), len(lines)))
    for piece in rest:
        lines.append(Line(((indent, "plain"), (piece, kind)), len(lines)))
    if tail:
        lines[-1].parts += ((tail, "mark"),)


def _dumped(value: Json) -> str:
    return printable(json.dumps(value, ensure_ascii=False))


def _pieces(text: str) -> list[str]:
    starts = [*breaks(text, LONGEST_LINE), len(text)]
    return [text[start:end] for start, end in pairwise(starts)]
