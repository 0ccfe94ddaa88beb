"""Opaque secrets: codes, cookies and refresh tokens that mean nothing but to this tenant."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final

from api_server.local_tenant.settings import Randomness

SECRET_BYTES: Final = 32
"""256 bits; RFC 6749 10.10 asks for at least 128 in what end users do not handle."""


def fresh(randomness: Randomness) -> str:
    """Draw a new secret of 43 URL-safe characters."""
    return base64url(randomness(SECRET_BYTES))


def digest(secret: str) -> str:
    """Give what is stored of a secret, so that a stolen database opens nothing."""
    return sha256(secret.encode()).hexdigest()


def base64url(data: bytes) -> str:
    """Encode without padding (RFC 7515 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
