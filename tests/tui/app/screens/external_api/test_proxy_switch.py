"""The proxy as a switch of External API."""

import asyncio
import re
from contextlib import suppress
from dataclasses import replace

import httpx
import pytest
from textual.pilot import Pilot

from tests.support.apis.scripted_api import ScriptedApi
from tests.support.app.at_the_api import SIZE, at_the_api
from tests.support.app.stage import (
    ALICE,
    PATIENCE_SECONDS,
    Stage,
    session_of,
    stage,
    text_of,
    until,
)
from tests.support.builders.sessions import expired
from tui.auth.store.store import MemoryStore
from tui.servers.processes import ServerStatus


async def turn_on(pilot: "Pilot[None]", on: Stage) -> str:
    """Turn the proxy on, and return its address."""
    await at_the_api(pilot, on)
    await press_and_mean(pilot, on)
    await until(pilot, lambda: "● Proxy on" in text_of(on.app))
    assert "y copies its address, x stops it" in text_of(on.app)
    found = re.search(r"(http://127\.0\.0\.1:\d+/[\w-]{22})\b", text_of(on.app))
    assert found is not None
    return found[1]


async def press_and_mean(pilot: "Pilot[None]", on: Stage) -> None:
    await pilot.press("x")
    await until(pilot, lambda: "y Turn it on" in text_of(on.app))
    await pilot.press("y")


async def ask(address: str) -> bytes:
    """Send one request to the proxy, and return the whole answer."""
    _, _, host, secret = address.split("/")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    head = f"GET /{secret}/api/external HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    answer = await reader.read()
    writer.close()
    return answer


async def until_closed(address: str) -> None:
    """Ask until nobody listens there any more."""
    with suppress(ConnectionError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                await ask(address)


async def test_what_the_proxy_says_is_seen_though_one_has_scrolled_on() -> None:
    on = stage(signed_in=True, api_url="http://127.0.0.1:3001")
    async with on.app.run_test(size=(60, 14)) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: on.app.screen.query_one("#body").max_scroll_y > 2)
        on.app.screen.query_one("#body").scroll_end(animate=False)
        await until(pilot, lambda: "Ping" not in text_of(on.app).splitlines()[3])
        await press_and_mean(pilot, on)
        await until(pilot, lambda: "● Proxy on" in text_of(on.app))


async def test_before_the_proxy_is_on_it_is_asked_once_what_it_is_for() -> None:
    on = stage(signed_in=True, api_url="http://127.0.0.1:3001")
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("x")
        asked = "Any program of yours that knows the URL calls the API as you"
        await until(pilot, lambda: asked in " ".join(text_of(on.app).replace("│", "").split()))
        await pilot.press("enter")  # the answer that is chosen beforehand is to leave it
        await until(pilot, lambda: "Let other programs" not in text_of(on.app))
        assert "● Proxy on" not in text_of(on.app)
        await press_and_mean(pilot, on)
        await until(pilot, lambda: "● Proxy on" in text_of(on.app))
        await pilot.press("x")
        await until(pilot, lambda: "● Proxy on" not in text_of(on.app))
        await pilot.press("x")
        await until(pilot, lambda: "● Proxy on" in text_of(on.app))


async def test_the_proxy_passes_on_with_the_token_and_counts() -> None:
    async with ScriptedApi() as api:
        on = stage(signed_in=True, api_url=api.url)
        async with on.app.run_test(size=SIZE) as pilot:
            address = await turn_on(pilot, on)
            assert (await ask(address)).startswith(b"HTTP/1.1 200")
            token = await on.service.get_access_token()
            assert api.asked[0].header("authorization") == [f"Bearer {token}"]
            await until(
                pilot, lambda: "1 so far, the last: GET /api/external 200" in text_of(on.app)
            )
            await pilot.press("y")
            await until(pilot, lambda: on.copied == [address])
            await pilot.press("x")
            await until(pilot, lambda: "Proxy on" not in text_of(on.app))
            await until_closed(address)


async def test_no_proxy_is_offered_for_a_session_that_is_over() -> None:
    held = expired(session_of(ALICE))
    over = replace(held, token_set=replace(held.token_set, refresh_token=None))
    on = stage(store=MemoryStore(over))
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("x")
        await until(pilot, lambda: "l signs you in again." in text_of(on.app))
        assert "Proxy on" not in text_of(on.app)


async def test_the_proxy_ends_with_the_app() -> None:
    async with ScriptedApi() as api:
        on = stage(signed_in=True, api_url=api.url)
        async with on.app.run_test(size=SIZE) as pilot:
            address = await turn_on(pilot, on)
        await until_closed(address)


@pytest.mark.parametrize("how", ["log out", "switch", "session ends"])
async def test_the_proxy_ends_with_the_session(how: str) -> None:
    async with ScriptedApi() as api:
        on = stage(signed_in=True, api_url=api.url)
        async with on.app.run_test(size=SIZE) as pilot:
            address = await turn_on(pilot, on)
            if how == "log out":
                await pilot.press("o", "y")
            elif how == "switch":
                on.tenant.id_claims = {"sub": "tenant|bob", "name": "Bob"}
                await pilot.press("s")
            else:
                refused = httpx.Response(400, json={"error": "invalid_grant"})
                on.tenant.responses["/token"] = lambda _request: refused
                await pilot.press("r")
            account = "Bob" if how == "switch" else ""
            await until(pilot, lambda: on.app.account.name == account)
            await until_closed(address)


async def test_a_way_to_another_place_leaves_the_proxy_on() -> None:
    async with ScriptedApi() as api:
        on = stage(signed_in=True, api_url=api.url)
        async with on.app.run_test(size=SIZE) as pilot:
            address = await turn_on(pilot, on)
            await pilot.press("1")
            await until(pilot, lambda: on.app.current_mode == "home")
            assert (await ask(address)).startswith(b"HTTP/1.1 200")


async def test_the_proxy_sends_no_token_to_who_answers_where_our_own_api_has_ended() -> None:
    async with ScriptedApi() as stranger:
        on = stage(signed_in=True, api_url=stranger.url)
        async with on.app.run_test(size=SIZE) as pilot:
            address = await turn_on(pilot, on)
            on.app.servers = (ServerStatus("api", "stopped", stranger.url, "It has ended."),)
            await pilot.pause()
            answer = await ask(address)
        assert answer.startswith(b"HTTP/1.1 502")
        assert b"Your token was not sent." in answer
        assert not any(asked.header("authorization") for asked in stranger.asked)
