"""What one sign-in asks, and which answers are answers to it."""

import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from tests.support.builders.configs import CONFIG
from tui.auth.sign_in.attempt import (
    ForeignAnswer,
    ProofKey,
    SignInAttempt,
    SignInOptions,
    bare_code,
    refusal_in,
)
from tui.auth.tenant.metadata import Metadata
from tui.config.load import AudienceParameter
from tui.errors import SignInRefused

METADATA = Metadata(
    CONFIG.issuer, authorization_endpoint="https://tenant.example/authorize",
    token_endpoint="", jwks_uri="", userinfo_endpoint="", revocation_endpoint="",
    end_session_endpoint="", device_authorization_endpoint="", answers_with_iss=True,
)  # fmt: skip
RETURN = "http://127.0.0.1:8642/callback"


def attempt(metadata: Metadata = METADATA, **options: object) -> SignInAttempt:
    asked = SignInOptions(**options)  # type: ignore[arg-type] # a test's
    return SignInAttempt.fresh(CONFIG, metadata, RETURN, asked)


def answer(asked: SignInAttempt, **others: str | None) -> str:
    """The query of a right answer, but for these."""
    right = {"code": "the-code", "state": asked.state, "iss": CONFIG.issuer, **others}
    return urlencode({name: text for name, text in right.items() if text is not None})


@pytest.mark.parametrize("mark", ['"', "\x1b", " ", "\\", "<"])
def test_an_address_that_could_steer_a_shell_or_a_terminal_is_not_given(mark: str) -> None:
    endpoint = f"https://tenant.example/authorize{mark}"
    with pytest.raises(ValueError, match="no place in a URL"):
        _ = attempt(replace(METADATA, authorization_endpoint=endpoint)).url()


def test_a_parameter_of_the_protocol_wins_over_the_configs() -> None:
    """security.md 10; the config's check refuses these names, and this holds without it."""
    own = attempt().parameters
    config = replace(CONFIG, authorization_params=dict.fromkeys(own, "mine") | {"prompt": "mine"})
    asked = SignInAttempt.fresh(config, METADATA, RETURN, SignInOptions()).parameters
    assert [name for name, value in asked.items() if value == "mine"] == ["prompt"]


def test_what_an_option_asks_for_wins_over_the_config() -> None:
    config = replace(CONFIG, authorization_params={"prompt": "login", "max_age": "60"})
    asked = SignInAttempt.fresh(config, METADATA, RETURN, SignInOptions(prompt="consent"))
    assert asked.parameters["prompt"] == "consent"
    assert asked.max_age_seconds == 60
    assert attempt(max_age_seconds=0).parameters["max_age"] == "0"


@pytest.mark.parametrize("parameter", ["audience", "resource", "none"])
def test_the_audience_is_asked_for_as_the_config_says(parameter: AudienceParameter) -> None:
    config = replace(CONFIG, audience_parameter=parameter)
    asked = SignInAttempt.fresh(config, METADATA, RETURN, SignInOptions()).parameters
    named = {name: value for name, value in asked.items() if value == CONFIG.audience}
    assert named == ({} if parameter == "none" else {parameter: CONFIG.audience})
    assert "none" not in asked


def test_state_and_nonce_have_256_random_bits() -> None:
    drawn = [attempt() for _ in range(3)]
    assert len({each.state for each in drawn} | {each.nonce for each in drawn}) == 6
    assert {len(each.state) for each in drawn} == {len(each.nonce) for each in drawn} == {43}


def test_the_right_answer_has_the_code() -> None:
    asked = attempt()
    assert asked.code_in(answer(asked)) == "the-code"
    assert asked.code_in(answer(asked, more="", **{f"p{n}": "x" for n in range(46)})) == "the-code"


@pytest.mark.parametrize(
    ("others", "why"),
    [
        ({"state": "another"}, "another sign-in"),
        ({"state": None}, "another sign-in"),
        ({"state": ""}, "another sign-in"),
        ({"state": "\udcff"}, "another sign-in"),
        ({"code": None}, "neither a code nor an error"),
        ({"code": ""}, "neither a code nor an error"),
        ({f"p{n}": "x" for n in range(48)}, "too many parameters"),
    ],
)
def test_an_answer_to_something_else_is_no_answer(others: dict[str, str | None], why: str) -> None:
    asked = attempt()
    query = answer(asked, **{name: text for name, text in others.items() if text != "\udcff"})
    if "\udcff" in others.values():
        query = query.replace(asked.state, "%ED%B3%BF")
    with pytest.raises(ForeignAnswer, match=why):
        asked.code_in(query)


