"""From the callback's arrival to the signed-in screen painted, over the tenant's answer time."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Final
from urllib.parse import urlencode

import httpx

from tests.bench.measures.report import at_most, say
from tests.bench.measures.trees import Tree
from tests.support.app.stage import Stage, stage, text_of
from tests.support.tenants.scripted_tenant import ScriptedTenant, browse
from tui.app.screens.sign_in import SignInScreen

RUNS: Final = 9

JOURNEYS: Final = {"home": "l", "profile": "2"}
"""Where a sign-in leads: to Home, or to the place that asked for it, with the key for each."""

BUDGET_MS: Final = 120.0

PATIENCE_SECONDS: Final = 10.0

LOOK_SECONDS: Final = 0.002


class TimedTenant:
    """Measures how long the tenant takes over its answers, while it is told to."""

    def __init__(self, tenant: ScriptedTenant) -> None:
        self.seconds = 0.0
        self._handle = tenant.handle_async_request
        tenant.handle_async_request = self  # type: ignore[method-assign] # it is ours to time

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        began = time.perf_counter()
        try:
            return await self._handle(request)
        finally:
            self.seconds += time.perf_counter() - began


async def measure(key: str, mode: str) -> float:
    """Sign in once, by `key`, in an app of its own; milliseconds over the tenant's."""
    on = stage(browser="waits", rest=partial(asyncio.sleep, 0))
    async with on.app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        url = await _until_waiting(on)
        request = httpx.URL(url).params
        answer = {"code": "the-code", "state": request["state"], "iss": on.tenant.issuer}
        on.tenant.authorization = dict(request)
        timed = TimedTenant(on.tenant)
        began = time.perf_counter()
        page = asyncio.create_task(browse(f"{request['redirect_uri']}?{urlencode(answer)}"))
        await _until_painted(on, mode)
        took = time.perf_counter() - began - timed.seconds
        await page
    return took * 1000


async def _until_waiting(on: Stage) -> str:
    """Wait for the address, and until the places are put together: people need seconds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            screen = on.app.screen
            is_ready = not any(worker.group == "load" for worker in on.app.workers)
            if (
                isinstance(screen, SignInScreen)
                and screen.progress.browser == "opened"
                and is_ready
            ):
                return screen.progress.url
            await asyncio.sleep(LOOK_SECONDS)


async def _until_painted(on: Stage, mode: str) -> None:
    """Wait until the person stands there; looking is dear, so nobody looks before it is time."""
    # By looking again and again: a screen tells nobody when it is painted.
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not on.app.account.signed_in or on.app.current_mode != mode:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
        while "alice@example.com" not in text_of(on.app):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)


def main(_trees: Sequence[Tree]) -> None:
    """Measure, and compare with the budget; in this process, so for this tree alone."""
    for mode, key in JOURNEYS.items():
        measured = sorted(asyncio.run(measure(key, mode)) for _ in range(RUNS))
        middle = median(measured)
        say(
            f"  callback to {mode}: {middle:.0f} ms at the median over the tenant's own time, "
            f"{measured[-1]:.0f} at worst ({at_most(middle, BUDGET_MS)})"
        )
