"""What the bytes of an answer are: text, an image, or something else; said in words."""

import re
import struct
from collections.abc import Iterator
from typing import Final

BEGINNING_BYTES: Final = 512
"""How much of what is no text is shown."""

ROW_BYTES: Final = 8
"""With twice as many a row takes 63 cells, and beside the list of calls there is no room for it."""

HEX_CELLS: Final = 19
"""Of a row in groups of two bytes."""

CHARSET: Final = re.compile(r"charset\s*=\s*\"?([\w.:-]{1,40})", re.IGNORECASE)

CHARSETS: Final = frozenset({"iso-8859-1", "latin-1", "windows-1252", "utf-16", "us-ascii"})
"""Charsets that are read beside UTF-8; what names another is read as UTF-8 where it is valid."""

NO_TEXT: Final = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
"""Bytes that no text holds; BEL, BS, ESC and line ends may be in one."""

JPEG_SIZES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""The markers of JPEG's frame headers, which hold the size (ITU-T T.81 B.1.1.3)."""


def text_of(content: bytes, content_type: str) -> str | None:
    """Return `content` as text, or None where it is not text.

    Its last character may be incomplete.
    """
    named = CHARSET.search(content_type)
    charset = named[1].lower() if named else ""
    if charset in CHARSETS:
        return content.decode(charset, "replace")
    if NO_TEXT.search(content):
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut = error.end == len(content) and len(content) - error.start < 4
        if is_cut:
            return content[: error.start].decode("utf-8")
        return content.decode("utf-8", "replace") if content_type.startswith("text/") else None


def described(content: bytes, size: str) -> str:
    """Describe bytes that are not text: an image's type and size, else how they begin.

    `size` says in words how many there are.
    """
    if image := image_type(content):
        return f"{image} image{_dimensions(image, content)}, {size}"
    more = f"\n… {size} in all" if len(content) > BEGINNING_BYTES else ""
    return "\n".join(_hex(content[:BEGINNING_BYTES])) + more


def image_type(content: bytes) -> str:
    """Return the type of an image by how it begins, or an empty string."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WebP"
    return "BMP" if content.startswith(b"BM") and content[14:18] == b"\x28\0\0\0" else ""


def _dimensions(image: str, content: bytes) -> str:
    """Return width and height in pixels, or nothing where they do not stand where they should."""
    try:
        width, height = _sizes(image, content)
    except struct.error:
        return ""
    return f", {width:,} by {abs(height):,}"


def _sizes(image: str, content: bytes) -> tuple[int, int]:
    if image == "PNG":
        return struct.unpack_from(">II", content, 16)
    if image == "GIF":
        return struct.unpack_from("<HH", content, 6)
    if image == "BMP":
        return struct.unpack_from("<ii", content, 18)
    if image == "JPEG":
        height, width = struct.unpack_from(">HH", content, _jpeg_frame(content) + 5)
        return width, height
    if content[12:16] == b"VP8X":
        width, top, height, more = struct.unpack_from("<HBHB", content, 24)
        return width + (top << 16) + 1, height + (more << 16) + 1
    if content[12:16] == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", content, 26)
    return width & 0x3FFF, height & 0x3FFF


def _jpeg_frame(content: bytes) -> int:
    """Return where the first frame header begins; past the end where there is none."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        if content[at + 1] in JPEG_SIZES:
            return at
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return len(content)


def _hex(content: bytes) -> Iterator[str]:
    for at in range(0, len(content), ROW_BYTES):
        row = content[at : at + ROW_BYTES]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"{at:04x}  {row.hex(' ', -2):{HEX_CELLS}}  {letters}"
