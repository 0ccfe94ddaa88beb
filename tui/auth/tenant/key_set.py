"""The tenant's public keys (RFC 7517), reduced to those that may sign an ID token."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from tui.errors import TenantMisbehaved
from tui.json_value import Json

ALGORITHMS: Final = {"RS256": "RSA", "ES256": "EC"}
"""What an ID token may be signed with, and the key type that each needs."""

SMALLEST_RSA_BITS: Final = 2048


class KeySet:
    """An immutable set of public keys, asked by `kid` and algorithm."""

    def __init__(self, members: dict[str, Json] | None) -> None:
        """Take the members of a JWKS; keys that cannot be used are passed over.

        Raises:
            TenantMisbehaved: not a JWKS.
        """
        keys = (members or {}).get("keys")
        if not isinstance(keys, list):
            raise TenantMisbehaved("The tenant's key set has no list of keys (RFC 7517 5).")
        self._keys = tuple(key for member in keys if (key := _usable(member)))

    def candidates(self, kid: str | None, algorithm: str) -> tuple[PyJWK, ...]:
        """Give the keys that may have signed: those named `kid`, or all where none is named."""
        return tuple(
            key
            for key in self._keys
            if key.algorithm_name == algorithm and kid in (None, key.key_id)
        )


def _usable(member: Json) -> PyJWK | None:
    if not isinstance(member, dict) or not _is_for_verifying(member):
        return None
    key_type = member.get("kty")
    algorithm = next((name for name, kind in ALGORITHMS.items() if kind == key_type), None)
    if algorithm is None or member.get("alg", algorithm) != algorithm:
        return None
    public = {name: value for name, value in member.items() if name != "d"}
    try:
        key = PyJWK(public, algorithm)
    except (PyJWTError, ValueError, TypeError, AttributeError):
        return None
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < SMALLEST_RSA_BITS:
        return None
    return key


def _is_for_verifying(member: dict[str, Json]) -> bool:
    operations = member.get("key_ops", ["verify"])
    return member.get("use", "sig") == "sig" and (
        isinstance(operations, list) and "verify" in operations
    )
