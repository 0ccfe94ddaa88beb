"""Passwords, kept as scrypt hashes (RFC 7914)."""

import hashlib
import hmac
from typing import Final

from api_server.local_tenant.settings import Randomness

COST: Final = 2**11
"""2 MiB and some 5 ms. Low on purpose: these passwords are printed on the login page."""

SALT_BYTES: Final = 16
MAX_LENGTH: Final = 256
"""In characters; a longer one is wrong without being hashed."""


def hash_password(password: str, randomness: Randomness) -> str:
    """Give `SALT$HASH`, in hexadecimal."""
    salt = randomness(SALT_BYTES)
    return f"{salt.hex()}${_scrypt(password, salt).hex()}"


def is_right(password: str, kept: str) -> bool:
    """Compare in a time that tells nothing about how much was right."""
    salt, _, expected = kept.partition("$")
    if len(password) > MAX_LENGTH:
        return False
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), bytes.fromhex(expected))


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=COST, r=8, p=1, dklen=32)
