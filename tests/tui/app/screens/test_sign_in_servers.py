"""A sign-in at a tenant of our own, which is not there or only starting."""

import asyncio
import re
from dataclasses import replace

from tests.support.app.stage import (
    Stage,
    no_clipboard,
    stage,
    text_of,
    until,
)
from tests.support.builders.configs import CONFIG
from tests.support.silence import nobody_listens
from tui.app.app import DoorkeyApp
from tui.app.screens.sign_in import SignInScreen
from tui.config.load import as_chosen
from tui.servers.checks import check

SIZE = (80, 30)


async def test_where_this_app_can_start_the_tenant_its_key_is_named() -> None:
    on = stage(signed_in=True, base=replace(CONFIG, domain="localhost:3002", with_servers=True))
    on.tenant.responses["/.well-known/openid-configuration"] = nobody_listens
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        told = {
            "r": ("Not renewed", "w on Home"),
            "s": ("The sign-in did not work", "and tries again."),
        }
        for key, words in told.items():
            await pilot.press(key)
            await until(pilot, lambda words=words: words[0] in text_of(on.app))  # type: ignore[misc]
            assert words[1] in text_of(on.app)
            assert "doorkey dev" not in text_of(on.app)
            on.app.clear_notifications()


async def test_a_tenant_of_somebody_else_is_told_to_be_silent_and_nothing_more() -> None:
    """Our own in its place would refuse the session that the other one gave."""
    here = as_chosen(replace(CONFIG, domain="localhost:1"))
    on = stage(signed_in=True, base=here, api_url="http://localhost:9", look=check)
    on.tenant.responses["/.well-known/openid-configuration"] = nobody_listens
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: text_of(on.app).count("✗ silent") == 2)
        said = [text_of(on.app)]
        for key, words in {"r": "Not renewed", "s": "The sign-in did not work"}.items():
            await pilot.press(key)
            await until(pilot, lambda words=words: words in text_of(on.app))  # type: ignore[misc]
            said.append(text_of(on.app))
        assert all("Look whether it runs" in each for each in said)
        assert not re.search("starts? (it|the)|doorkey dev", "".join(said), re.IGNORECASE)


async def test_try_again_starts_a_tenant_of_our_own_first() -> None:
    on = stage(base=replace(CONFIG, domain="localhost:3002", with_servers=True))
    discovery = "/.well-known/openid-configuration"
    on.tenant.responses[discovery] = nobody_listens
    started: list[bool] = []

    async def wait_for_tenant(start: bool) -> None:
        started.append(start)
        if start:
            del on.tenant.responses[discovery]

    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        on.app.push_screen(SignInScreen(on.service, on.clock, no_clipboard, wait_for_tenant))
        await until(pilot, lambda: "and tries again." in text_of(on.app))
        await pilot.press("r")
        await until(pilot, lambda: started == [False, True])


async def test_a_tenant_of_our_own_that_is_starting_is_waited_for() -> None:
    ready = asyncio.Event()

    async def wait_for_tenant(_start: bool) -> None:
        await ready.wait()

    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        on.app.push_screen(SignInScreen(on.service, on.clock, no_clipboard, wait_for_tenant))
        await until(pilot, lambda: "Getting ready" in text_of(on.app))
        assert not on.tenant.requests
        ready.set()
        await until(pilot, lambda: on.app.account.signed_in)


async def test_it_is_said_for_how_long_it_has_been_waited_and_anew_with_each_try() -> None:
    waits: list[asyncio.Event] = []

    async def wait_for_tenant(_start: bool) -> None:
        waits.append(asyncio.Event())
        await waits[-1].wait()

    on = stage()
    on.tenant.responses["/.well-known/openid-configuration"] = nobody_listens
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        screen = SignInScreen(on.service, on.clock, no_clipboard, wait_for_tenant)
        on.app.push_screen(screen.data_bind(DoorkeyApp.now))
        for failed in range(2):
            await until(pilot, lambda: "Getting ready" in text_of(on.app))
            assert "for " not in line_of(on, "Getting ready")
            on.clock.advance(3)
            on.app.now = on.clock()
            await until(pilot, lambda: "for 3 s" in line_of(on, "Getting ready"))
            waits[failed].set()
            await until(pilot, lambda: "did not work" in text_of(on.app))
            assert "for " not in line_of(on, "did not work")
            await pilot.press("r")


def line_of(on: Stage, words: str) -> str:
    return next((line for line in text_of(on.app).splitlines() if words in line), "")
