"""The only door for text that others wrote: a tenant, an API, a token, a file on disk."""

import re
import sys
import unicodedata
from typing import Final

REMOVED: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control, format (bidirectional marks among them), surrogate, line and paragraph separator."""

JOINERS: Final = frozenset("\u200c\u200d")
"""Format characters that scripts and emoji need; they move nothing and hide nothing."""

REDACTED: Final = "[your access token]"
"""Stands for a token where it is sent back: tokens are shown when asked for only."""

ESCAPE: Final = (
    r"\\u([0-9a-fA-F]{4})|\\(.)|%([0-9a-fA-F]{2})|&#[xX]([0-9a-fA-F]{1,6});|&#([0-9]{1,7});"
)

LINE_ENDS: Final = ("\r\n", "\r", "\u2028", "\u2029", "\x85")


def printable(text: object, limit_characters: int | None = None) -> str:
    """Return `text` as one line that cannot steer a terminal, cut after the limit if it has one.

    White space becomes a space; ESC, C0, C1, DEL, bidirectional controls and other
    invisible characters are taken out. Markup is not escaped: show it with
    `Content(text)` or `markup=False`.
    """
    line = str(text)
    if not (line.isascii() and line.isprintable()):
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

    Escapes are those of JSON, of addresses and of HTML: whoever shows the text may decode it.
    """
    if not secret:
        return text
    pattern = re.compile(re.escape(secret), re.IGNORECASE)
    if not re.search(ESCAPE, text, re.DOTALL):
        return pattern.sub(lambda _found: shown, text)
    decoded, origins = _decode_escapes(text)
    parts, at = [], 0
    for found in pattern.finditer(decoded):
        parts += [text[at : origins[found.start()]], shown]
        at = origins[found.end()]
    return "".join(parts) + text[at:]


def _decode_escapes(text: str) -> tuple[str, list[int]]:
    """Return `text` without escapes, and where in `text` each character of that begins."""
    characters: list[str] = []
    origins: list[int] = []
    at = 0
    for escape in re.finditer(ESCAPE, text, re.DOTALL):
        characters += text[at : escape.start()]
        origins += range(at, escape.start())
        hexadecimal = escape[1] or escape[3] or escape[4]
        code = int(hexadecimal, 16) if hexadecimal else int(escape[5] or ord(escape[2] or " "))
        characters.append(chr(code) if code < 0x110000 else " ")
        origins.append(escape.start())
        at = escape.end()
    characters += text[at:]
    origins += range(at, len(text) + 1)
    return "".join(characters), origins


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


def _kept(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in REMOVED and character not in JOINERS:
        return ""
    return character
