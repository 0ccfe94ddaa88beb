"""RFC 9449 4.3, line by line; each refusal says its reason."""

import pytest

from api_server.bearer.dpop import PROOF_ALGORITHMS, ProofVerifier, hash_token, is_same_url
from api_server.bearer.dpop_memory import Nonces
from api_server.bearer.refusal import InvalidToken, SeveralProofs
from tests.support.builders.proofs import CLAIMS, URL, Prover, refusal, verify
from tests.support.builders.tokens import AnyKey, EcKey, RsaKey, base64url, encoded, token
from tests.support.clocks import NOW, Seconds

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


def test_list_of_algorithms_can_be_shorter(clock: Seconds) -> None:
    verifier = ProofVerifier(clock, algorithms=("RS256",))
    assert "must be one of: RS256" in refusal(verifier, Prover().prove("GET", URL)).description


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


@pytest.mark.parametrize("method", ["POST", "get", "", "GET "])
def test_proof_for_another_method_is_refused(verifier: ProofVerifier, method: str) -> None:
    """RFC 9449 4.3: 8."""
    assert "htm must be GET" in refusal(verifier, Prover().prove(method, URL)).description


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example/",
        "https://api.example/messages/",
        "https://api.example/Messages",
        "https://evil.example/messages",
        "http://api.example/messages",
        "https://api.example:444/messages",
        "https://user@api.example/messages",
        "https://api.example/mess\tages",
        "https://api.example:x/messages",
        "https://[api.example/messages",
        "/messages",
        "",
    ],
)
def test_proof_for_another_address_is_refused(verifier: ProofVerifier, url: str) -> None:
    """RFC 9449 4.3: 9, security.md 67."""
    assert f"htu must be {URL}" in refusal(verifier, Prover().prove("GET", url)).description


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example:443/messages",
        "HTTPS://API.example/messages",
        "https://api.example/messages?page=2",
        "https://api.example/messages#top",
        "https://api.example/%6dessages",
        "https://api.example/a/../messages",
        "https://api.example/./messages",
    ],
)
def test_address_is_compared_without_query_and_fragment_and_normalised(
    verifier: ProofVerifier, url: str
) -> None:
    """RFC 9449 4.3: 9, RFC 3986 6.2.2 and 6.2.3."""
    assert verify(verifier, Prover().prove("GET", url))


def test_escaped_slash_is_not_a_slash() -> None:
    assert not is_same_url("https://api.example/a%2Fb", "https://api.example/a/b")
    assert is_same_url("https://api.example/a%2fb", "https://api.example/a%2Fb")


@pytest.mark.parametrize("text", ["no address", "", URL])
def test_the_same_text_is_the_same_address_and_another_one_with_a_blank_is_not(text: str) -> None:
    assert is_same_url(text, text)
    assert not is_same_url("https://api.example/ b", "HTTPS://api.example/ b")


def test_any_of_the_addresses_may_be_named_in_any_spelling(verifier: ProofVerifier) -> None:
    for named in ("https://api.example/messages", "HTTPS://localhost/messages"):
        proof = Prover().prove("GET", named).encode()
        assert verifier.verify([proof], "GET", [URL, "https://localhost/messages"])


def test_proof_of_8_kib_is_looked_at_and_no_longer_one(verifier: ProofVerifier) -> None:
    assert "at most 8192 bytes" in refusal(verifier, "x" * 8193).description
    assert "not that of a signed JWT" in refusal(verifier, "x" * 8192).description


@pytest.mark.parametrize("payload", [b"[]", b"{", b"\xff"])
def test_payload_that_is_no_object_is_refused(verifier: ProofVerifier, payload: bytes) -> None:
    prover = Prover()
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": prover.jwk}
    refused = refusal(verifier, token(prover.key, payload, header))
    assert "payload cannot be read" in refused.description


def test_origin_without_a_path_is_its_root() -> None:
    assert is_same_url("https://api.example", "https://api.example/")


def test_nonce_must_be_the_servers_where_it_gives_any(clock: Seconds) -> None:
    """RFC 9449 4.3: 10; more of them in test_dpop_memory.py."""
    nonces = Nonces(b"secret", clock)
    demanding, prover = ProofVerifier(clock, nonces=nonces), Prover()
    assert verify(demanding, prover.prove("GET", URL, nonce=nonces.current()))
    for nonce in (None, "another"):
        refused = refusal(demanding, prover.prove("GET", URL, nonce=nonce))
        assert refused.error == "use_dpop_nonce"


@pytest.mark.parametrize("seconds", [-300, 0, 30])
def test_time_within_the_window_is_fine(verifier: ProofVerifier, seconds: int) -> None:
    """RFC 9449 4.3: 11."""
    assert verify(verifier, Prover().prove("GET", URL, iat=NOW + seconds))


@pytest.mark.parametrize("iat", [NOW - 301, NOW + 31, 0, -1, 1e300, 10**400, NOW - 300.5])
def test_time_out_of_the_window_is_refused(verifier: ProofVerifier, iat: float) -> None:
    """RFC 9449 4.3: 11."""
    assert (
        "iat must be within" in refusal(verifier, Prover().prove("GET", URL, iat=iat)).description
    )


@pytest.mark.parametrize("iat", [True, "1800000000", None, []])
def test_time_that_is_no_number_is_refused(verifier: ProofVerifier, iat: object) -> None:
    """RFC 9449 4.3: 3 and 11."""
    refused = refusal(verifier, Prover().prove("GET", URL, iat=iat))
    assert "iat must be a number" in refused.description


def test_token_must_be_the_one_of_the_proof(verifier: ProofVerifier) -> None:
    """RFC 9449 4.3: 12."""
    prover = Prover()
    ath = hash_token(b"the-token")
    assert verify(verifier, prover.prove("GET", URL, "the-token"), ath=ath)
    for other in (prover.prove("GET", URL, "another"), prover.prove("GET", URL)):
        assert "ath" in refusal(verifier, other, ath=ath).description


def test_key_must_be_the_one_that_the_token_is_bound_to(verifier: ProofVerifier) -> None:
    """RFC 9449 4.3: 12."""
    prover, thief = Prover(), Prover(EcKey.named("thief"))
    assert verify(verifier, prover.prove("GET", URL), bound_to=prover.thumbprint)
    with pytest.raises(InvalidToken, match="bound to another key"):
        verify(verifier, thief.prove("GET", URL), bound_to=prover.thumbprint)


def test_hash_of_a_token_is_that_of_the_rfc() -> None:
    # RFC 9449 7.1, figure 12 and 13
    token = b"Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
    assert hash_token(token) == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
