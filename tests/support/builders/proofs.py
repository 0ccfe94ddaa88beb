"""Builders of DPoP proofs (RFC 9449 4.2): good ones, and what a verifier says of others."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

import pytest

from api_server.bearer.dpop import ProofVerifier
from api_server.bearer.refusal import InvalidProof, Refusal
from tests.support.builders.tokens import AnyKey, EcKey, RsaKey, base64url, token
from tests.support.clocks import NOW, Seconds

COUNTER = itertools.count()

URL = "https://api.example/messages"
CLAIMS: dict[str, object] = {"jti": "one", "htm": "GET", "htu": URL, "iat": NOW}


@dataclass
class Prover:
    """A client's key, and the proofs that it makes with it."""

    key: EcKey | RsaKey | AnyKey = field(default_factory=lambda: EcKey.named("prover"))
    algorithm: str = "ES256"
    clock: Callable[[], float] = field(default_factory=Seconds)
    nonce: str | None = None
    """The nonce of every proof, until the server gives another."""

    @property
    def jwk(self) -> dict[str, object]:
        """The public key, without what only a key set says."""
        return self.key.jwk(kid=None, alg=None, use=None)

    @property
    def thumbprint(self) -> str:
        """RFC 7638 3: the members of the key in the order of their names, without a blank."""
        jwk = self.jwk
        members = ",".join(f'"{name}":"{jwk[name]}"' for name in sorted(jwk))
        return base64url(sha256(f"{{{members}}}".encode()).digest())

    def prove(self, method: str, url: str, token: str | None = None, **changes: object) -> str:
        """Return a good proof; a change to None takes a claim out."""
        claims: dict[str, object] = {"jti": f"j-{next(COUNTER)}", "htm": method, "htu": url}
        claims |= {"iat": self.clock(), "nonce": self.nonce}
        if token is not None:
            claims["ath"] = base64url(sha256(token.encode()).digest())
        return self.sign(claims | changes)

    def sign(self, claims: dict[str, object], **header: object) -> str:
        """Return a proof with these claims; changes are to the header."""
        found = {"typ": "dpop+jwt", "alg": self.algorithm, "jwk": self.jwk} | header
        return token(self.key, _without_none(claims), _without_none(found))


def _without_none(members: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}


def verify(verifier: ProofVerifier, *proofs: str, **changes: object) -> str:
    """Verify a request's proofs; return the key's thumbprint."""
    request: dict[str, object] = {"method": "GET", "urls": [URL]} | changes
    return verifier.verify([proof.encode() for proof in proofs], **request).thumbprint  # type: ignore[arg-type] # a test's


def refusal(verifier: ProofVerifier, *proofs: str, **changes: object) -> Refusal:
    with pytest.raises(InvalidProof) as caught:
        verify(verifier, *proofs, **changes)
    return caught.value
