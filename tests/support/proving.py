"""Requests with proofs at a verifier of the API: what it says of each."""

import pytest

from api_server.bearer.dpop import ProofVerifier
from api_server.bearer.refusal import InvalidProof, Refusal
from tests.support.clocks import NOW

URL = "https://api.example/messages"
CLAIMS: dict[str, object] = {"jti": "one", "htm": "GET", "htu": URL, "iat": NOW}


def verify(verifier: ProofVerifier, *proofs: str, **changes: object) -> str:
    """Verify a request's proofs; return the key's thumbprint."""
    request: dict[str, object] = {"method": "GET", "urls": [URL]} | changes
    return verifier.verify([proof.encode() for proof in proofs], **request).thumbprint  # type: ignore[arg-type] # a test's


def refusal(verifier: ProofVerifier, *proofs: str, **changes: object) -> Refusal:
    with pytest.raises(InvalidProof) as caught:
        verify(verifier, *proofs, **changes)
    return caught.value
