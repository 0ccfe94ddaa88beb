"""What a claim looks like in words."""

import pytest

from tests.support.clocks import START
from tui.app.widgets.claims_table import value_in_words
from tui.json_value import Json


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("exp", START.timestamp() + 3600, "2026-03-14 10:26:53 UTC, in 1 h"),
        ("exp", 9e99, "9e+99"),
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
