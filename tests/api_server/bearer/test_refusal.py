"""How refusals are written."""

from hypothesis import given
from hypothesis import strategies as st

from api_server.bearer.refusal import (
    MAX_DESCRIPTION,
    Challenger,
    InsufficientScope,
    InvalidToken,
    IssuerUnavailable,
    NoCredentials,
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


@given(st.text())
def test_anything_is_safe_between_quotes(text: str) -> None:
    said = quotable(text)
    # RFC 6750 3: %x20-21 / %x23-5B / %x5D-7E
    assert all(" " <= letter <= "~" and letter not in '"\\' for letter in said)
