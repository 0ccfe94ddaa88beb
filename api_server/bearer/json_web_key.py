"""An issuer's public key (RFC 7517), and whether it made a signature (RFC 7518)."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api_server.bearer import base64url
from api_server.bearer.strict_json import JsonObject

MIN_RSA_BITS: Final = 2048
"""RFC 7518 3.3."""

MAX_RSA_BITS: Final = 8192
"""A check takes time that grows with the square of the key; nobody signs tokens with more."""

MAX_KEYS: Final = 64
"""A token without a key id is tried with each key; issuers publish two or three."""

P256_COORDINATE_BYTES: Final = 32
"""RFC 7518 3.4: r and s, each padded to this length."""

Check = Callable[[bytes, bytes], None]
"""(signature, signed bytes) -> None, or raises InvalidSignature."""


class UnusableKeyError(ValueError):
    """A key of the set that must not verify access tokens; the message says why."""


@dataclass(frozen=True, slots=True)
class JsonWebKey:
    """One public key, for one algorithm."""

    kid: str | None
    algorithm: str
    thumbprint: str
    """SHA-256 of the key itself: two keys under one kid are two keys."""
    check: Check = field(repr=False, compare=False)

    def made(self, signature: bytes, signed: bytes) -> bool:
        """Tell whether this key made the signature."""
        try:
            self.check(signature, signed)
        except InvalidSignature:
            return False
        return True


def usable_keys(key_set: JsonObject, algorithms: Sequence[str]) -> tuple[JsonWebKey, ...]:
    """Return the keys of a JWK set that may verify; the others are left out (RFC 7517 5)."""
    members = key_set.get("keys")
    found: list[JsonWebKey] = []
    for member in members[:MAX_KEYS] if isinstance(members, list) else ():
        try:
            found.append(_read(member, algorithms))
        except UnusableKeyError:
            continue
    return tuple(found)


def _read(jwk: object, algorithms: Sequence[str]) -> JsonWebKey:
    if not isinstance(jwk, dict):
        raise UnusableKeyError("not an object")
    algorithm = _algorithm(jwk)
    if algorithm not in algorithms:
        raise UnusableKeyError(f"algorithm {algorithm!r} is not allowed here")
    if jwk.get("use", "sig") != "sig":
        raise UnusableKeyError("not a key for signatures")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise UnusableKeyError("not a key to verify with")
    kid = jwk.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise UnusableKeyError("kid is not a string")
    public, check = ALGORITHMS[algorithm](jwk)
    encoded = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return JsonWebKey(kid, algorithm, hashlib.sha256(encoded).hexdigest(), check)


def _algorithm(jwk: JsonObject) -> str:
    """Return what the key says it is for, or what its type leaves."""
    by_type = {"RSA": "RS256", "EC": "ES256"}.get(_text(jwk, "kty"))
    stated = jwk.get("alg", by_type)
    if by_type is None or stated != by_type:
        raise UnusableKeyError(f"alg {stated!r} with kty {jwk['kty']!r}")
    return by_type


def _rsa(jwk: JsonObject) -> tuple[rsa.RSAPublicKey, Check]:
    modulus, exponent = _number(jwk, "n"), _number(jwk, "e")
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
        raise UnusableKeyError(f"RSA with {modulus.bit_length()} bits")
    try:
        public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError as error:
        raise UnusableKeyError(str(error)) from error
    scheme, digest = padding.PKCS1v15(), SHA256()

    def check(signature: bytes, signed: bytes) -> None:
        public.verify(signature, signed, scheme, digest)

    return public, check


def _p256(jwk: JsonObject) -> tuple[ec.EllipticCurvePublicKey, Check]:
    if jwk.get("crv") != "P-256":
        raise UnusableKeyError("another curve than P-256")
    point = ec.EllipticCurvePublicNumbers(_number(jwk, "x"), _number(jwk, "y"), ec.SECP256R1())
    try:
        public = point.public_key()
    except ValueError as error:
        raise UnusableKeyError(str(error)) from error
    scheme = ec.ECDSA(SHA256())

    def check(signature: bytes, signed: bytes) -> None:
        if len(signature) != 2 * P256_COORDINATE_BYTES:
            raise InvalidSignature
        r, s = signature[:P256_COORDINATE_BYTES], signature[P256_COORDINATE_BYTES:]
        der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        public.verify(der, signed, scheme)

    return public, check


ALGORITHMS: Final[
    dict[str, Callable[[JsonObject], tuple[rsa.RSAPublicKey | ec.EllipticCurvePublicKey, Check]]]
] = {"RS256": _rsa, "ES256": _p256}
"""What may sign access tokens here, and how its keys are read. No symmetric one, and no `none`."""


def _number(jwk: JsonObject, name: str) -> int:
    try:
        return int.from_bytes(base64url.decode(_text(jwk, name).encode("ascii")), "big")
    except ValueError as error:
        raise UnusableKeyError(f"{name} is not base64url") from error


def _text(jwk: JsonObject, name: str) -> str:
    found = jwk.get(name)
    if not isinstance(found, str):
        raise UnusableKeyError(f"{name} is not a string")
    return found
