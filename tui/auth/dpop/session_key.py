"""The ES256 key that a session's tokens are bound to, kept with them and with nothing else.

It loads `cryptography` only where a key is drawn or signs.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tui.base64url import decode_base64url, encode_base64url
from tui.errors import SIGN_IN_AGAIN, StoreFailed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

ALGORITHM: Final = "ES256"
"""What a session's key signs with (RFC 7518 3.4)."""

COORDINATE_BYTES: Final = 32
"""Of a point on P-256, and of a secret scalar (RFC 7518 6.2)."""


@dataclass(frozen=True, slots=True)
class SessionKey:
    """A private key on P-256, by the members of its JSON Web Key (RFC 7518 6.2)."""

    x: str
    y: str
    d: str = field(repr=False)

    @classmethod
    def fresh(cls) -> "SessionKey":
        """Draw a new key from the system's randomness."""
        from cryptography.hazmat.primitives.asymmetric import ec

        numbers = ec.generate_private_key(ec.SECP256R1()).private_numbers()
        public = numbers.public_numbers
        return cls(_encoded(public.x), _encoded(public.y), _encoded(numbers.private_value))

    @classmethod
    def from_members(cls, members: object) -> "SessionKey":
        """Read what `members` wrote.

        Raises:
            ValueError: it is no key.
        """
        if not isinstance(members, dict):
            raise ValueError("a key is expected")
        return cls(*(_checked(members.get(name)) for name in ("x", "y", "d")))

    @property
    def members(self) -> Mapping[str, str]:
        """The key with its secret, for the store alone."""
        return {"x": self.x, "y": self.y, "d": self.d}

    @property
    def public_jwk(self) -> dict[str, str]:
        """The public key, its members in the order of RFC 7638 3.2."""
        return {"crv": "P-256", "kty": "EC", "x": self.x, "y": self.y}

    @property
    def thumbprint(self) -> str:
        """What tokens that are bound to the key name it by (RFC 7638, RFC 9449 6.1)."""
        canonical = json.dumps(self.public_jwk, separators=(",", ":"))
        return encode_base64url(hashlib.sha256(canonical.encode("ascii")).digest())

    def sign(self, content: bytes) -> bytes:
        """Return the ES256 signature: r and s, 32 bytes each (RFC 7518 3.4).

        Raises:
            StoreFailed: its parts do not belong together, so that nobody has drawn it.
        """
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, utils

        try:
            private = _private_key(self)
        except ValueError:
            raise StoreFailed(
                "The session's key was changed where it is kept, and signs nothing any more. "
                f"{SIGN_IN_AGAIN}"
            ) from None
        signature = private.sign(content, ec.ECDSA(hashes.SHA256()))
        r, s = utils.decode_dss_signature(signature)
        return r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")


@lru_cache(maxsize=1)  # to build and check it takes longer than to sign
def _private_key(key: SessionKey) -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric import ec

    public = ec.EllipticCurvePublicNumbers(_number(key.x), _number(key.y), ec.SECP256R1())
    return ec.EllipticCurvePrivateNumbers(_number(key.d), public).private_key()


def _checked(text: object) -> str:
    if not isinstance(text, str) or len(decode_base64url(text)) != COORDINATE_BYTES:
        raise ValueError("a text of 32 bytes is expected")
    return text


def _encoded(number: int) -> str:
    return encode_base64url(number.to_bytes(COORDINATE_BYTES, "big"))


def _number(text: str) -> int:
    return int.from_bytes(decode_base64url(text), "big")
