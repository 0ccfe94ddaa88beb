"""The tenant's public keys (RFC 7517), and the claims that they have signed (RFC 7515)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWS
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from tui.errors import IdTokenRejected, TenantMisbehaved
from tui.json_value import Claims, Json, json_object
from tui.text import printable

PublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

SMALLEST_RSA_BITS: Final = 2048

SIGN_SO: Final = (
    "Have the tenant sign with a key that it publishes: RSA of 2048 bits or more, P-256 or Ed25519."
)

LARGEST_TOKEN_CHARACTERS: Final = 256 * 1024


class Algorithm(NamedTuple):
    """What a signature algorithm needs of a key, and the hash that comes with it (`at_hash`)."""

    key_type: str
    curve: str | None
    hash_name: str


ALGORITHMS: Final = {
    "RS256": Algorithm("RSA", None, "sha256"),
    "RS384": Algorithm("RSA", None, "sha384"),
    "RS512": Algorithm("RSA", None, "sha512"),
    "PS256": Algorithm("RSA", None, "sha256"),
    "PS384": Algorithm("RSA", None, "sha384"),
    "PS512": Algorithm("RSA", None, "sha512"),
    "ES256": Algorithm("EC", "P-256", "sha256"),
    "ES384": Algorithm("EC", "P-384", "sha384"),
    "ES512": Algorithm("EC", "P-521", "sha512"),
    # One signature with two names (RFC 8037 3.1, RFC 9864 2.2). Its own hash is SHA-512 (RFC 8032).
    "EdDSA": Algorithm("OKP", "Ed25519", "sha512"),
    "Ed25519": Algorithm("OKP", "Ed25519", "sha512"),
}
"""What may sign an ID token: nothing symmetric, and not `none`."""

READERS: Final[dict[str, Callable[[dict[str, Json]], object]]] = {
    "RSA": RSAAlgorithm.from_jwk,
    "EC": ECAlgorithm.from_jwk,
    "OKP": OKPAlgorithm.from_jwk,
}
"""How the keys of each type are read."""


class UnknownKey(IdTokenRejected):
    """No key of the set has signed the token; fetching the keys again may help."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """One key of the set."""

    kid: Json
    key_type: str
    curve: Json
    algorithm: Json
    """The only one that it is for, or None where it says nothing."""
    public: PublicKey

    def fits(self, kid: str | None, name: str) -> bool:
        """Return whether it may have signed with the algorithm `name`, as the key named `kid`."""
        algorithm = ALGORITHMS[name]
        stated = name if self.algorithm is None else self.algorithm
        return (
            kid in (None, self.kid)
            and self.key_type == algorithm.key_type
            and algorithm.curve in (None, self.curve)
            # A key that says EdDSA signs what says Ed25519, and the other way round.
            and (stated == name or {stated, name} == {"EdDSA", "Ed25519"})
        )


class KeySet:
    """An immutable set of public keys, asked by `kid` and algorithm."""

    def __init__(self, members: dict[str, Json] | None) -> None:
        """Take the members of a JWKS; keys that cannot be used are passed over.

        Raises:
            TenantMisbehaved: not a JWKS.
        """
        keys = (members or {}).get("keys")
        if not isinstance(keys, list):
            raise TenantMisbehaved(
                "The tenant's key set has no list of keys (RFC 7517 5). Ask its administrator for "
                "a key set that everybody can read."
            )
        self._keys = tuple(key for member in keys if (key := _usable(member)))

    def __len__(self) -> int:
        """Return how many keys can be used."""
        return len(self._keys)

    def candidates(self, kid: str | None, algorithm: str) -> tuple[PublicKey, ...]:
        """Return the keys that may have signed: those named `kid`, or all where none is named."""
        return tuple(key.public for key in self._keys if key.fits(kid, algorithm))


def signed_claims(token: str, keys: KeySet) -> tuple[Claims, str]:
    """Verify the signature of a JWT; return its claims and the algorithm that signed them.

    Raises:
        UnknownKey: no key has signed it; with fresh keys it may be tried once more.
        IdTokenRejected: not a JWT, or not signed in a way that is safe.
    """
    if len(token) > LARGEST_TOKEN_CHARACTERS:
        raise IdTokenRejected("The ID token is longer than 256 KiB; no tenant issues such a one.")
    header = _header(token)
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise IdTokenRejected(
            f'The ID token is signed with "{_shown(algorithm)}"; RS256, PS256, '
            "ES256, EdDSA or one of their kind is expected. "
            "Set the signing algorithm in the tenant's settings of this client."
        )
    if kid is not None and not isinstance(kid, str):
        raise IdTokenRejected("The ID token's kid is not a text (RFC 7515 4.1.4).")
    return _verified(token, keys.candidates(kid, algorithm), algorithm, kid), algorithm


def _verified(
    token: str, candidates: tuple[PublicKey, ...], algorithm: str, kid: str | None
) -> Claims:
    if not candidates:
        raise UnknownKey(
            f'The ID token is signed with the {algorithm} key "{_shown(kid)}", '
            f"which is not among the tenant's published keys. {SIGN_SO}"
        )
    for key in candidates:
        try:
            payload = VERIFIER.decode(token, key, algorithms=[algorithm])
        except PyJWTError:
            continue
        return _object(payload)
    if kid is None:
        raise UnknownKey(
            f"The ID token's signature is by none of the tenant's published keys. {SIGN_SO}"
        )
    # Nothing forbids another key under the name of the one before, as a tenant for development
    # makes it at each start.
    raise UnknownKey(f"The ID token's signature is not by the tenant's key. {SIGN_SO}")


def _header(token: str) -> dict[str, Json]:
    try:
        header: dict[str, Json] = VERIFIER.get_unverified_header(token)
    except (PyJWTError, ValueError, RecursionError):
        raise IdTokenRejected("What the tenant sent as ID token is not a signed JWT.") from None
    if header.get("b64", True) is not True or "crit" in header:
        raise IdTokenRejected("The ID token asks for an extension (crit) that is not understood.")
    return header


def _object(payload: object) -> Claims:
    claims = json_object(payload) if isinstance(payload, bytes) else None
    if claims is None:
        raise IdTokenRejected("The ID token's claims are not a JSON object.")
    return claims


def _usable(member: Json) -> VerifyingKey | None:
    if not isinstance(member, dict) or not _is_for_verifying(member):
        return None
    key_type = str(member.get("kty"))
    try:
        read = READERS[key_type]
        public = read({name: value for name, value in member.items() if name != "d"})
    except (PyJWTError, LookupError, ValueError, TypeError, AttributeError):
        return None
    if not isinstance(public, PublicKey) or (
        isinstance(public, RSAPublicKey) and public.key_size < SMALLEST_RSA_BITS
    ):
        return None
    return VerifyingKey(member.get("kid"), key_type, member.get("crv"), member.get("alg"), public)


def _is_for_verifying(member: dict[str, Json]) -> bool:
    operations = member.get("key_ops", ["verify"])
    return member.get("use", "sig") == "sig" and (
        isinstance(operations, list) and "verify" in operations
    )


def _verifier() -> PyJWS:
    verifier = PyJWS(algorithms=[name for name in ALGORITHMS if name != "Ed25519"])
    verifier.register_algorithm("Ed25519", OKPAlgorithm())  # PyJWT knows it by its older name only
    return verifier


VERIFIER: Final = _verifier()


def _shown(value: Json) -> str:
    return printable(value, 200)
