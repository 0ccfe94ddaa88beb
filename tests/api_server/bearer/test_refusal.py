"""How refusals are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_server.bearer.refusal import (
    MAX_DESCRIPTION,
    Challenger,
    InsufficientScope,
    InvalidToken,
    IssuerUnavailable,
    NoCredentials,
    Refusal,
    TokenBound,
    quotable,
)

CHALLENGER = Challenger(metadata_url="https://api.example/meta")


def test_challenge_without_credentials_has_no_error() -> None:
    assert CHALLENGER.challenges(NoCredentials("x")) == [
        'Bearer realm="api", resource_metadata="https://api.example/meta"'
    ]


def test_challenge_for_a_scope_names_it() -> None:
    assert Challenger().challenges(InsufficientScope("a b", "needs b")) == [
        'Bearer realm="api", error="insufficient_scope", error_description="needs b", scope="a b"'
    ]


def test_long_description_is_cut_in_the_header_only() -> None:
    answer = CHALLENGER.answer(InvalidToken("x" * 2000))
    assert len(answer.headers["www-authenticate"]) < MAX_DESCRIPTION + 200


def test_unavailable_issuer_is_no_challenge() -> None:
    for seconds, said in ((0.2, "1"), (29.6, "30")):
        headers = CHALLENGER.answer(IssuerUnavailable("down", seconds)).headers
        assert headers["retry-after"] == said
        assert "www-authenticate" not in headers


def test_a_text_in_a_header_has_400_letters_of_printable_ascii() -> None:
    assert quotable("x" * 400) == "x" * 400
    assert quotable("x" * 401) == "x" * 400 + "..."
    assert quotable(" ~\x7f\x1f\xe9") == " ~???"


@pytest.mark.parametrize(
    ("refusal", "used", "told"),
    [
        (NoCredentials("x"), "Bearer", ["Bearer", "DPoP"]),
        (TokenBound("x"), "Bearer", ["Bearer error", "DPoP"]),
        (InvalidToken("x"), "Bearer", ["Bearer error"]),
        (InvalidToken("x"), "DPoP", ["DPoP error"]),
        (InvalidToken("x"), "Basic", ["Bearer error"]),
    ],
)
def test_a_refusal_is_told_in_the_scheme_that_was_used_and_else_in_all(
    refusal: Refusal, used: str, told: list[str]
) -> None:
    challenges = Challenger(schemes=("Bearer", "DPoP")).challenges(refusal, used)
    said = [each.partition(" ")[0] + (" error" if "error=" in each else "") for each in challenges]
    assert said == told


@given(st.text())
def test_anything_is_safe_between_quotes(text: str) -> None:
    said = quotable(text)
    # RFC 6750 3: %x20-21 / %x23-5B / %x5D-7E
    assert all(" " <= letter <= "~" and letter not in '"\\' for letter in said)
