"""RFC 9449 4.3, lines 1 to 7: one proof, its form, its header, its key; each refusal says why."""

import pytest

from api_server.bearer.dpop import PROOF_ALGORITHMS, ProofVerifier
from api_server.bearer.refusal import SeveralProofs
from tests.support.builders.proofs import CLAIMS, URL, Prover, refusal, verify
from tests.support.builders.tokens import AnyKey, EcKey, RsaKey, base64url, encoded

TWICE = '{"typ":"a","typ":"b"}'


@pytest.mark.parametrize(
    "prover",
    [Prover(AnyKey.named("prover", name), name) for name in PROOF_ALGORITHMS],
    ids=PROOF_ALGORITHMS,
)
def test_good_proof_says_whose_key_it_is(verifier: ProofVerifier, prover: Prover) -> None:
    assert verify(verifier, prover.prove("GET", URL)) == prover.thumbprint


def test_thumbprint_is_that_of_rfc_7638(verifier: ProofVerifier) -> None:
    # RFC 7638 3: only the members that make the key count, whatever else the header says
    prover = Prover()
    proof = prover.sign(CLAIMS, jwk=prover.key.jwk(kid="named", alg="ES256", use="sig"))
    assert verify(verifier, proof) == prover.thumbprint


def test_no_proof_is_refused(verifier: ProofVerifier) -> None:
    assert "needs a proof" in refusal(verifier).description


def test_two_proofs_are_refused(verifier: ProofVerifier) -> None:
    """RFC 9449 4.3: 1, security.md 67."""
    prover = Prover()
    refused = refusal(verifier, prover.prove("GET", URL), prover.prove("GET", URL))
    assert isinstance(refused, SeveralProofs)
    assert refused.status == 400


@pytest.mark.parametrize(
    ("proof", "reason"),
    [
        ("", "signed JWT"),
        ("a.b", "signed JWT"),
        ("a.b.c.d", "signed JWT"),
        ("e30.e30.", "has no alg"),
        ("!.e30.AA", "not base64url"),
        (f"{encoded('[]')}.e30.AA", "not a JSON object"),
        (f"{encoded(b'{')}.e30.AA", "cannot be read"),
        (f"{encoded(TWICE)}.e30.AA", "given twice"),
        ("x" * 8193, "at most 8192 bytes"),
        ("\u00fc.e30.AA", "not base64url"),
    ],
)
def test_what_is_no_jwt_is_refused(verifier: ProofVerifier, proof: str, reason: str) -> None:
    """RFC 9449 4.3: 2."""
    assert reason in refusal(verifier, proof).description


@pytest.mark.parametrize("name", ["jti", "htm", "htu", "iat"])
@pytest.mark.parametrize("value", [None, True, [], {}])
def test_claim_that_is_missing_or_of_another_type_is_refused(
    verifier: ProofVerifier, name: str, value: object
) -> None:
    """RFC 9449 4.3: 3."""
    assert (
        f"proof's {name} must be"
        in refusal(verifier, Prover().sign(CLAIMS | {name: value})).description
    )


def test_empty_jti_is_refused(verifier: ProofVerifier) -> None:
    assert "jti" in refusal(verifier, Prover().sign(CLAIMS | {"jti": ""})).description


@pytest.mark.parametrize("typ", [None, "JWT", "at+jwt", "dpop", 1, "dpop+jwt2"])
def test_other_typ_is_refused(verifier: ProofVerifier, typ: object) -> None:
    """RFC 9449 4.3: 4."""
    assert "proof's typ must be" in refusal(verifier, Prover().sign(CLAIMS, typ=typ)).description


@pytest.mark.parametrize("typ", ["dpop+jwt", "DPOP+JWT", "application/dpop+jwt"])
def test_typ_is_a_media_type_in_any_case(verifier: ProofVerifier, typ: str) -> None:
    # RFC 7515 4.1.9
    assert verify(verifier, Prover().sign(CLAIMS, typ=typ))


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "ES256K", "ML-DSA-44", ""])
def test_algorithm_that_is_not_on_our_list_is_refused(verifier: ProofVerifier, alg: str) -> None:
    """RFC 9449 4.3: 5."""
    assert "proof's alg must be" in refusal(verifier, Prover().sign(CLAIMS, alg=alg)).description


