"""The only door for text that others wrote: a tenant, an API, a token, a file on disk."""

import re
import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate, filterfalse
from typing import Final

REMOVED: Final = frozenset({"Cc", "Cf", "Cs"})
"""Control, format (bidirectional marks among them), surrogate."""

JOINERS: Final = frozenset("\u200c\u200d")
"""Format characters that scripts and emoji need; they move nothing and hide nothing."""

UNSEEN: Final = frozenset("CM")
"""First letters of categories: control, format, private use, not assigned; marks on letters."""

FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters of Hangul that are blank."""

REDACTED: Final = "[your access token]"
"""Stands for a token where it is sent back: tokens are shown when asked for only."""

ESCAPE: Final = (
    r"(\\u[0-9a-fA-F]{4}|\\(?s:.)|%[0-9a-fA-F]{2}|&#[xX][0-9a-fA-F]{1,6};|&#[0-9]{1,7};)"
)

LONGEST_ESCAPE: Final = 10
"""Characters for one, as in `&#x000041;`."""

LONGEST_TAKEN: Final = 5
"""Characters that an escape takes of what follows `\\` or `%` by chance, as in `\\u0041`."""

SHORTEST_TOKEN: Final = 16
"""Characters; the end of a shorter secret may well be a word."""

ODD_CASES: Final = str.maketrans("\u0130\u0131\u017f", "iis")
"""Letters that are one with an ASCII letter in another case, and are not by `str.lower`."""

LINE_ENDS: Final = ("\r\n", "\r", "\u2028", "\u2029", "\x85")


def printable(text: object, limit_characters: int | None = None) -> str:
    """Return `text` as one line that cannot steer a terminal, cut after the limit if it has one.

    White space becomes a space; ESC, C0, C1, DEL, bidirectional controls and other
    invisible characters are taken out. Markup is not escaped: show it with
    `Content(text)` or `markup=False`.
    """
    line = str(text)
    if not line.isprintable():
        line = line.translate({ord(each): _kept(each) for each in set(line)})
    return line if limit_characters is None else shortened(line, limit_characters)


def printable_block(text: object) -> str:
    """Return `text` as lines that cannot steer a terminal; line ends and tabs stay white space."""
    block = str(text)
    for line_end in LINE_ENDS:
        block = block.replace(line_end, "\n")
    return "\n".join(printable(line.expandtabs(4)) for line in block.split("\n"))


def redact(secrets: Sequence[str], text: str, shown: str = REDACTED) -> str:
    """Return `text` with `shown` in the place of each secret, in whatever case and escapes it is.

    Escapes are those of JSON, of addresses and of HTML: whoever shows the text may decode it. So
    may characters stand in between that nobody sees, or that only stand on a letter.
    """
    if not any(secrets):
        return text
    for secret in secrets:
        if _Seen(secret).text != _without_unseen(secret):  # it has a `%` or `\\` of its own
            text = text.replace(secret, shown)
    seen = _Seen(text)
    searched = _in_one_case(seen.text)
    spans = sorted(span for secret in secrets for span in _spans(secret, searched))
    parts, done, end = [], 0, 0
    for start, stop in spans:
        if start >= end:
            parts += [text[done : seen.origin(start)], shown]
        end = max(end, stop)
        done = seen.origin(end)
    return "".join(parts) + text[done:]


def _spans(secret: str, searched: str) -> Iterator[tuple[int, int]]:
    """Return where a secret begins and ends in a text that is in one case."""
    wanted = _in_one_case(_without_unseen(secret))
    # A `%` or `\\` in front makes an escape of a token's beginning: the rest of it is enough.
    rest = wanted[LONGEST_TAKEN:] if len(wanted) >= SHORTEST_TOKEN else ""
    for part in filter(None, (wanted, rest)):
        # No regular expression: it takes minutes where both consist of the same again and again.
        at = searched.find(part)
        while at >= 0:
            yield at, at + len(part)
            at = searched.find(part, at + len(part))


def start_of_last(characters: int, text: str) -> int:
    """Return where so many characters begin that are seen at the end of `text`; an escape is one.

    There may be any number of others between them, which nobody sees.
    """
    seen = _Seen(text)
    return seen.origin(max(0, len(seen.text) - characters))


class _Seen:
    """What is seen of a text without its escapes, and where in the text each of that begins."""

    def __init__(self, text: str) -> None:
        self._written = text
        without = _without_unseen(text)
        self._is_whole = len(without) == len(text)
        self._pieces = re.split(ESCAPE, without)  # what is none, and an escape, by turns
        self._decoded = [*self._pieces]
        meanings = {escape: _meant(escape) for escape in set(self._pieces[1::2])}
        self._decoded[1::2] = map(meanings.__getitem__, self._pieces[1::2])
        self.text = "".join(self._decoded)

    def origin(self, at: int) -> int:
        """Return where that begins which is seen at `at`; what nobody sees may stand before it."""
        ends, ends_without, kept = self._origins
        piece = bisect_right(ends, at) - 1
        return kept[ends_without[piece] + at - ends[piece]]

    @cached_property
    def _origins(self) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
        ends = [*accumulate(map(len, self._decoded), initial=0)]
        ends_without = [*accumulate(map(len, self._pieces), initial=0)]
        if self._is_whole:
            return ends, ends_without, range(len(self._written) + 1)
        seen = set(filterfalse(_is_unseen, set(self._written)))
        kept = [at for at, each in enumerate(self._written) if each in seen]
        return ends, ends_without, [*kept, len(self._written)]


def _without_unseen(text: str) -> str:
    """Return `text` without what nobody sees."""
    if text.isascii() and text.isprintable():
        return text
    return text.translate(dict.fromkeys(map(ord, filter(_is_unseen, set(text)))))


def _in_one_case(text: str) -> str:
    """Return `text` in lower case, with as many characters."""
    return (text if text.isascii() else text.translate(ODD_CASES)).lower()


def _meant(escape: str) -> str:
    """Return the character that an escape stands for; nothing, where nobody sees that."""
    if len(escape) == 2:
        character = escape[1]
    else:
        is_decimal = escape.startswith("&") and escape[2].isdigit()
        code = int(escape.strip("\\u%&#xX;"), 10 if is_decimal else 16)
        character = chr(code) if code <= sys.maxunicode else " "
    return "" if _is_unseen(character) else character


def _is_unseen(character: str) -> bool:
    """Return whether a character has no shape of its own, or none that every font has."""
    if character.isspace():
        return False
    return unicodedata.category(character)[0] in UNSEEN or character in FILLERS


def shortened(text: str, limit_characters: int) -> str:
    """Cut `text` after `limit_characters`, and say so with an ellipsis."""
    return text if len(text) <= limit_characters else text[: limit_characters - 1] + "…"


def breaks(text: str, most: int) -> list[int]:
    """Return where each row of a text begins that holds `most` characters: at a word, if it can.

    The space before a word is not counted. A row that words would leave more than half empty is
    filled to its end.
    """
    starts = [0]
    while len(text) - starts[-1] > most:
        full = starts[-1] + most
        after_space = text.rfind(" ", starts[-1], full + 1) + 1
        start = after_space if after_space > full - most // 2 else full
        if start >= len(text):
            break  # only the space is left, which is not counted
        starts.append(start)
    return starts


def in_brackets(words: str) -> str:
    """Return what others said as ` (words)` without their full stop; "" where there are none."""
    words = words.strip().rstrip(".")
    return f" ({words})" if words else ""


def write_line(text: str) -> None:
    """Write a command's answer to stdout, at once: its reader may wait at the end of a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _kept(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in REMOVED and character not in JOINERS:
        return ""
    return character
