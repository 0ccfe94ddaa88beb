"""npm dpop, a client's proofs that nobody here made, at the check of the API."""

import json
import subprocess
import time

import pytest

from api_server.bearer.dpop import ProofVerifier, hash_token
from api_server.bearer.dpop_memory import Nonces
from api_server.bearer.refusal import InvalidProof, NonceNeeded
from tests.interop.packages import node_package, node_program

pytestmark = pytest.mark.interop

URL = "https://api.example/api/external"
TOKEN = "the-access-token"
ATH = hash_token(TOKEN.encode())


def proofs(*told: str) -> dict[str, dict[str, str]]:
    script = node_package("dpop") / "prove.mjs"
    command = [node_program(), str(script), *told]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    made: dict[str, dict[str, str]] = json.loads(said)
    return made


def test_proofs_are_accepted_once_with_the_token_and_the_nonce_that_they_are_for() -> None:
    nonces = Nonces(b"of the tests", time.time)
    verifier = ProofVerifier(time.time, nonces=nonces)
    made = proofs("GET", URL, nonces.current(), TOKEN)
    assert len(made) == 4
    for each in made.values():
        proof, key = [each["proof"].encode()], each["thumbprint"]
        assert verifier.verify(proof, "GET", [URL], ATH, key).thumbprint == key
        with pytest.raises(InvalidProof, match="used before"):
            verifier.verify(proof, "GET", [URL], ATH, key)


def test_a_proof_without_nonce_is_asked_for_one() -> None:
    verifier = ProofVerifier(time.time, nonces=Nonces(b"of the tests", time.time))
    each = proofs("GET", URL, "", TOKEN)["ES256"]
    with pytest.raises(NonceNeeded):
        verifier.verify([each["proof"].encode()], "GET", [URL], ATH)