@pytest.mark.parametrize("alg", ["RS256", "PS512", "ES384", "EdDSA"])
def test_algorithm_that_does_not_fit_the_key_is_refused(verifier: ProofVerifier, alg: str) -> None:
    """RFC 9449 4.3: 5."""
    refused = refusal(verifier, Prover().sign(CLAIMS, alg=alg))
    assert "jwk cannot be used" in refused.description


@pytest.mark.parametrize(("alg", "reason"), [(None, "has no alg"), (1, "alg must be a string")])
def test_header_without_an_algorithm_is_refused(
    verifier: ProofVerifier, alg: object, reason: str
) -> None:
    assert reason in refusal(verifier, Prover().sign(CLAIMS, alg=alg)).description


def test_signature_of_another_key_is_refused(verifier: ProofVerifier) -> None:
    """RFC 9449 4.3: 6."""
    thief = Prover(EcKey.named("thief"))
    refused = refusal(verifier, thief.sign(CLAIMS, jwk=Prover().jwk))
    assert "not by the key in its header" in refused.description


@pytest.mark.parametrize("part", [0, 1, 2])
def test_changed_letter_is_refused(verifier: ProofVerifier, part: int) -> None:
    """RFC 9449 4.3: 6."""
    parts = Prover().prove("GET", URL).split(".")
    middle = len(parts[part]) // 2
    letter = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + letter + parts[part][middle + 1 :]
    assert refusal(verifier, ".".join(parts)).error == "invalid_dpop_proof"


def test_signature_in_der_is_refused(verifier: ProofVerifier) -> None:
    head, payload, _ = Prover().prove("GET", URL).split(".")
    der = base64url(b"\x30\x06\x02\x01\x01\x02\x01\x01")
    assert "signature" in refusal(verifier, f"{head}.{payload}.{der}").description


@pytest.mark.parametrize("name", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_key_with_a_private_member_is_refused(verifier: ProofVerifier, name: str) -> None:
    """RFC 9449 4.3: 7."""
    proof = Prover().sign(CLAIMS, jwk=Prover().jwk | {name: "AQAB"})
    assert "must be a public key" in refusal(verifier, proof).description


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kty": "oct", "k": "AAAA"}, "public key"),
        ({"kty": "oct"}, "none of"),
        ({"kty": None}, "none of"),
        ({"crv": "P-384"}, "none of"),
        ({"crv": None}, "none of"),
        ({"x": None}, "x is not a string"),
        ({"y": 1}, "y is not a string"),
        ({"x": "!"}, "x is not base64url"),
        ({"x": "AA"}, "jwk cannot be used"),
        ({"use": "enc"}, "not a key for signatures"),
        ({"key_ops": ["sign"]}, "not a key to verify with"),
    ],
)
def test_key_that_cannot_be_used_is_refused(
    verifier: ProofVerifier, changes: dict[str, object], reason: str
) -> None:
    """RFC 9449 4.3: 5 and 7."""
    proof = Prover().sign(CLAIMS, jwk=Prover().jwk | changes)
    assert reason in refusal(verifier, proof).description


@pytest.mark.parametrize("jwk", [None, "x", [], 1])
def test_header_without_a_key_is_refused(verifier: ProofVerifier, jwk: object) -> None:
    assert "must be a public key" in refusal(verifier, Prover().sign(CLAIMS, jwk=jwk)).description


def test_weak_key_is_refused(verifier: ProofVerifier) -> None:
    weak = Prover(RsaKey.named("weak", 1024), "RS256")
    assert "RSA with 1024 bits" in refusal(verifier, weak.prove("GET", URL)).description


def test_extension_that_must_be_understood_is_refused(verifier: ProofVerifier) -> None:
    assert "crit" in refusal(verifier, Prover().sign(CLAIMS, crit=["x"], x=1)).description
