"""base64url without padding, the spelling of JWTs, of PKCE and of `at_hash` (RFC 7515 2)."""

from base64 import b64decode, urlsafe_b64encode


def encode_base64url(data: bytes) -> str:
    """Return `data` in base64url, without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Return the bytes that `text` spells.

    Raises:
        ValueError: a character that base64url does not have, or a length that it never makes.
    """
    if "+" in text or "/" in text or "=" in text:
        raise ValueError("it is base64, not base64url")
    return b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
