"""The only door for text that others wrote: a tenant, an API, a token, a file on disk."""

import re
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
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

ESCAPE: Final = r"\\u[0-9a-fA-F]{4}|\\(?s:.)|%[0-9a-fA-F]{2}|&#[xX][0-9a-fA-F]{1,6};|&#[0-9]{1,7};"

LONGEST_ESCAPE: Final = 10
"""Characters for one, as in `&#x000041;`."""

LONGEST_TAKEN: Final = 5
"""Characters that an escape takes of what follows `\\` or `%` by chance, as in `\\u0041`."""

SHORTEST_TOKEN: Final = 16
"""Characters; the end of a shorter secret may well be a word."""

LINE_ENDS: Final = ("\r\n", "\r", "\u2028", "\u2029", "\x85")


def printable(text: object, limit_characters: int | None = None) -> str:
    """Return `text` as one line that cannot steer a terminal, cut after the limit if it has one.

    White space becomes a space; ESC, C0, C1, DEL, bidirectional controls and other
    invisible characters are taken out. Markup is not escaped: show it with
    `Content(text)` or `markup=False`.
    """
    line = str(text)
    if not line.isprintable():
        line = "".join(_kept(character) for character in line)
    return line if limit_characters is None else shortened(line, limit_characters)


def printable_block(text: object) -> str:
    """Return `text` as lines that cannot steer a terminal; line ends and tabs stay white space."""
    block = str(text)
    for line_end in LINE_ENDS:
        block = block.replace(line_end, "\n")
    return "\n".join(printable(line.expandtabs(4)) for line in block.split("\n"))


def redact(secret: str, text: str, shown: str = REDACTED) -> str:
    """Return `text` with `shown` in the place of `secret`, in whatever case and escapes it stands.

    Escapes are those of JSON, of addresses and of HTML: whoever shows the text may decode it. So
    may characters stand in between that nobody sees, or that only stand on a letter.
    """
    wanted = "".join(each for each in secret if not _is_unseen(each))
    if not wanted:
        return text
    if _decoded(secret)[0] != wanted:  # it has a `%` or `\\` of its own
        text = text.replace(secret, shown)
    # A `%` or `\\` in front makes an escape of a token's beginning: the rest of it is enough.
    beginning = wanted[:LONGEST_TAKEN] if len(wanted) >= SHORTEST_TOKEN else ""
    rest = re.escape(wanted[len(beginning) :])
    decoded, origins = _decoded(text)
    if not re.search(rest, decoded, re.IGNORECASE):  # in a third of the time
        return text
    parts, at = [], 0
    for found in re.finditer(f"(?:{re.escape(beginning)})?{rest}", decoded, re.IGNORECASE):
        parts += [text[at : origins[found.start()]], shown]
        at = origins[found.end()]
    return "".join(parts) + text[at:]


def start_of_last(characters: int, text: str) -> int:
    """Return where so many characters begin that are seen at the end of `text`; an escape is one.

    There may be any number of others between them, which nobody sees.
    """
    _, origins = _decoded(text)
    return origins[max(0, len(origins) - 1 - characters)]


def _decoded(text: str) -> tuple[str, Sequence[int]]:
    """Return what is seen of `text` without its escapes, and where in it each of that begins."""
    text, at = _seen(text)
    parts: list[str] = []
    origins: list[int] = []
    end = 0
    for found in re.finditer(ESCAPE, text):
        start = found.start()
        character = _meant(found[0])
        parts += [text[end:start], character]
        origins += at[end : start + len(character)]
        end = found.end()
    return "".join(parts) + text[end:], [*origins, *at[end:]] if end else at


def _seen(text: str) -> tuple[str, Sequence[int]]:
    """Return `text` without what nobody sees, and where in it each of that begins."""
    unseen: set[str] = set()
    if not (text.isascii() and text.isprintable()):
        unseen.update(filter(_is_unseen, set(text)))
    if not unseen:
        return text, range(len(text) + 1)
    origins = [at for at, character in enumerate(text) if character not in unseen]
    return text.translate(dict.fromkeys(map(ord, unseen))), [*origins, len(text)]


@lru_cache(maxsize=1024)
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


def in_brackets(words: str) -> str:
    """Return what others said as ` (words)` without their full stop; "" where there are none."""
    words = words.strip().rstrip(".")
    return f" ({words})" if words else ""


def write_line(text: str) -> None:
    """Write a command's answer to stdout, at once: its reader may wait at the end of a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def answer_columns() -> int:
    """Return how wide an answer on stdout may be; 0, for as wide as it gets, but at a terminal."""
    # The last column stays free: a terminal may begin a line of its own behind it.
    return shutil.get_terminal_size().columns - 1 if sys.stdout.isatty() else 0


def _kept(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in REMOVED and character not in JOINERS:
        return ""
    return character
