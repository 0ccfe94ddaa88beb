"""Calling the API, as a person does."""

import asyncio
from pathlib import Path

import httpx
from textual.pilot import Pilot
from textual.widgets import Input

from tests.support.stage import (
    Stage,
    api_accepts,
    api_is_down,
    api_needs_scope,
    api_refuses,
    stage,
    text_of,
    until,
)
from tui.app.widgets.calls_panel import CallsTable
from tui.auth.keeper import TICK_SECONDS as KEEPER_TICK_SECONDS

SIZE = (100, 44)


async def at_the_api(pilot: "Pilot[None]", on: Stage) -> None:
    await pilot.press("3")
    await until(pilot, lambda: on.app.current_mode == "external-api")


async def test_an_answer_is_shown_in_full_with_its_facts() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        headers = {"X-Request-ID": "7f3a9c", "Server-Timing": "api;dur=1.25"}
        return httpx.Response(200, headers=headers, json={"msg": "hello", "list": [1]})

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "✓ hello" in text_of(on.app))
        shown = text_of(on.app)
        assert "200 OK · 4.0 ms · 1.2 ms in the API · request 7f3a9c" in shown
        assert '"list": [' in shown
        assert "x-request-id: 7f3a9c" in shown
        assert "min 4.0 ms  median 4.0 ms  p95 4.0 ms" in shown


async def test_another_audience_is_explained_and_the_way_out_edits_the_config() -> None:
    on = stage(signed_in=True, api=api_refuses)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Why it was refused" in text_of(on.app))
        shown = text_of(on.app)
        assert "The token is meant for another API." in shown
        assert "✗ Audience  https://orders.example" in shown
        assert "✓ Issuer    https://tenant.example/" in shown
        await pilot.press("w")
        await until(pilot, lambda: "Here the app cannot step aside." in text_of(on.app))


async def test_a_missing_scope_leads_to_a_sign_in_that_asks_for_it() -> None:
    on = stage(signed_in=True, api=api_needs_scope)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Sign in again with that scope" in text_of(on.app))
        await pilot.press("w")
        await until(pilot, lambda: on.tenant.count("/token"))
        assert on.tenant.authorization["scope"].split()[-1] == "read:messages"
        await until(pilot, lambda: on.app.current_mode == "external-api")


async def test_an_expired_token_leads_to_a_renewal() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        said = 'error="invalid_token", error_description="The token expired 9 s ago"'
        return httpx.Response(401, headers={"WWW-Authenticate": f"Bearer {said}"})

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Renew now" in text_of(on.app))
        await pilot.press("w")
        await until(pilot, lambda: on.tenant.count("/token") == 1)


async def test_a_web_page_instead_of_data_is_told() -> None:
    on = stage(
        signed_in=True, api=lambda _request: httpx.Response(200, html="<html>Sign in</html>")
    )
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "This is a web page" in text_of(on.app))


async def test_an_api_that_is_down_says_how_to_start_it_and_counts_as_a_call() -> None:
    on = stage(signed_in=True, api=api_is_down)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "nobody listens there" in text_of(on.app))
        assert "✗ none" in text_of(on.app)


async def test_calls_repeat_until_they_are_stopped() -> None:
    calls = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return api_accepts(request)

    turns = asyncio.Semaphore(0)

    async def sleep(seconds: float) -> None:
        if seconds == KEEPER_TICK_SECONDS:
            await asyncio.Event().wait()
        await turns.acquire()

    on = stage(signed_in=True, api=answer, sleep=sleep)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("i", "t")
        await until(pilot, lambda: len(calls) == 1)
        assert "■ Stop" in text_of(on.app)
        turns.release()
        await until(pilot, lambda: len(calls) >= 2)
        await pilot.press("t")
        seen = len(calls)
        turns.release()
        await pilot.pause()
        assert len(calls) == seen
        assert "Every 5 s" in text_of(on.app)


async def test_another_path_is_called_and_remembered() -> None:
    paths = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(f"{request.method} {request.url.path}")
        return api_accepts(request)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("m", "e")
        on.app.screen.query_one("#path", Input).value = "/api/messages"
        await pilot.press("enter")
        await until(pilot, lambda: paths)
        assert paths == ["POST /api/messages"]
    again = stage(signed_in=True, api=answer)
    async with again.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, again)
        await pilot.press("p")
        await until(pilot, lambda: len(paths) == 2)
        assert paths[1] == "POST /api/messages"


async def test_no_path_leads_the_token_to_another_host() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return api_accepts(request)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("e")
        on.app.screen.query_one("#path", Input).value = "//evil.example/"
        await pilot.press("enter")
        await until(pilot, lambda: "✗ two slashes" in text_of(on.app))
        assert not seen


async def test_the_list_of_calls_moves_by_vim_keys() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        for _ in range(3):
            await pilot.press("p")
            await pilot.pause()
        table = on.app.screen.query_one(CallsTable)
        await until(pilot, lambda: table.row_count == 3)
        table.focus()
        await pilot.press("j", "j", "k")
        assert table.cursor_row == 1


async def test_a_method_that_is_not_allowed_names_the_key_that_changes_it(tmp_path: Path) -> None:
    keymap = tmp_path / "keymap.json"
    keymap.write_text('{"method": "f6"}')
    on = stage(signed_in=True, api=lambda _request: httpx.Response(405), keymap=keymap)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "not for this method. f6 changes it." in text_of(on.app))


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
