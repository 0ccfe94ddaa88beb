"""What an answer is that is no plain JSON."""

import struct

import pytest

from tui.api.body import described, text_of

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + struct.pack(">II", 640, 480) + b"\x08\x06"


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        (b"words", "text/plain", "words"),
        ("größer".encode(), "", "größer"),
        ("größer".encode("latin-1"), "text/plain; charset=ISO-8859-1", "größer"),
        ("größer".encode("latin-1"), "text/plain", "gr\ufffd\ufffder"),
        ("größer".encode("utf-16"), 'text/plain; charset="UTF-16"', "größer"),
        ("cut ö".encode()[:-1], "application/json", "cut "),
        (b"\x1b[31m colours \x1b[0m", "", "\x1b[31m colours \x1b[0m"),
        (b"", "image/png", ""),
        (b"a\0b", "text/plain", None),
        (b"\xff\xfe\xfd not utf-8", "application/octet-stream", None),
        (b"words", "text/plain; charset=rot13", "words"),
    ],
)
def test_text_is_told_from_bytes(content: bytes, kind: str, text: str | None) -> None:
    assert text_of(content, kind) == text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PNG, "PNG image, 640 by 480, 7 kB"),
        (PNG[:18], "PNG image, 7 kB"),
        (b"GIF89a" + struct.pack("<HH", 3, 2), "GIF image, 3 by 2, 7 kB"),
        (b"BM" + bytes(12) + b"\x28\0\0\0" + struct.pack("<ii", 5, -4), "BMP image, 5 by 4, 7 kB"),
        (b"\xff\xd8\xff\xe0\0\x04JF\xff\xc0\0\x11\x08" + struct.pack(">HH", 30, 40),
         "JPEG image, 40 by 30, 7 kB"),
        (b"\xff\xd8\xff\xe0\xff\xff", "JPEG image, 7 kB"),
        (b"\xff\xd8\xff" + b"\xff\0\0" * 9, "JPEG image, 7 kB"),
        (b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\x7f\x02\0\xdf\x01\0",
         "WebP image, 640 by 480, 7 kB"),
        (b"RIFF\0\0\0\0WEBPVP8L" + bytes(5) + struct.pack("<I", 639 | 479 << 14),
         "WebP image, 640 by 480, 7 kB"),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 640, 480),
         "WebP image, 640 by 480, 7 kB"),
    ],
)  # fmt: skip
def test_an_image_is_told_by_its_type_and_size(content: bytes, said: str) -> None:
    assert described(content, "7 kB") == said


def test_other_bytes_are_shown_in_hex_as_they_begin() -> None:
    lines = described(bytes(range(256)) * 4, "1,024 bytes").splitlines()
    assert lines[0] == "0000  0001 0203 0405 0607  ........"
    assert lines[8] == "0040  4041 4243 4445 4647  @ABCDEFG"
    assert len(lines) == 65
    assert lines[-1] == "… 1,024 bytes in all"
    assert described(b"\0A\0", "3 bytes") == f"0000  0041 00{' ' * 12}  .A."