@pytest.mark.parametrize("name", ["code", "state", "error", "iss"])
def test_a_parameter_that_comes_twice_is_no_answer(name: str) -> None:
    asked = attempt()
    query = answer(asked, error="access_denied") + "&" + urlencode({name: "x"})
    with pytest.raises(ForeignAnswer, match=f'"{name}" more than once'):
        asked.code_in(query)


@pytest.mark.parametrize(
    ("names_itself", "issuer", "error", "reason"),
    [
        (True, None, None, "iss_missing"),
        (True, None, "access_denied", "access_denied"),
        (False, "https://evil.example/", None, "iss_mismatch"),
        (True, "https://evil.example/", "access_denied", "iss_mismatch"),
        (True, "", None, "iss_mismatch"),
    ],
)
def test_an_answer_of_another_tenant_is_refused(
    names_itself: bool, issuer: str | None, error: str | None, reason: str
) -> None:
    """RFC 9207 2.4, and why a sign-in ends."""
    asked = attempt(replace(METADATA, answers_with_iss=names_itself))
    with pytest.raises(SignInRefused) as raised:
        asked.code_in(answer(asked, iss=issuer, error=error))
    assert raised.value.error == reason


def test_a_tenant_that_never_names_itself_need_not() -> None:
    asked = attempt(replace(METADATA, answers_with_iss=False))
    assert asked.code_in(answer(asked, iss=None)) == "the-code"


def test_another_issuer_is_shown_short_and_harmless() -> None:
    asked = attempt()
    with pytest.raises(SignInRefused) as raised:
        asked.code_in(answer(asked, iss="\x1b[2J" + "x" * 5000))
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize(
    "form",
    [
        "{uri}?{query}",
        "  {uri}?\n  {query}\n",
        "{bare}?{query}",
        "?{query}",
        "{query}",
    ],
)
def test_an_address_may_be_pasted_as_a_browser_or_a_terminal_gives_it(form: str) -> None:
    asked = attempt()
    pasted = form.format(uri=RETURN, bare=RETURN.removeprefix("http://"), query=answer(asked))
    assert asked.code_in_url(pasted) == "the-code"


@pytest.mark.parametrize(
    "address",
    [
        RETURN.replace("http:", "https:"),
        RETURN.replace("8642", "8643"),
        RETURN.replace("127.0.0.1", "evil.example"),
        RETURN + "/more",
        "http://[",
    ],
)
def test_an_answer_at_another_address_is_no_answer(address: str) -> None:
    asked = attempt()
    with pytest.raises(ForeignAnswer, match=re.escape(f"must start with {RETURN}?")):
        asked.code_in_url(f"{address}?{answer(asked)}")


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        (" abc-._~+/=$! ", "abc-._~+/=$!"),
        ("a b", ""),
        ("a?b", ""),
        ("a&b", ""),
        ("é", ""),
        ("a\x07b", ""),
        ("https://x", ""),
        ("code=x", ""),
        ("state=x", ""),
        ("error=x", ""),
        ("iss=x", ""),
    ],
)
def test_a_code_alone_is_told_from_an_address(pasted: str, code: str) -> None:
    assert bare_code(pasted) == code


@pytest.mark.parametrize(
    ("error", "described", "said"),
    [
        ("access_denied", "", "You did not allow it: access was denied."),
        (
            "access_denied",
            "The user has denied it",
            "You did not allow it (The user has denied it).",
        ),
        ("access_denied", "No licence", "The tenant did not let you in: access was denied (No"),
        ("server_error", "", "The tenant refused the sign-in: server_error."),
        ("server_error", "Later", "The tenant refused the sign-in: server_error (Later)."),
        ("server_error", "Later.", "The tenant refused the sign-in: server_error (Later)."),
        (
            "access_denied",
            "No licence.",
            "The tenant did not let you in: access was denied (No licence).",
        ),
    ],
)
def test_a_refusal_says_whose_it_is(error: str, described: str, said: str) -> None:
    refusal = refusal_in({"error": error, "error_description": described})
    assert str(refusal).startswith(said)
    assert refusal.error == error


@pytest.mark.parametrize("error", ["access_denied", "\x1b[2J" + "e" * 5000])
def test_a_refusal_is_shown_short_and_harmless(error: str) -> None:
    refusal = refusal_in({"error": error, "error_description": "\x1b]0;" + "x" * 5000})
    assert "\x1b" not in str(refusal)
    assert len(str(refusal)) < 500


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
