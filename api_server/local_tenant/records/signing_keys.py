"""The RSA keys that sign the tenant's tokens.

The newest key signs; all of them verify and are published, so another can be added at any time.
"""

import sqlite3
from dataclasses import dataclass, field
from typing import Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from api_server.bearer.json_web_key import read_key
from api_server.local_tenant.errors import TokenInvalid

ALGORITHM: Final = "RS256"
KEY_BITS: Final = 2048
"""The least that RFC 7518 3.3 allows, and quick to make."""

MAX_TOKEN_LENGTH: Final = 16 * 1024
"""In characters; more is not one of ours and is not parsed."""

SIGNATURE_ONLY: Final[jwt.types.Options] = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
}
"""The caller, who has the clock, judges times."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair and its name."""

    kid: str
    private: rsa.RSAPrivateKey = field(repr=False)

    def public_jwk(self) -> dict[str, str]:
        """Return the public half (RFC 7517 4)."""
        return {"kid": self.kid, "use": "sig", "alg": ALGORITHM, **_public_members(self.private)}


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """All keys, the newest first."""

    keys: tuple[SigningKey, ...]

    def key_set(self) -> dict[str, list[dict[str, str]]]:
        """Return the JSON Web Key Set (RFC 7517 5)."""
        return {"keys": [key.public_jwk() for key in self.keys]}

    def sign(self, claims: dict[str, object], typ: str) -> str:
        """Sign with the newest key; `typ` tells kinds of tokens apart (RFC 8725 3.11)."""
        key = self.keys[0]
        return jwt.encode(claims, key.private, ALGORITHM, {"kid": key.kid, "typ": typ})

    def verify(self, token: str, typ: str) -> dict[str, object]:
        """Return the claims of a token that this tenant signed; raise TokenInvalid."""
        if len(token) > MAX_TOKEN_LENGTH:
            raise TokenInvalid("too long")
        try:
            header = jwt.get_unverified_header(token)
            key = self._named(header.get("kid"))
            if header.get("typ") != typ:
                raise TokenInvalid("another kind of token")
            return jwt.decode(token, key.private.public_key(), [ALGORITHM], SIGNATURE_ONLY)
        except (jwt.PyJWTError, ValueError) as error:
            raise TokenInvalid("not signed by this tenant") from error

    def _named(self, kid: object) -> SigningKey:
        for key in self.keys:
            if key.kid == kid:
                return key
        raise TokenInvalid("unknown key")


def load_keys(db: sqlite3.Connection, now: int) -> SigningKeys:
    """Read the keys, making the first one where there is none."""
    rows = db.execute("SELECT * FROM signing_keys ORDER BY created_at DESC, rowid DESC").fetchall()
    if not rows:
        return SigningKeys((add_key(db, now),))
    return SigningKeys(tuple(SigningKey(row["kid"], _read(row["private_pem"])) for row in rows))


def add_key(db: sqlite3.Connection, now: int) -> SigningKey:
    """Make a key that signs from the next start on; the older ones go on verifying."""
    private = rsa.generate_private_key(65537, KEY_BITS)
    kid = read_key(_public_members(private), (ALGORITHM,)).thumbprint
    key = SigningKey(kid, private)
    db.execute("INSERT INTO signing_keys VALUES (?, ?, ?)", (key.kid, _write(private), now))
    return key


def _public_members(private: rsa.RSAPrivateKey) -> dict[str, str]:
    jwk = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {name: str(jwk[name]) for name in ("e", "kty", "n")}


def _write(private: rsa.RSAPrivateKey) -> str:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


def _read(pem: str) -> rsa.RSAPrivateKey:
    # our own key from our own file: to prove its primes again would take some 30 ms of each start
    key = serialization.load_pem_private_key(
        pem.encode("ascii"), None, unsafe_skip_rsa_key_validation=True
    )
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("expected an RSA key")
    return key
