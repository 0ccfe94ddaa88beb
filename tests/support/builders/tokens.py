"""Builders of tokens: good ones, and whatever else somebody may send."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm
from jwt import get_algorithm_by_name
from jwt.algorithms import Algorithm

from tests.support.clocks import NOW

ISSUER = "https://tenant.example/"
AUDIENCE = "https://api.example"

Json = Mapping[str, object]


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def encoded(part: Json | bytes | str) -> str:
    """Return a part of a token: JSON of it, or bytes and text as they are."""
    if isinstance(part, bytes):
        return base64url(part)
    return base64url((part if isinstance(part, str) else json.dumps(part)).encode())


def number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@dataclass(frozen=True)
class RsaKey:
    """A signing key of an issuer, and what its key set says of it."""

    kid: str
    private: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def named(cls, kid: str, bits: int = 2048) -> "RsaKey":
        return cls(kid, _rsa_private(kid, bits))

    def jwk(self, **changes: object) -> dict[str, object]:
        public = self.private.public_key().public_numbers()
        base = {"kty": "RSA", "kid": self.kid, "use": "sig", "alg": "RS256"}
        found = base | {"n": number(public.n), "e": number(public.e)} | changes
        return {name: value for name, value in found.items() if value is not None}

    def sign(self, signed: bytes, digest: HashAlgorithm | None = None) -> bytes:
        return self.private.sign(signed, padding.PKCS1v15(), digest or SHA256())

    def sign_pss(self, signed: bytes) -> bytes:
        scheme = padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size)
        return self.private.sign(signed, scheme, SHA256())

    def sign_384(self, signed: bytes) -> bytes:
        return self.sign(signed, SHA384())


@dataclass(frozen=True)
class EcKey:
    """A P-256 signing key."""

    kid: str
    private: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def named(cls, kid: str) -> "EcKey":
        return cls(kid, _ec_private(kid))

    def jwk(self, **changes: object) -> dict[str, object]:
        public = self.private.public_key().public_numbers()
        x, y = (base64url(value.to_bytes(32, "big")) for value in (public.x, public.y))
        base = {"kty": "EC", "crv": "P-256", "kid": self.kid, "alg": "ES256", "x": x, "y": y}
        return {name: value for name, value in (base | changes).items() if value is not None}

    def sign(self, signed: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(signed, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@dataclass(frozen=True)
class AnyKey:
    """A key for one algorithm, signed with by PyJWT."""

    kid: str
    algorithm: str
    private: Any = field(repr=False)

    @classmethod
    def named(cls, kid: str, algorithm: str) -> "AnyKey":
        return cls(kid, algorithm, _any_private(algorithm))

    def jwk(self, **changes: object) -> dict[str, object]:
        found = _pyjwt(self.algorithm).to_jwk(self.private.public_key(), as_dict=True)
        found = found | {"kid": self.kid, "alg": self.algorithm, "key_ops": None} | changes
        return {name: value for name, value in found.items() if value is not None}

    def sign(self, signed: bytes) -> bytes:
        return _pyjwt(self.algorithm).sign(signed, self.private)


def _pyjwt(algorithm: str) -> Algorithm:
    # RFC 9864 gives EdDSA over Ed25519 that name, which PyJWT does not know
    return get_algorithm_by_name("EdDSA" if algorithm == "Ed25519" else algorithm)


def claims(**changes: object) -> dict[str, object]:
    """Return the claims of a good token; a change to None takes the claim out."""
    base = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "alice",
        "client_id": "doorkey-local",
        "iat": NOW - 10,
        "exp": NOW + 300,
        "jti": "t-1",
        "scope": "openid read:messages",
    }
    found = base | changes
    return {name: value for name, value in found.items() if value is not None}


def header(**changes: object) -> dict[str, object]:
    """Return the header of a good token; a change to None takes the member out."""
    found = {"alg": "RS256", "kid": "k1", "typ": "at+jwt"} | changes
    return {name: value for name, value in found.items() if value is not None}


def token(
    key: "RsaKey | EcKey | AnyKey",
    payload: Json | bytes | str | None = None,
    head: Json | bytes | str | None = None,
) -> str:
    """Return a token signed by `key`, whatever it says."""
    parts = (header() if head is None else head, claims() if payload is None else payload)
    signed = ".".join(encoded(part) for part in parts)
    return f"{signed}.{base64url(key.sign(signed.encode()))}"


@cache
def _rsa_private(name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def _ec_private(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def _any_private(algorithm: str) -> object:
    if algorithm.startswith("Ed"):
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm.startswith("ES"):
        curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
        return ec.generate_private_key(curves[algorithm])
    return _rsa_private("any", 2048)
