"""The issuer's keys over time: freshness, rotation, a herd."""

import asyncio

from api_server.bearer.key_set import KeySet, KeySource
from tests.support.apis.checked_api import (
    FRESH,
    K1,
    K2,
    REFRESH,
    Api,
    assert_refused,
    long_lived,
    settle,
)
from tests.support.builders.tokens import ISSUER, RsaKey, header, token
from tests.support.tenants.issuers import Issuer

FROM_K2 = token(K2, head=header(kid="k2"))


async def test_to_look_for_keys_at_hand_asks_nobody_while_none_is_known() -> None:
    """A token that is none must not make the API ask its issuer."""
    issuer = Issuer(K1)
    keys = KeySet(KeySource(ISSUER, transport=issuer))
    assert keys.at_hand() is None
    await settle()
    assert not issuer.asked.is_set()


async def test_keys_are_fetched_once_for_many_requests() -> None:
    api = Api()
    for _ in range(20):
        assert (await api.ping()).status_code == 200
    assert (api.issuer.discoveries, api.issuer.fetches) == (1, 1)


async def test_thousand_requests_on_a_cold_start_make_one_fetch() -> None:
    api = Api()
    api.issuer.gate.clear()
    waiting = [asyncio.create_task(api.ping()) for _ in range(1000)]
    await api.issuer.asked.wait()
    api.issuer.gate.set()
    answers = await asyncio.gather(*waiting)
    assert {answer.status_code for answer in answers} == {200}
    assert (api.issuer.discoveries, api.issuer.fetches) == (1, 1)


async def test_new_key_is_found_when_its_first_token_comes() -> None:
    api = Api()
    await api.ping()
    api.issuer.rotate(K1, K2)
    assert (await api.ping(FROM_K2)).status_code == 200
    assert (await api.ping()).status_code == 200


async def test_unknown_kids_fetch_again_only_after_thirty_seconds() -> None:
    api = Api()
    await api.ping()
    await api.ping(token(K1, head=header(kid="k9")))
    assert api.issuer.fetches == 2
    api.issuer.rotate(K1, K2)
    assert (await api.ping(FROM_K2)).status_code == 401
    api.advance(29)
    assert (await api.ping(FROM_K2)).status_code == 401
    assert api.issuer.fetches == 2
    api.advance(1)
    assert (await api.ping(FROM_K2)).status_code == 200
    assert api.issuer.fetches == 3


async def test_herd_with_a_new_kid_makes_one_fetch() -> None:
    api = Api()
    await api.ping()
    api.issuer.rotate(K1, K2)
    answers = await asyncio.gather(*(api.ping(FROM_K2) for _ in range(200)))
    assert {answer.status_code for answer in answers} == {200}
    assert api.issuer.fetches == 2


async def test_keys_are_renewed_in_the_background_before_they_are_stale() -> None:
    api = Api()
    await api.ping(long_lived())
    api.advance(REFRESH)
    api.issuer.gate.clear()
    assert (await api.ping(long_lived())).status_code == 200
    api.issuer.gate.set()
    await settle()
    assert api.issuer.fetches == 2
    api.advance(REFRESH - 1)
    assert (await api.ping(long_lived())).status_code == 200
    assert api.issuer.fetches == 2


async def test_withdrawn_key_is_refused_also_for_a_token_seen_before() -> None:
    api = Api(Issuer(K1, K2))
    assert (await api.ping(long_lived(K1))).status_code == 200
    assert (await api.ping(long_lived(K2))).status_code == 200
    api.issuer.rotate(K2)
    api.advance(FRESH)
    assert_refused(await api.ping(long_lived(K1)), 401, "invalid_token")
    assert (await api.ping(long_lived(K2))).status_code == 200


async def test_withdrawing_all_keys_ends_all_tokens() -> None:
    """security.md 63: only no answer is an outage."""
    api = Api()
    assert (await api.ping(long_lived())).status_code == 200
    api.issuer.rotate()
    api.advance(FRESH)
    said = assert_refused(await api.ping(long_lived()), 401, "invalid_token")
    assert "a key that has been withdrawn" in said
    ready = await api.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["reason"] == "the issuer publishes no key that can be used here"
    asked = api.issuer.fetches
    for _ in range(3):
        assert (await api.get("/readyz")).status_code == 503
        await settle()
    assert api.issuer.fetches == asked
    api.issuer.rotate(K1)
    api.advance(30)
    assert (await api.ping(long_lived())).status_code == 200
    assert (await api.get("/readyz")).status_code == 200


async def test_key_replaced_under_its_own_kid_ends_the_old_ones_tokens() -> None:
    api = Api()
    assert (await api.ping(long_lived())).status_code == 200
    api.issuer.rotate(RsaKey("k1", K2.private))
    api.advance(FRESH)
    assert (await api.ping(long_lived())).status_code == 401
    assert (await api.ping(long_lived(RsaKey("k1", K2.private)))).status_code == 200


async def test_expiry_of_a_token_seen_before_is_checked_at_each_use() -> None:
    api = Api()
    sent = token(K1)
    assert (await api.ping(sent)).status_code == 200
    api.advance(304)
    assert (await api.ping(sent)).status_code == 200
    api.advance(1)
    assert_refused(await api.ping(sent), 401, "invalid_token")
