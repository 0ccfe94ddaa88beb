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

    Escapes are those of JSON, of addresses and of HTML: whoever shows the text may decode it. So
    may characters stand in between that `printable` takes out, or that nobody sees.
    """
    if not secret:
        return text
    pattern = re.compile(re.escape(secret), re.IGNORECASE)
    unseen = "" if text.isprintable() else "".join(filter(_is_unseen, set(text)))
    skipped = f"{ESCAPE}|[{re.escape(unseen)}]" if unseen else ESCAPE
    if not re.search(skipped, text, re.DOTALL):
        return pattern.sub(lambda _found: shown, text)
    decoded, origins = _decode(skipped, text)
    parts, at = [], 0
    for found in pattern.finditer(decoded):
        parts += [text[at : origins[found.start()]], shown]
        at = origins[found.end()]
    return "".join(parts) + text[at:]


def _decode(skipped: str, text: str) -> tuple[str, list[int]]:
    """Return `text` as it is seen, and where in `text` each character of that begins."""
    characters: list[str] = []
    origins: list[int] = []
    at = 0
    for found in re.finditer(skipped, text, re.DOTALL):
        characters += text[at : found.start()]
        origins += range(at, found.start())
        at = found.end()
        character = _meant(found)
        if not _is_unseen(character):
            characters.append(character)
            origins.append(found.start())
    characters += text[at:]
    origins += range(at, len(text) + 1)
    return "".join(characters), origins


def _meant(found: re.Match[str]) -> str:
    """Return the character that an escape stands for, or that stands there itself."""
    hexadecimal, decimal = found[1] or found[3] or found[4], found[5]
    if not (hexadecimal or decimal):
        return found[2] or found[0]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if code <= sys.maxunicode else " "


def _is_unseen(character: str) -> bool:
    return character in JOINERS or not _kept(character)


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
