"""What a claim looks like in words."""

from datetime import timedelta, timezone

import pytest

from tests.support.clocks import START
from tui.app.widgets.claims_table import Claim, Path, value_in_words
from tui.json_value import Json


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("exp", START.timestamp() + 3600, "2026-03-14 10:26:53 UTC, in 1 h"),
        ("exp", 9e99, "9e+99"),
        ("updated_at", -62135596800, "-62135596800"),
        ("exp", 253402300799, "253402300799"),
        ("exp", True, "yes"),
        ("exp", "soon", "soon"),
        ("roles", ["editor", "admin"], "editor, admin"),
        ("address", {"country": "NL"}, '{"country": "NL"}'),
        ("name", "a\x1b[31mb", "a[31mb"),
        ("email_verified", False, "no"),
        ("website", None, "null"),
    ],
)
def test_a_claim_is_told_in_words(name: str, value: Json, words: str) -> None:
    assert value_in_words(name, value, START) == words


@pytest.mark.parametrize("value", [-62135596800, -1e12, 253402300799, 1e300, float("nan")])
@pytest.mark.parametrize("hours", [-23, 0, 14])
def test_a_date_out_of_range_is_a_number_and_no_crash(value: float, hours: int) -> None:
    """security.md 61."""
    now = START.astimezone(timezone(timedelta(hours=hours)))
    assert value_in_words("updated_at", value, now) == str(value)


@pytest.mark.parametrize(
    ("path", "described"),
    [
        (("sub",), "the tenant's identifier for the person"),
        (("https://tenant.example/plan",), "a claim of its issuer's own"),
        (("address", "country"), "a part of the claim"),
        (("typ (header)",), "what kind of token it is"),
        (("alg (header)",), "the algorithm it is signed with"),
        (("kid (header)",), "which key it is signed with"),
        (("region (header)",), "a header parameter of its issuer's own"),
        (("jwk (header)", "alg"), "a part of the header parameter"),
    ],
)
def test_a_claim_and_a_parameter_of_the_header_are_told_apart(path: Path, described: str) -> None:
    assert Claim(path, "x").described == described
