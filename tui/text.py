"""The only door for text that others wrote: a tenant, an API, a token, a file on disk."""

import unicodedata
from typing import Final

REMOVED: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control, format (bidirectional marks among them), surrogate, line and paragraph separator."""

JOINERS: Final = frozenset("\u200c\u200d")
"""Format characters that scripts and emoji need; they move nothing and hide nothing."""

LINE_ENDS: Final = ("\r\n", "\r", "\u2028", "\u2029", "\x85")


def printable(text: object) -> str:
    """Give `text` as one line that cannot steer a terminal.

    White space becomes a space; ESC, C0, C1, DEL, bidirectional controls and other
    invisible characters are taken out. Markup is not escaped: show it with
    `Content(text)` or `markup=False`.
    """
    line = str(text)
    if line.isascii() and line.isprintable():
        return line
    return "".join(_kept(character) for character in line)


def printable_block(text: object) -> str:
    """Give `text` as lines that cannot steer a terminal; line ends and tabs stay as white space."""
    block = str(text)
    for line_end in LINE_ENDS:
        block = block.replace(line_end, "\n")
    return "\n".join(printable(line.expandtabs(4)) for line in block.split("\n"))


def shortened(text: str, limit_characters: int) -> str:
    """Cut `text` after `limit_characters`, and say so with an ellipsis."""
    return text if len(text) <= limit_characters else text[: limit_characters - 1] + "…"


def _kept(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in REMOVED and character not in JOINERS:
        return ""
    return character
