"""A public key as JSON (RFC 7517), and whether it made a signature (RFC 7518, RFC 8037)."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import Algorithm

from api_server.bearer.strict_encoding import JsonObject, decode_base64url, encode_base64url

MIN_RSA_BITS: Final = 2048
"""RFC 7518 3.3."""

MAX_RSA_BITS: Final = 8192
"""A check takes time that grows with the square of the key; nobody signs tokens with more."""

MAX_RSA_EXPONENT: Final = 2**32
"""A check takes time that grows with it, too; nearly all keys have 65537."""

MAX_KEYS: Final = 64
"""A token without a key id is tried with each key; issuers publish two or three."""

PUBLIC_MEMBERS: Final = {"RSA": ("e", "n"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
"""What makes the key, by `kty`, in the order of a thumbprint (RFC 7638 3.2)."""

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


class KeyUnusable(ValueError):
    """A key that must not verify tokens here; the message says why."""


@dataclass(frozen=True, slots=True)
class Signing:
    """One way to sign: which keys can do it, and how it is checked."""

    kty: str
    crv: str | None
    check: Algorithm


ALGORITHMS: Final = {
    name: Signing(kty, crv, jwt.get_algorithm_by_name("EdDSA" if kty == "OKP" else name))
    for name, kty, crv in (
        ("ES256", "EC", "P-256"),
        ("ES384", "EC", "P-384"),
        ("ES512", "EC", "P-521"),
        ("EdDSA", "OKP", "Ed25519"),
        ("Ed25519", "OKP", "Ed25519"),  # RFC 9864: EdDSA's name once it means one curve
        ("RS256", "RSA", None),
        ("RS384", "RSA", None),
        ("RS512", "RSA", None),
        ("PS256", "RSA", None),
        ("PS384", "RSA", None),
        ("PS512", "RSA", None),
    )
}
"""What may sign tokens and proofs here. No symmetric algorithm, and no `none`."""


@dataclass(frozen=True, slots=True)
class JsonWebKey:
    """One public key, and the algorithms that it may verify."""

    kid: str | None
    algorithms: frozenset[str]
    thumbprint: str
    """RFC 7638 3, SHA-256: two keys under one `kid` are two keys."""
    public: PublicKey = field(compare=False)

    def made(self, algorithm: str, signature: bytes, signed: bytes) -> bool:
        """Return whether this key made the signature."""
        return ALGORITHMS[algorithm].check.verify(signed, self.public, signature)


def usable_keys(key_set: JsonObject, allowed: Collection[str]) -> tuple[JsonWebKey, ...]:
    """Return the keys of a JWK set that may verify; the others are left out (RFC 7517 5)."""
    members = key_set.get("keys")
    found: list[JsonWebKey] = []
    for member in members[:MAX_KEYS] if isinstance(members, list) else ():
        try:
            found.append(read_key(member, allowed))
        except KeyUnusable:
            continue
    return tuple(found)


def read_key(jwk: object, allowed: Collection[str]) -> JsonWebKey:
    """Return the key that `jwk` describes, for the algorithms that are allowed of its own.

    Raise KeyUnusable where none is left, or the key is not one to verify with.
    """
    if not isinstance(jwk, dict):
        raise KeyUnusable("not an object")
    algorithms = _algorithms(jwk, allowed)
    _require_for_signatures(jwk)
    members = _public_members(jwk)
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    thumbprint = encode_base64url(hashlib.sha256(text.encode()).digest())
    public = _public_key(members, ALGORITHMS[min(algorithms)].check)
    return JsonWebKey(jwk.get("kid"), algorithms, thumbprint, public)


def _algorithms(jwk: JsonObject, allowed: Collection[str]) -> frozenset[str]:
    """Return what the key says it is for, or what its type and curve leave open."""
    kind = (jwk.get("kty"), jwk.get("crv") if jwk.get("kty") != "RSA" else None)
    fitting = {name for name in allowed if (ALGORITHMS[name].kty, ALGORITHMS[name].crv) == kind}
    stated = jwk.get("alg")
    algorithms = frozenset(name for name in fitting if stated in (None, name))
    if not algorithms:
        raise KeyUnusable(f"kty, crv and alg {(*kind, stated)!r} are none of {sorted(allowed)}")
    return algorithms


def _require_for_signatures(jwk: JsonObject) -> None:
    if jwk.get("use", "sig") != "sig":
        raise KeyUnusable("not a key for signatures")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise KeyUnusable("not a key to verify with")
    if not isinstance(jwk.get("kid"), str | None):
        raise KeyUnusable("kid is not a string")


def _public_members(jwk: JsonObject) -> dict[str, str]:
    """Return the members that make the key, each in its only spelling."""
    kty = str(jwk["kty"])
    return {"kty": kty} | {name: _canonical(jwk, name) for name in PUBLIC_MEMBERS[kty]}


def _canonical(jwk: JsonObject, name: str) -> str:
    found = jwk.get(name)
    if not isinstance(found, str):
        raise KeyUnusable(f"{name} is not a string")
    if name == "crv":
        return found
    try:
        raw = decode_base64url(found.encode("ascii"))
    except ValueError as error:
        raise KeyUnusable(f"{name} is not base64url") from error
    # RFC 7518 6.3.1.1: some issuers write a zero before a modulus; a coordinate keeps its length
    return encode_base64url(raw.lstrip(b"\0") if name in ("n", "e") else raw)


def _public_key(members: dict[str, str], algorithm: Algorithm) -> PublicKey:
    try:
        public: PublicKey = algorithm.from_jwk(members)
    except (jwt.InvalidKeyError, ValueError) as error:
        raise KeyUnusable(str(error)) from error
    if isinstance(public, rsa.RSAPublicKey):
        if not MIN_RSA_BITS <= public.key_size <= MAX_RSA_BITS:
            raise KeyUnusable(f"RSA with {public.key_size} bits")
        if public.public_numbers().e > MAX_RSA_EXPONENT:
            raise KeyUnusable("RSA with an exponent of more than 32 bits")
    return public
