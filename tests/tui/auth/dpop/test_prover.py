"""What an answer teaches about the next proof, and what makes a proof one of its own."""

from collections.abc import Mapping

import pytest

from tests.support.clocks import Clock
from tests.support.people.visitor import claims_of
from tests.support.tenants.bound import KEY
from tui.auth.dpop.authorization import LONGEST_NONCE, asks_for_nonce, says_invalid_proof
from tui.auth.dpop.prover import Prover

API = "https://api.example/a"
WANTED = {"www-authenticate": 'DPoP error="use_dpop_nonce"', "dpop-nonce": "n"}
INVALID = {"www-authenticate": 'DPoP error="invalid_dpop_proof"'}


@pytest.mark.parametrize(
    ("status", "headers", "asks"),
    [
        (401, WANTED, True),
        (400, WANTED, False),
        (200, WANTED, False),
        (401, {**WANTED, **INVALID}, False),
        (401, {"www-authenticate": WANTED["www-authenticate"]}, False),
    ],
)
def test_only_a_401_that_names_a_nonce_and_gives_one_is_worth_another_try(
    status: int, headers: Mapping[str, str], asks: bool
) -> None:
    assert asks_for_nonce(status, headers) is asks


@pytest.mark.parametrize(
    ("status", "headers", "says"), [(401, INVALID, True), (403, INVALID, False), (401, {}, False)]
)
def test_only_a_401_that_names_the_proof_refuses_the_proof(
    status: int, headers: Mapping[str, str], says: bool
) -> None:
    assert says_invalid_proof(status, headers) is says


@pytest.mark.parametrize(
    ("nonce", "taken"),
    [
        ("n" * LONGEST_NONCE, True),
        ("n" * (LONGEST_NONCE + 1), False),
        ("", False),
        ("a b", False),
        ('a"b', False),
        ("a\\b", False),
        ("a\x7fb", False),
        ("a\tb", False),
        ("é", False),
    ],
)
def test_a_nonce_is_sent_back_only_where_it_is_one(clock: Clock, nonce: str, taken: bool) -> None:
    """RFC 9449 8.1: no blank, no quote, no backslash; and what fits into a header."""
    prover = Prover(clock)
    prover.learn(API, {"dpop-nonce": "before"})
    prover.learn(API, {"dpop-nonce": nonce})
    claims = claims_of(prover.prove(KEY, "GET", API))
    assert claims["nonce"] == (nonce if taken else "before")


def test_the_identifier_of_a_proof_has_128_random_bits(clock: Clock) -> None:
    drawn = {str(claims_of(Prover(clock).prove(KEY, "GET", API))["jti"]) for _ in range(2)}
    assert len(drawn) == 2
    assert {len(each) for each in drawn} == {22}
