"""Where exactly a claim stops being good enough: each limit, and one beyond it."""

import pytest

from api_server.bearer.access_token import AccessToken, TokenCache
from api_server.bearer.claims import (
    ClaimRules,
    require_unexpired,
    seconds_since_sign_in,
    shown,
)
from api_server.bearer.refusal import InvalidToken
from tests.support.builders.tokens import AUDIENCE, ISSUER, claims
from tests.support.clocks import NOW

YEAR_10000 = 253_402_300_800
RULES = ClaimRules(ISSUER, AUDIENCE)


@pytest.mark.parametrize(("late", "is_over"), [(4.999, False), (5, True)])
def test_a_token_is_over_five_seconds_after_its_end(late: float, is_over: bool) -> None:
    if is_over:
        with pytest.raises(InvalidToken, match="expired 5 s ago"):
            require_unexpired(NOW, NOW + late)
    else:
        require_unexpired(NOW, NOW + late)


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_a_token_may_begin_five_seconds_ahead(name: str) -> None:
    RULES.check(claims(**{name: NOW + 5}), "jwt", NOW)
    with pytest.raises(InvalidToken, match="in the future"):
        RULES.check(claims(**{name: NOW + 5.001}), "jwt", NOW)


def test_a_sign_in_may_lie_five_seconds_ahead() -> None:
    assert seconds_since_sign_in({"auth_time": NOW + 5}, NOW) == -5
    assert seconds_since_sign_in({"auth_time": NOW + 5.001}, NOW) is None


def test_time_begins_in_1970_and_ends_with_the_year_9999() -> None:
    assert RULES.check(claims(exp=YEAR_10000 - 1), None, NOW) == YEAR_10000 - 1
    for moment in (YEAR_10000, -1):
        with pytest.raises(InvalidToken, match="no time between 1970 and 9999"):
            RULES.check(claims(exp=moment), None, NOW)
    RULES.check(claims(nbf=0), None, NOW)


@pytest.mark.parametrize(
    ("media_type", "strict", "said"),
    [
        (None, False, None),
        ("jwt", False, None),
        ("at+jwt", False, None),
        ("at+jwt", True, None),
        ("jwt", True, "the token says jwt"),
        (None, True, "the token says nothing"),
        ("id+jwt", False, "typ is id[+]jwt"),
    ],
)
def test_a_token_says_that_it_is_an_access_token(
    media_type: str | None, strict: bool, said: str | None
) -> None:
    rules = ClaimRules(ISSUER, AUDIENCE, strict)
    if said is None:
        rules.check(claims(client_id="c", jti="j"), media_type, NOW)
    else:
        with pytest.raises(InvalidToken, match=said):
            rules.check(claims(), media_type, NOW)


@pytest.mark.parametrize("name", ["sub", "client_id", "jti"])
def test_a_strict_profile_is_made_of_texts(name: str) -> None:
    strict = ClaimRules(ISSUER, AUDIENCE, strict=True)
    with pytest.raises(InvalidToken, match=f"lacks {name}"):
        strict.check(claims(client_id="c", jti="j") | {name: 7}, "at+jwt", NOW)


@pytest.mark.parametrize("audience", [[AUDIENCE, 7], [7, AUDIENCE], [None], [], 7])
def test_an_audience_is_a_text_or_a_list_of_texts(audience: object) -> None:
    with pytest.raises(InvalidToken, match="Expected audience"):
        RULES.check(claims(aud=audience), None, NOW)


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        (None, "none"),
        (7, "a int"),
        (["a", "b", "c"], "a, b, c"),
        (["a", "b", "c", "d"], "a, b, c, ..."),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 80 + "..."),
    ],
)
def test_a_claim_is_told_briefly(claim: object, told: str) -> None:
    assert shown(claim) == told


def test_the_cache_is_filled_up_to_its_bytes() -> None:
    accepted = AccessToken({"sub": "a"}, frozenset(), NOW + 60.0, "key", "ath")
    alone = TokenCache()
    alone.put(b"a", accepted)
    one = alone.held_bytes
    assert one >= 600, "what an entry takes besides"
    cache = TokenCache(max_bytes=2 * one)
    for name in (b"a", b"b"):
        cache.put(name, accepted)
    assert len(cache) == 2
    cache.put(b"c", accepted)
    assert (len(cache), cache.get(b"a")) == (2, None)
