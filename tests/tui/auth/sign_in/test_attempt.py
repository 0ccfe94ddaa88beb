import re

import pytest

from tests.support.builders.configs import CONFIG
from tui.auth.sign_in.attempt import ProofKey, SignInAttempt, SignInOptions
from tui.auth.tenant.metadata import Metadata


@pytest.mark.parametrize("mark", ['"', "\x1b", " ", "\\", "<"])
def test_an_address_that_could_steer_a_shell_or_a_terminal_is_not_given(mark: str) -> None:
    metadata = Metadata(
        CONFIG.issuer, authorization_endpoint=f"https://tenant.example/authorize{mark}",
        token_endpoint="", jwks_uri="", userinfo_endpoint="", revocation_endpoint="",
        end_session_endpoint="", device_authorization_endpoint="", answers_with_iss=True,
    )  # fmt: skip
    attempt = SignInAttempt.fresh(CONFIG, metadata, CONFIG.redirect_uris[0], SignInOptions())
    with pytest.raises(ValueError, match="no place in a URL"):
        _ = attempt.url()


def test_the_challenge_is_that_of_rfc_7636_appendix_b() -> None:
    proof_key = ProofKey("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert proof_key.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_verifier_has_the_length_and_the_characters_of_rfc_7636() -> None:
    verifiers = {ProofKey.fresh().verifier for _ in range(50)}
    assert len(verifiers) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier) for verifier in verifiers)


def test_the_verifier_is_not_in_the_repr() -> None:
    proof_key = ProofKey.fresh()
    assert proof_key.verifier not in repr(proof_key)
