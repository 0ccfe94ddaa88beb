"""What the app says while the session cannot be renewed, and of the tenant's return."""

import asyncio

import httpx

from tests.support.app.stage import ALICE, PATIENCE_SECONDS, session_of, stage, text_of, until
from tests.support.builders.sessions import expired
from tests.support.silence import nobody_listens
from tui.auth.keeper import TICK_SECONDS
from tui.auth.store.store import MemoryStore
from tui.config.load import Config
from tui.servers.checks import Finding

SIZE = (100, 30)


async def test_a_tenant_that_is_silent_is_told_with_the_next_try_and_recovers_by_itself() -> None:
    on = stage(store=MemoryStore(expired(session_of(ALICE))))
    on.tenant.responses["/token"] = lambda _request: httpx.Response(503)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "▲ offline, next try in 0:0" in text_of(on.app))
        assert on.app.account.signed_in
        del on.tenant.responses["/token"]
        on.clock.advance(60)
        await until(pilot, lambda: on.app.offline is None)
        assert "offline" not in text_of(on.app)
        assert "● Alice Archer  token 1 h" in text_of(on.app)


async def test_home_and_the_title_say_the_same_of_a_tenant_that_goes_and_comes_back() -> None:
    """Nothing but a renewal, or a person, has anybody look here, and the clock stands still."""
    found, looks = Finding("tenant", "good", "ready", "it is there"), 0

    async def look(_config: Config) -> tuple[Finding, ...]:
        nonlocal looks
        looks += 1
        return (found,)

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0.01 if seconds == TICK_SECONDS else PATIENCE_SECONDS)

    on = stage(signed_in=True, look=look, sleep=sleep)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "it is there" in text_of(on.app))
        found = Finding("tenant", "bad", "silent", "nobody listens there")
        on.tenant.responses["/token"] = nobody_listens
        on.clock.advance(3600)
        await until(pilot, lambda: "✗ silent" in text_of(on.app))
        assert "▲ offline" in text_of(on.app)
        found = Finding("tenant", "good", "ready", "it is back")
        del on.tenant.responses["/token"]
        await pilot.press("c")
        await until(pilot, lambda: on.app.offline is None and looks == 4)
        assert "▲ offline" not in text_of(on.app)
