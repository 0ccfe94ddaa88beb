"""Tokens, read for people; those of vendors that an API cannot take, and what is told of each."""

from dataclasses import replace

import pytest

from tests.support.app.stage import ACCESS_CLAIMS, jwt_of
from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.builders.tokens import encoded
from tests.support.clocks import START
from tui.api.challenge import token_challenge
from tui.api.jwt_view import read_jwt
from tui.api.refusal import Explanation, Refused, explain
from tui.json_value import Json


def token_of(**claims: Json) -> str:
    """A token that says `claims`; nobody checks its signature here."""
    header = {"alg": "RS256", "typ": "JWT"}
    said = {"iss": CONFIG.issuer, "sub": "alice"} | claims
    return f"{encoded(header)}.{encoded(said)}.c2lnbmF0dXJl"


def explained(token: str) -> Explanation:
    challenge = token_challenge('Bearer error="invalid_token", error_description="no"')
    kept = session(access_token=token, obtained_at=START)
    return explain(Refused(401, challenge, kept, CONFIG, START))


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"aud": "00000003-0000-0000-c000-000000000000"}, "for Microsoft Graph"),
        ({"aud": "https://graph.microsoft.com"}, "api://APP-ID/.default"),
        (
            {"iss": "https://sts.windows.net/1111/", "aud": "api://x"},
            "requestedAccessTokenVersion to 2",
        ),
        (
            {"iss": "https://sts.windows.net/1111/", "aud": "api://x"},
            "--token-issuer https://sts.windows.net/1111/",
        ),
        (
            {"iss": "http://fs.example/adfs/services/trust", "aud": "urn:api"},
            "--token-issuer http://fs.example/adfs/services/trust",
        ),
        (
            {"iss": "https://dev-1.okta.com", "aud": "https://dev-1.okta.com"},
            '"domain": "https://dev-1.okta.com/oauth2/default"',
        ),
        ({"token_use": "access", "client_id": "the-client"}, "--audience-claim client_id"),
        ({"aud": "account"}, "an audience mapper for https://api.example"),
        ({"aud": ["account", "other"]}, "an audience mapper"),
        ({"aud": "the-client"}, "meant for the client itself"),
        ({}, "has no aud"),
    ],
)
def test_known_token_is_told_with_what_helps(claims: dict[str, Json], why: str) -> None:
    explanation = explained(token_of(**claims))
    assert why in explanation.why
    assert explanation.remedy == "config"


def test_opaque_token_is_told_with_what_helps() -> None:
    explanation = explained("opaque-access-token")
    assert "The token is opaque" in explanation.why
    assert '"audienceParameter"' in explanation.why


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://api.example"},
        {"aud": ["account", "https://api.example"]},
        {"aud": "https://api.example", "iss": "https://dev-1.okta.com/oauth2/default"},
        {"aud": "https://another.example"},
    ],
)
def test_any_other_token_is_explained_by_the_comparison_alone(claims: dict[str, Json]) -> None:
    why = explained(token_of(**claims)).why
    assert "Okta" not in why
    assert "Keycloak" not in why
    assert "Cognito" not in why


def test_expired_token_is_told_as_expired_whatever_else_it_is() -> None:
    challenge = token_challenge('Bearer error="invalid_token", error_description="It expired"')
    refused = Refused(401, challenge, session(access_token="opaque"), CONFIG, START)
    assert explain(refused).cause == "expired"
    assert "opaque" not in explain(replace(refused, now=START)).why


def test_header_and_claims_of_a_jwt_are_read() -> None:
    view = read_jwt(jwt_of(ACCESS_CLAIMS))
    assert view is not None
    assert view.header["alg"] == "RS256"
    assert view.scopes == ("openid", "profile", "email", "offline_access")
    assert view.issuer == ACCESS_CLAIMS["iss"]


@pytest.mark.parametrize(
    "token", ["", "opaque", "a.b", "a.b.c.d.e", "é.é.é", "W10.W10.x", "e30.!!.x", "x" * 100_000]
)
def test_anything_else_is_opaque(token: str) -> None:
    assert read_jwt(token) is None


def test_claims_are_not_in_the_repr() -> None:
    assert "alice" not in repr(read_jwt(jwt_of(ACCESS_CLAIMS)))
