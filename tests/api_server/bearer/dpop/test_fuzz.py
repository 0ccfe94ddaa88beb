"""Proofs of any shape: refused, never a failure of the server."""

import json
import random

import pytest

from api_server.bearer.dpop import ProofVerifier
from api_server.bearer.refusal import InvalidProof
from tests.support.apis.checked_api import BOUND_URL, Api, bound_token, send_bound
from tests.support.builders.proofs import CLAIMS, URL, Prover, refusal, verify
from tests.support.clocks import NOW
from tests.support.heavy import rounds


def mutated(good: str, chance: random.Random, alphabet: str) -> str:
    """Change up to four letters of a proof."""
    letters = list(good)
    for _ in range(chance.randint(1, 4)):
        letters[chance.randrange(len(letters))] = chance.choice(alphabet)
    return "".join(letters)


@pytest.mark.heavy
def test_mutated_proofs_are_refused_and_never_a_failure(verifier: ProofVerifier) -> None:
    chance = random.Random(9449)
    good = Prover().prove("GET", URL)
    for _ in range(rounds(2_000, 20_000)):
        proof = mutated(good, chance, "AZaz09-_.=\x00\u00fc {")
        if proof != good:
            assert refusal(verifier, proof).error == "invalid_dpop_proof"
    assert verify(verifier, good)


@pytest.mark.heavy
async def test_the_api_answers_mutated_proofs_with_a_refusal() -> None:
    chance, api, prover = random.Random(9470), Api(), Prover()
    sent = bound_token(prover)
    good = prover.prove("GET", BOUND_URL, sent)
    for _ in range(rounds(100, 2_000)):
        proof = mutated(good, chance, "AZaz09-_.=, {")
        if proof != good:
            assert (await send_bound(api, sent, proof)).status_code == 401
    assert (await send_bound(api, sent, good)).status_code == 200


@pytest.mark.heavy
def test_any_json_in_a_proof_is_never_a_failure(verifier: ProofVerifier) -> None:
    chance = random.Random(4)
    values: list[object] = [
        None,
        True,
        0,
        -1,
        1e308,
        10**400,
        "",
        "\ud800",
        [],
        [[]],
        {},
        {"a": None},
        URL,
        NOW,
    ]
    prover = Prover()
    for number in range(rounds(100, 500)):
        claims = CLAIMS | {"jti": str(number), chance.choice(list(CLAIMS)): chance.choice(values)}
        header = {chance.choice(["typ", "alg", "jwk", "kid", "crit"]): chance.choice(values)}
        header["jwk"] = prover.jwk | {
            chance.choice(["kty", "crv", "x", "y", "kid", "use"]): chance.choice(values)
        }
        try:
            verify(verifier, prover.sign(claims, **json.loads(json.dumps(header))))
        except InvalidProof:
            continue
