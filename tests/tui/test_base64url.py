import pytest

from tui.base64url import decode_base64url, encode_base64url


@pytest.mark.parametrize(
    ("data", "text"), [(b"", ""), (b"\xfb\xff", "-_8"), (b"f", "Zg"), (b"foob", "Zm9vYg")]
)
def test_bytes_and_their_spelling_without_padding_mean_each_other(data: bytes, text: str) -> None:
    assert encode_base64url(data) == text
    assert decode_base64url(text) == data


@pytest.mark.parametrize("text", ["+_8", "/w", "Zg==", "Z", "Z g", "Zg\n", "Zgé", "Zm9v    "])
def test_what_is_not_base64url_to_the_letter_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what is wrong is of no use to a person
        decode_base64url(text)
