"""The issuer's keys over time: rotation, outage, a herd, a slow issuer."""

import asyncio

from .apis import K1, K2, Api, assert_refused, settled
from .issuers import Issuer
from .tokens import RsaKey, claims, header, token

FROM_K2 = token(K2, head=header(kid="k2"))
FRESH = 600
REFRESH = 480


def long_lived(key: RsaKey = K1) -> str:
    return token(key, claims(exp=2_000_000_000), header(kid=key.kid))


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


async def test_thousand_requests_while_the_issuer_is_down_make_one_fetch() -> None:
    api = Api()
    api.issuer.down = True
    answers = await asyncio.gather(*(api.ping() for _ in range(1000)))
    assert {answer.status_code for answer in answers} == {503}
    assert api.issuer.discoveries == 1


async def test_api_recovers_a_second_after_its_issuer_came_up() -> None:
    api = Api()
    api.issuer.down = True
    assert (await api.ping()).status_code == 503
    api.issuer.down = False
    api.advance(1)
    assert (await api.ping()).status_code == 200


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
    await settled()
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


async def test_key_replaced_under_its_own_kid_ends_the_old_ones_tokens() -> None:
    api = Api()
    assert (await api.ping(long_lived())).status_code == 200
    api.issuer.rotate(RsaKey("k1", K2.private))
    api.advance(FRESH)
    assert (await api.ping(long_lived())).status_code == 401
    assert (await api.ping(long_lived(RsaKey("k1", K2.private)))).status_code == 200


async def test_known_keys_go_on_serving_while_the_issuer_is_down() -> None:
    api = Api()
    await api.ping(long_lived())
    api.issuer.down = True
    for _ in range(30):
        api.advance(FRESH)
        assert (await api.ping(long_lived())).status_code == 200
    api.issuer.down = False
    api.issuer.rotate(K2)
    api.advance(30)
    await api.ping(long_lived())
    await settled()
    assert (await api.ping(long_lived())).status_code == 401


async def test_failure_long_ago_is_no_reason_to_use_old_keys_unasked() -> None:
    api = Api()
    await api.ping(long_lived())
    api.issuer.down = True
    await api.ping(token(K1, head=header(kid="k9")))
    api.issuer.down = False
    api.issuer.rotate(K2)
    api.advance(3600)
    assert (await api.ping(long_lived())).status_code == 401


async def test_busy_api_waits_for_nothing_while_its_issuer_hangs() -> None:
    api = Api()
    await api.ping(long_lived())
    api.issuer.down = True
    api.advance(FRESH)
    await api.ping(long_lived())
    api.issuer.gate.clear()
    for _ in range(3):
        api.advance(15)
        assert (await asyncio.wait_for(api.ping(long_lived()), 1)).status_code == 200
    api.issuer.gate.set()
    await settled()


async def test_issuer_that_is_down_is_asked_every_thirty_seconds_at_most() -> None:
    api = Api()
    await api.ping(long_lived())
    api.advance(FRESH)
    api.issuer.down = True
    before = api.issuer.discoveries
    for _ in range(60):
        api.advance(1)
        await api.ping(long_lived())
        await settled()
    assert api.issuer.discoveries - before in (2, 3)


async def test_expiry_of_a_token_seen_before_is_checked_at_each_use() -> None:
    api = Api()
    sent = token(K1)
    assert (await api.ping(sent)).status_code == 200
    api.advance(304)
    assert (await api.ping(sent)).status_code == 200
    api.advance(1)
    assert_refused(await api.ping(sent), 401, "invalid_token")


async def test_slow_issuer_delays_only_those_who_need_it() -> None:
    api = Api()
    api.issuer.gate.clear()
    waiting = asyncio.create_task(api.ping())
    await api.issuer.asked.wait()
    assert (await api.get("/healthz")).status_code == 200
    assert_refused(await api.ping("garbage"), 401, "invalid_token")
    assert not waiting.done()
    api.issuer.gate.set()
    assert (await waiting).status_code == 200


async def test_caller_who_goes_away_does_not_end_the_fetch_for_others() -> None:
    api = Api()
    api.issuer.gate.clear()
    first, second = asyncio.create_task(api.ping()), asyncio.create_task(api.ping())
    await api.issuer.asked.wait()
    first.cancel()
    api.issuer.gate.set()
    assert (await second).status_code == 200
    assert api.issuer.fetches == 1
