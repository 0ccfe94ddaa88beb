"""BASE64URL without padding, read strictly (RFC 7515 2, RFC 4648 3.5)."""

import binascii
from base64 import urlsafe_b64encode
from typing import Final

URL_TO_STANDARD: Final = bytes.maketrans(b"-_+/=", b"+/!!!")
"""To the standard alphabet; what only that one knows becomes something that neither knows."""


def decode(text: bytes) -> bytes:
    """Return what `text` stands for; raises ValueError unless it is the one way to write it.

    A second spelling of the same bytes would be a second, equally valid token.
    """
    padded = text.translate(URL_TO_STANDARD) + b"=" * (-len(text) % 4)
    decoded = binascii.a2b_base64(padded, strict_mode=True)
    if encode(decoded) != text:
        raise ValueError("not canonical base64url")
    return decoded


def encode(raw: bytes) -> bytes:
    """Write `raw` without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=")
