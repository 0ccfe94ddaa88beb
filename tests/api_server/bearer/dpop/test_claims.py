"""RFC 9449 4.3, lines 8 to 12: what a proof is for; each refusal says why."""

import pytest

from api_server.bearer.dpop import ProofVerifier, hash_token, is_same_url
from api_server.bearer.dpop_memory import Nonces
from api_server.bearer.refusal import InvalidToken
from tests.support.builders.proofs import URL, Prover, refusal, verify
from tests.support.builders.tokens import EcKey, token
from tests.support.clocks import NOW, Seconds


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
    """RFC 9449 4.3: 10; more of them in test_memory.py."""
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
