"""Refusals that another sign-in, or another kind of token, helps against (RFC 9470, RFC 9449)."""

from dataclasses import replace

import pytest

from tests.support.app.stage import ACCESS_CLAIMS, jwt_of
from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.clocks import START
from tests.support.tenants.bound import bound
from tui.api.challenge import token_challenge
from tui.api.refusal import Explanation, Refused, explain
from tui.auth.session import Session
from tui.commands.call.refused import lines_on_refusal
from tui.json_value import Json

WEAK = (
    'DPoP algs="ES256", Bearer error="insufficient_user_authentication", '
    'error_description="older", acr_values="2 3", max_age="300", scope="vault"'
)


def explained(challenge: str, kept: Session | None = None, **claims: Json) -> Explanation:
    held = kept or session(access_token=jwt_of({**ACCESS_CLAIMS, **claims}))
    tokens = replace(held.token_set, scope="openid read:messages")
    held = replace(held, token_set=tokens)
    return explain(Refused(401, token_challenge(challenge), held, CONFIG, START))


def test_the_sign_in_that_satisfies_it_is_known() -> None:
    explanation = explained(WEAK, auth_time=START.timestamp() - 412, acr="1")
    assert (explanation.cause, explanation.remedy) == ("step-up", "step-up")
    assert (explanation.acr_values, explanation.max_age_seconds) == ("2 3", 300)
    rows = {row.name: (row.wanted, row.held, row.fit) for row in explanation.rows}
    assert rows["Sign-in"] == ("at most 300 s ago", "412 s ago", "differs")
    assert rows["Class"] == ("2 3", "1", "differs")


def test_what_the_session_has_and_what_is_asked_for_are_both_asked_for() -> None:
    scope = explained(WEAK).scope.split()
    assert scope == ["openid", "profile", "email", "offline_access", "read:messages", "vault"]


def test_the_shell_is_given_the_command_and_the_apis_words_stay_words() -> None:
    last = lines_on_refusal(explained(WEAK), CONFIG)[-1]
    assert "doorkey login --max-age 300 --acr-values '2 3' --scope 'openid " in last
    hostile = WEAK.replace("2 3", "$(reboot)`x`")
    assert "--acr-values '$(reboot)`x`' " in lines_on_refusal(explained(hostile), CONFIG)[-1]


@pytest.mark.parametrize("age", ["-1", "x", "1e9", "9" * 30, "٣"])
def test_an_age_that_is_none_is_left_out(age: str) -> None:
    assert explained(WEAK.replace("300", age)).max_age_seconds is None


@pytest.mark.parametrize("error", ["invalid_dpop_proof", "use_dpop_nonce"])
def test_a_proof_that_was_refused_is_told_as_such(error: str) -> None:
    explanation = explained(f'DPoP algs="ES256", error="{error}"', bound())
    assert explanation.cause == "proof"


def test_an_api_that_takes_another_kind_of_token_is_known_by_its_scheme() -> None:
    assert explained('DPoP algs="ES256"').cause == "unbound"
    assert explained("Bearer", bound()).cause == "bound"
    assert explained("Bearer").cause == "missing"
