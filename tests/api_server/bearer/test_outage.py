"""An issuer that is down or slow, and what goes on serving."""

import asyncio

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
from tests.support.builders.tokens import header, token


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


async def test_issuer_that_is_down_is_asked_once_a_second_while_no_key_is_known() -> None:
    api = Api()
    api.issuer.down = True
    for _ in range(3):
        assert (await api.ping()).status_code == 503
    assert api.issuer.discoveries == 1
    api.advance(1)
    assert (await api.ping()).status_code == 503
    assert api.issuer.discoveries == 2


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
    await settle()
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
    await settle()


async def test_issuer_that_is_down_is_asked_every_thirty_seconds_at_most() -> None:
    api = Api()
    await api.ping(long_lived())
    api.advance(FRESH)
    api.issuer.down = True
    before = api.issuer.discoveries
    for _ in range(60):
        api.advance(1)
        await api.ping(long_lived())
        await settle()
    assert api.issuer.discoveries - before in (2, 3)


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


async def test_failed_renewal_makes_fresh_keys_no_older() -> None:
    api = Api()
    await api.ping(long_lived())
    api.issuer.down = True
    api.advance(REFRESH)
    await api.ping(long_lived())
    await settle()
    api.issuer.gate.clear()
    api.advance(FRESH - REFRESH - 1)
    assert (await asyncio.wait_for(api.ping(long_lived()), 1)).status_code == 200
    api.issuer.gate.set()
    await settle()


async def test_app_asks_for_keys_as_it_starts_and_ends_what_is_on_its_way() -> None:
    api = Api()
    api.issuer.gate.clear()
    async with api.living():
        await asyncio.wait_for(api.issuer.asked.wait(), 1)
    assert asyncio.all_tasks() == {asyncio.current_task()}
