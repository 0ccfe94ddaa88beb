"""Proofs that were used before, and nonces (RFC 9449 8, 9 and 11.1)."""

import pytest

from api_server.bearer.dpop import ProofVerifier
from api_server.bearer.dpop_memory import Nonces, SeenProofs
from api_server.bearer.refusal import NonceNeeded
from tests.support.builders.proofs import CLAIMS, URL, Prover, refusal, verify
from tests.support.builders.tokens import EcKey
from tests.support.clocks import NOW, Seconds


def test_proof_is_good_once(verifier: ProofVerifier) -> None:
    """RFC 9449 11.1, security.md 66."""
    proof = Prover().prove("GET", URL)
    assert verify(verifier, proof)
    assert "was used before" in refusal(verifier, proof).description


def test_jti_of_one_client_does_not_count_for_another(verifier: ProofVerifier) -> None:
    assert verify(verifier, Prover().prove("GET", URL, jti="same"))
    assert verify(verifier, Prover(EcKey.named("other")).prove("GET", URL, jti="same"))


def test_refused_proof_does_not_use_its_jti_up(verifier: ProofVerifier) -> None:
    thief = Prover(EcKey.named("thief"))
    refusal(verifier, thief.sign(CLAIMS, jwk=Prover().jwk))
    assert verify(verifier, Prover().sign(CLAIMS))


def test_replay_is_known_for_as_long_as_the_proof_could_be_good(
    verifier: ProofVerifier, clock: Seconds
) -> None:
    proof = Prover().prove("GET", URL, iat=NOW + 30)
    assert verify(verifier, proof)
    clock.advance(329.9)
    assert "was used before" in refusal(verifier, proof).description
    clock.advance(0.2)
    assert "iat must be within" in refusal(verifier, proof).description


def test_no_replay_is_missed_where_more_proofs_come_than_are_remembered(clock: Seconds) -> None:
    seen = SeenProofs(max_proofs=3)
    verifier = ProofVerifier(clock, seen=seen)
    first = [Prover().prove("GET", URL) for _ in range(3)]
    late = Prover().prove("GET", URL)
    for proof in first:
        assert verify(verifier, proof)
    for proof in first:
        assert "was used before" in refusal(verifier, proof).description
    clock.advance(1)
    assert verify(verifier, Prover().prove("GET", URL, iat=clock()))
    # the second before made room: whatever was made in it could be a replay
    assert len(seen) == 1
    for proof in (*first, late):
        assert "too long ago for so many proofs" in refusal(verifier, proof).description
    assert verify(verifier, Prover().prove("GET", URL, iat=clock()))


def test_100_000_proofs_are_remembered_exactly() -> None:
    seen = SeenProofs()
    for serial in range(100_000):
        assert seen.add(serial.to_bytes(4, "big"), NOW + serial % 300, NOW - 300)
    assert len(seen) == 100_000
    assert not seen.is_too_old(NOW)
    assert not any(
        seen.add(serial.to_bytes(4, "big"), NOW + serial % 300, NOW - 300)
        for serial in range(100_000)
    )
    assert seen.add(b"another", NOW + 300, NOW - 300)
    assert len(seen) < 100_000
    assert seen.is_too_old(NOW + 0.9)
    assert not seen.is_too_old(NOW + 1)


def test_as_many_as_fit_are_remembered_and_then_the_oldest_second_is_forgotten() -> None:
    seen = SeenProofs(max_proofs=3)
    for serial, second in enumerate((NOW, NOW, NOW + 1)):
        assert seen.add(b"%d" % serial, second, NOW)
    assert len(seen) == 3
    assert not seen.is_too_old(NOW)
    assert not seen.add(b"0", NOW, NOW)
    assert seen.add(b"3", NOW + 1, NOW)
    assert len(seen) == 2
    assert seen.is_too_old(NOW)
    assert not seen.is_too_old(NOW + 1)


def test_a_second_is_forgotten_once_its_proofs_are_refused_for_their_age() -> None:
    seen = SeenProofs()
    seen.add(b"0", NOW, NOW)
    seen.add(b"1", NOW + 1, NOW)
    assert len(seen) == 2
    seen.add(b"2", NOW + 1, NOW + 1)
    assert (len(seen), seen.is_too_old(NOW), seen.is_too_old(NOW + 1)) == (2, True, False)


def test_proofs_that_are_too_old_are_not_remembered(clock: Seconds) -> None:
    seen = SeenProofs()
    verifier = ProofVerifier(clock, seen=seen)
    for _ in range(1000):
        assert verify(verifier, Prover().prove("GET", URL, iat=clock()))
        clock.advance(1)
    assert 300 <= len(seen) <= 302


@pytest.mark.parametrize("jti", ["\ud800", "\u0000", "x" * 5000])
def test_any_text_can_be_a_jti(verifier: ProofVerifier, jti: str) -> None:
    assert verify(verifier, Prover().prove("GET", URL, jti=jti))


class TestNonces:
    """RFC 9449 8 and 9."""

    @pytest.fixture
    def verifier(self, clock: Seconds) -> ProofVerifier:
        return ProofVerifier(clock, nonces=Nonces(b"secret", clock))

    @pytest.mark.parametrize("nonce", [None, "", "x", "\ud800", "\u00fc"])
    def test_proof_without_a_nonce_of_ours_is_asked_for_one(
        self, verifier: ProofVerifier, nonce: str | None
    ) -> None:
        """RFC 9449 4.3: 10."""
        refused = refusal(verifier, Prover().prove("GET", URL, nonce=nonce))
        assert isinstance(refused, NonceNeeded)
        assert (refused.status, refused.error) == (401, "use_dpop_nonce")

    def test_nonce_is_good_until_the_next_one_is_replaced(
        self, verifier: ProofVerifier, clock: Seconds
    ) -> None:
        assert verifier.nonces
        nonce = verifier.nonces.current()
        for _ in range(2):
            assert verify(verifier, Prover().prove("GET", URL, nonce=nonce))
            clock.advance(120)
        refused = refusal(verifier, Prover().prove("GET", URL, nonce=nonce, iat=clock()))
        assert isinstance(refused, NonceNeeded)

    def test_nonce_of_another_secret_is_unknown(self, clock: Seconds) -> None:
        assert not Nonces(b"one", clock).accepts(Nonces(b"another", clock).current())
        assert Nonces(b"one", clock).accepts(Nonces(b"one", clock).current())

    def test_nonce_of_another_type_is_refused(self, verifier: ProofVerifier) -> None:
        refused = refusal(verifier, Prover().prove("GET", URL, nonce=1))
        assert "nonce must be a string" in refused.description
