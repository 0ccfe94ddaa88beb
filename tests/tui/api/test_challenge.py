"""Challenges, as APIs write them and as attackers do."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.api.challenge import (
    WELL_KNOWN,
    challenges,
    metadata_path,
    parse_resource_metadata,
    token_challenge,
)


def test_the_bearers_parameters_are_read() -> None:
    challenge = token_challenge(
        'Bearer realm="api", error="insufficient_scope", '
        'error_description="Say \\"please\\", then", scope="read:messages write read:messages", '
        'resource_metadata="https://api.example/.well-known/oauth-protected-resource"'
    )
    assert challenge.error == "insufficient_scope"
    assert challenge.description == 'Say "please", then'
    assert challenge.scopes == ("read:messages", "write")
    assert challenge.resource_metadata.endswith("oauth-protected-resource")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ("Bearer", [("Bearer", {})]),
        ("bearer error=invalid_token", [("bearer", {"error": "invalid_token"})]),
        ('Bearer ERROR = "x"', [("Bearer", {"error": "x"})]),
        ('Digest realm="a, b", Bearer', [("Digest", {"realm": "a, b"}), ("Bearer", {})]),
        ("Negotiate abc==, Bearer error=x", [("Negotiate", {}), ("Bearer", {"error": "x"})]),
        ("Bearer error=first, error=second", [("Bearer", {"error": "first"})]),
        ('Bearer error="never closed', [("Bearer", {})]),
        ("error=x", []),
        ("(, Bearer error=x", [("Bearer", {"error": "x"})]),
        (",,, ,", []),
        ("\u202eBearer x=1", []),
    ],
)  # fmt: skip
def test_odd_headers_are_read_as_far_as_they_go(
    header: str, expected: list[tuple[str, dict[str, str]]]
) -> None:
    assert [(each.scheme, dict(each.parameters)) for each in challenges(header)] == expected


def test_no_token_challenge_says_nothing() -> None:
    assert token_challenge('Basic realm="x"').error == ""


@given(st.text(alphabet='Bearer=", \\\x1b\x00é,', max_size=300))
def test_nothing_that_an_api_sends_raises(header: str) -> None:
    challenges(header)


@pytest.mark.parametrize("part", ['a="', "a=,", "a" * 50, 'x="\\', "=,"])
def test_a_huge_header_is_read_in_no_time(part: str) -> None:
    began = time.process_time()
    challenges("Bearer " + part * 100_000)
    # Milliseconds as it is; minutes where a part is read once for each part before it.
    assert time.process_time() - began < 5


def test_what_lies_beyond_16_kib_is_not_read() -> None:
    within, beyond = " " * (16 * 1024 - len("Bearer")), " " * 16 * 1024
    assert challenges(f"{within}Bearer")
    assert not challenges(f"{beyond}Bearer")


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (f"https://api.example{WELL_KNOWN}/v2", f"{WELL_KNOWN}/v2"),
        (f"https://evil.example{WELL_KNOWN}/v2", WELL_KNOWN),
        ("https://api.example/delete-everything", WELL_KNOWN),
        ("no address", WELL_KNOWN),
        ("", WELL_KNOWN),
    ],
)
def test_an_api_is_asked_at_its_own_origin_for_metadata_alone(address: str, path: str) -> None:
    """What a hostile challenge names is never called."""
    assert metadata_path("https://api.example", address) == path


def test_metadata_is_what_names_a_resource() -> None:
    assert parse_resource_metadata('{"resource": 7}') is None
    assert parse_resource_metadata("[]") is None
    found = parse_resource_metadata('{"resource": "r", "authorization_servers": ["a", 7]}')
    assert found is not None
    assert (found.resource, found.authorization_servers) == ("r", ("a",))
