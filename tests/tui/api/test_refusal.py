"""Why an API refused, from its challenge and the token."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from tests.support.app.stage import ACCESS_CLAIMS, OTHER_AUDIENCE, jwt_of
from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.clocks import START
from tui.api.challenge import ResourceMetadata, token_challenge
from tui.api.refusal import Comparison, Explanation, Refused, explain
from tui.json_value import Claims, Json

METADATA = ResourceMetadata(CONFIG.audience, (CONFIG.issuer,))


def explained(
    challenge: str = 'Bearer error="invalid_token"',
    *,
    status: int = 401,
    metadata: ResourceMetadata | None = METADATA,
    skew_seconds: float = 0.0,
    opaque: bool = False,
    claims: Claims | None = None,
    now: datetime = START,
    told: str = "",
) -> Explanation:
    token = "opaque" if opaque else jwt_of({**ACCESS_CLAIMS, **(claims or {})})
    held = replace(session(access_token=token), clock_skew_seconds=skew_seconds)
    return explain(Refused(status, token_challenge(challenge), held, CONFIG, now, metadata, told))


def row(explanation: Explanation, name: str) -> Comparison:
    return next(row for row in explanation.rows if row.name == name)


@pytest.mark.parametrize(
    ("description", "cause", "remedy"),
    [
        ("The token expired 12 s ago", "expired", "renew"),
        ("Expected audience a, the token has b", "audience", "config"),
        ("Expected issuer a, the token has b", "issuer", "config"),
        ("The token becomes valid 90 s in the future", "early", "clock"),
        ("The signature is wrong", "other", "sign-in"),
    ],
)
def test_the_apis_own_words_decide(description: str, cause: str, remedy: str) -> None:
    said = f'Bearer error="invalid_token", error_description="{description}"'
    explanation = explained(said)
    assert (explanation.cause, explanation.remedy) == (cause, remedy)
    assert explanation.said == description


def test_a_silent_api_is_explained_by_the_token() -> None:
    assert explained(claims={"exp": START.timestamp() - 60}).cause == "expired"
    assert explained(claims={"aud": "https://elsewhere.example"}).cause == "audience"
    assert explained(claims={"iss": "https://elsewhere.example/"}).cause == "issuer"
    assert explained("Bearer").cause == "missing"


@pytest.mark.parametrize(("status", "may"), [(401, "seen no token"), (403, "lack a right")])
@pytest.mark.parametrize("challenge", ["", "Bearer"])
def test_where_an_api_says_nothing_neither_a_wish_of_its_nor_a_way_out_is_made_up(
    status: int, may: str, challenge: str
) -> None:
    explanation = explained(challenge, status=status, metadata=None)
    assert explanation.why.startswith("The API does not say why: ")
    assert (may in explanation.why, explanation.remedy) == (True, "ask")
    assert row(explanation, "Audience").by == "the config expects"
    assert row(explanation, "Issuer").by == "the config expects"


def test_a_reason_in_the_body_is_a_reason() -> None:
    explanation = explained("", status=403, told="Members only")
    assert (explanation.cause, explanation.said) == ("other", "Members only")


def test_what_the_api_says_of_itself_is_told_from_what_the_config_says() -> None:
    rows = explained(metadata=ResourceMetadata(CONFIG.audience, ())).rows
    assert [each.by for each in rows] == ["the API wants", "the config expects", "expected"]


def test_the_audience_that_is_wanted_stands_beside_the_one_that_is_held() -> None:
    metadata = ResourceMetadata(OTHER_AUDIENCE, (CONFIG.issuer,))
    explanation = explained(metadata=metadata, claims={"aud": "https://elsewhere.example"})
    audience = row(explanation, "Audience")
    assert audience.wanted == OTHER_AUDIENCE
    assert audience.held == "https://elsewhere.example"
    assert audience.fit == "differs"
    assert row(explanation, "Issuer").fit == "fits"


def test_an_expiry_tells_what_the_token_says_from_what_it_is_held_against() -> None:
    expiry = row(explained(), "Expiry")
    assert expiry.held == "2026-03-14 10:26:53 UTC"
    assert expiry.wanted == f"later than now, {START:%H:%M:%S}"
    assert expiry.both == f"{expiry.held}, {expiry.wanted}"


def test_an_expiry_is_told_in_the_persons_zone_with_its_offset() -> None:
    there = START.astimezone(timezone(timedelta(hours=2)))
    expiry = row(explained(now=there), "Expiry")
    assert expiry.held == "2026-03-14 12:26:53 +0200"
    assert expiry.wanted == "later than now, 11:26:53"


def test_a_missing_scope_is_named_and_asked_for_beside_the_configs() -> None:
    explanation = explained('Bearer error="insufficient_scope", scope="read:messages"', status=403)
    assert explanation.remedy == "scope"
    assert explanation.scope == "openid profile email offline_access read:messages"
    assert row(explanation, "Scope").wanted == "read:messages"


def test_an_opaque_token_is_said_to_be_one() -> None:
    explanation = explained(opaque=True)
    assert "opaque" in row(explanation, "Audience").held
    assert row(explanation, "Issuer").fit == "unknown"


def test_a_clock_that_is_off_is_told() -> None:
    assert row(explained(skew_seconds=-45), "Clock").held == "45 s behind"
    assert row(explained(skew_seconds=4000), "Clock").held == "1 h 6 min ahead"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": 7},
        {"aud": [1, None]},
        {"exp": "soon"},
        {"exp": 9e99},
        {"exp": True},
        {"iss": ["x"]},
        {"scope": {"a": 1}},
        {"scp": ["a"], "scope": None},
    ],
)
def test_claims_of_the_wrong_type_are_no_trouble(claims: dict[str, Json]) -> None:
    assert explained(claims=claims).rows
