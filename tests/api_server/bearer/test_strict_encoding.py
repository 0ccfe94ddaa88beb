"""JSON and base64url from strangers: one spelling for each value, or none."""

import pytest

from api_server.bearer.strict_encoding import decode_base64url, encode_base64url, parse_object


@pytest.mark.parametrize(
    ("raw", "text"),
    [(b"", ""), (b"\xfb\xff", "-_8"), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v")],
)
def test_bytes_have_one_spelling_and_are_read_from_it(raw: bytes, text: str) -> None:
    assert encode_base64url(raw) == text
    assert decode_base64url(text.encode()) == raw


@pytest.mark.parametrize(
    "text",
    ["Zh", "Zm9", "Zg==", "Z", "Zm9v=", "Zm9vZ", "+_8", "-/8", "Z g", "Zg\n", "\nZg", "Zg\xe9"],
)
def test_another_spelling_of_the_same_bytes_is_none(text: str) -> None:
    """RFC 4648 3.5: or a signature's last character could be any of four, and each a new token."""
    with pytest.raises(ValueError):  # noqa: PT011 - what is wrong is of no use to a person
        decode_base64url(text.encode("latin-1"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'{"sub": "a", "sub": "b"}', "given twice"),
        (b'{"a": {"sub": "a", "sub": "b"}}', "given twice"),
        (b'{"exp": NaN}', "NaN is not JSON"),
        (b'{"exp": -Infinity}', "-Infinity is not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"sub": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_two_readers_would_read_differently_is_not_read(text: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_object(text)
