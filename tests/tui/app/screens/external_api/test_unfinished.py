"""A call that brought nothing: it was cancelled, failed, or could not be made."""

import asyncio

import httpx
import pytest

from tests.support.app.at_the_api import SIZE, at_the_api
from tests.support.app.stage import stage, text_of, until
from tests.support.silence import Silent, never, nobody_listens
from tui.app.widgets.calls.calls_panel import CallsTable


async def test_a_call_that_fails_in_an_unforeseen_way_is_told_once() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise RuntimeError("a secret")

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "went wrong (RuntimeError)" in text_of(on.app))
        await pilot.pause()
        assert text_of(on.app).count("went wrong") == 1
        assert "a secret" not in text_of(on.app)


async def test_a_call_that_takes_long_shows_its_seconds_and_can_be_cancelled() -> None:
    on = stage(signed_in=True, api_transport=Silent())
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "◌ Calling the API" in text_of(on.app))
        on.clock.advance(3)
        await until(pilot, lambda: "◌ Calling the API · 3 s" in text_of(on.app))
        assert "escape cancels" in text_of(on.app).replace("esc ", "escape ")
        await pilot.press("escape")
        await until(pilot, lambda: "· You cancelled the call." in text_of(on.app))


async def test_the_answer_of_the_call_before_is_not_left_with_one_that_was_cancelled() -> None:
    class OnceOnly(httpx.AsyncBaseTransport):
        calls = 0

        async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
            self.calls += 1
            if self.calls > 1:
                await asyncio.Event().wait()
            return httpx.Response(200, json={"order": 17})

    on = stage(signed_in=True, api_transport=OnceOnly())
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: '"order": 17' in text_of(on.app))
        await pilot.press("p")
        await until(pilot, lambda: "◌ Calling the API" in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: "· You cancelled the call." in text_of(on.app))
        assert '"order": 17' not in text_of(on.app)


@pytest.mark.parametrize("fails_by", ["no token", "an error"])
async def test_the_answer_of_the_call_before_is_not_left_with_one_that_was_not_made(
    fails_by: str,
) -> None:
    answers = [httpx.Response(200, json={"order": 17})]
    on = stage(signed_in=True, api=lambda _request: answers.pop(0))  # the second has none left
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: '"order": 17' in text_of(on.app))
        if fails_by == "no token":
            on.tenant.responses["/token"] = nobody_listens
            on.clock.advance(7200)
        await pilot.press("p")
        await until(pilot, lambda: "✗ The API was not called" in text_of(on.app))
        assert '"order": 17' not in text_of(on.app)
        on.app.screen.query_one(CallsTable).focus()  # where it still is
        await pilot.press("enter")
        await until(pilot, lambda: '"order": 17' in text_of(on.app))


async def test_the_result_of_a_chosen_call_comes_back_after_one_that_was_repeated() -> None:
    class SlowAtLast(httpx.AsyncBaseTransport):
        calls = 0
        goes_on = asyncio.Event()

        async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
            self.calls += 1
            if self.calls > 2:
                await self.goes_on.wait()
            return httpx.Response(200, json={"msg": f"call {self.calls}"})

    api = SlowAtLast()
    on = stage(signed_in=True, api_transport=api, sleep=never)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        for number in (1, 2):
            await pilot.press("p")
            await until(pilot, lambda: f"✓ call {number}" in text_of(on.app))  # noqa: B023
        table = on.app.screen.query_one(CallsTable)
        table.focus()
        await pilot.press("j", "enter")
        await until(pilot, lambda: "✓ call 1" in text_of(on.app))
        await pilot.press("t")
        await until(pilot, lambda: "◌ Calling the API" in text_of(on.app))
        api.goes_on.set()
        await until(pilot, lambda: table.row_count == 3)
        assert "Result of 09:26:53" in text_of(on.app)
        assert "✓ call 1" in text_of(on.app)
