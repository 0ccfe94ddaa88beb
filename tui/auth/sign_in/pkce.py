"""Proof Key for Code Exchange (RFC 7636), S256 only."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final

from tui.base64url import encode_base64url

VERIFIER_BYTES: Final = 48
"""48 random bytes make a verifier of 64 characters; RFC 7636 4.1 allows 43 to 128."""


@dataclass(frozen=True, slots=True)
class ProofKey:
    """One sign-in's secret and what the tenant is shown of it."""

    verifier: str = field(repr=False)

    @classmethod
    def fresh(cls) -> "ProofKey":
        """Draw a new verifier from the system's randomness."""
        return cls(secrets.token_urlsafe(VERIFIER_BYTES))

    @property
    def challenge(self) -> str:
        """BASE64URL(SHA-256(verifier)), without padding (RFC 7636 4.2)."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return encode_base64url(digest)
