"""Calling the API, as a person does."""

import asyncio
import itertools
import json
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

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
from tui.api.challenge import WELL_KNOWN
from tui.api.history import CALLS_REMEMBERED, CallHistory
from tui.api.request import METHODS, PING, ApiRequest
from tui.app.widgets.calls.calls_panel import CallsTable
from tui.app.widgets.calls.request_line import PathField, RequestLine
from tui.auth.keeper import TICK_SECONDS as KEEPER_TICK_SECONDS

SIZE = (100, 44)


async def at_the_api(pilot: "Pilot[None]", on: Stage) -> None:
    await pilot.press("3")
    await until(pilot, lambda: on.app.current_mode == "external-api")


def saved_in(folder: Path) -> list[Path]:
    return list(folder.glob("answer-*.json"))


async def write_path(pilot: "Pilot[None]", on: Stage, path: str) -> None:
    await pilot.press("e")
    field = on.app.screen.query_one(PathField)
    await until(pilot, lambda: field.has_focus)
    field.value = path
    await pilot.pause()


async def choose_method(pilot: "Pilot[None]", on: Stage, method: str) -> None:
    await pilot.press("m")
    await until(pilot, lambda: on.app.screen.query(OptionList))
    on.app.screen.query_one(OptionList).highlighted = METHODS.index(method)
    await pilot.press("enter")
    await until(pilot, lambda: on.app.screen.query(RequestLine))


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
        assert "median" not in shown  # one call says more than its median


async def test_another_audience_is_explained_and_the_way_out_edits_the_config() -> None:
    on = stage(signed_in=True, api=api_refuses)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Why it was refused" in text_of(on.app))
        shown = text_of(on.app)
        assert "The token is meant for another API." in shown
        assert "✗ Audience  the API wants  https://orders.example" in shown
        assert "            your token has https://api.example, https://tenant" in shown
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
        await write_path(pilot, on, "/api/messages")
        await pilot.press("enter")
        await pilot.pause()
        assert not paths  # Enter ends the editing, Ping sends
        await pilot.press("p")
        await until(pilot, lambda: paths)
    again = stage(signed_in=True, api=answer)
    async with again.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, again)
        await pilot.press("p")
        await until(pilot, lambda: len(paths) == 2)
    assert paths == ["GET /api/messages", "GET /api/messages"]


async def test_esc_brings_the_path_before_back() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_path(pilot, on, "/another")
        await pilot.press("escape")
        await until(pilot, lambda: "https://api.example/api/external" in text_of(on.app))
        assert on.app.screen.query_one(RequestLine).request == PING


async def test_what_is_wrong_with_a_path_stands_below_it() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_path(pilot, on, "/a#b")
        await until(pilot, lambda: "✗ a fragment" in text_of(on.app))
        lines = text_of(on.app).splitlines()
        at = next(row for row, line in enumerate(lines) if "/a#b" in line)
        assert "✗ a fragment (#) never reaches a server" in lines[at + 1]


async def test_a_method_is_chosen_from_a_list() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("m")
        await until(pilot, lambda: "reads the headers alone" in text_of(on.app))
        await pilot.press("j", "enter")
        await until(pilot, lambda: "HEAD  https://api.example" in text_of(on.app))


async def test_a_method_that_changes_something_asks_once_and_is_not_repeated() -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(f"{request.method} {request.url.path}")
        return httpx.Response(204)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await choose_method(pilot, on, "DELETE")
        await pilot.press("p")
        await until(pilot, lambda: "DELETE https://api.example/api/external" in text_of(on.app))
        await pilot.press("enter")  # the answer that is chosen beforehand is to leave it
        await until(pilot, lambda: "may change something" not in text_of(on.app))
        assert not calls
        await pilot.press("p")
        await until(pilot, lambda: "may change something" in text_of(on.app))
        await pilot.press("y")
        await until(pilot, lambda: len(calls) == 1)
        await pilot.press("p")
        await until(pilot, lambda: len(calls) == 2)
        await pilot.press("t")
        await until(pilot, lambda: "DELETE is not repeated" in text_of(on.app))
        assert calls == ["DELETE /api/external"] * 2


async def test_changing_the_method_ends_the_repeating() -> None:
    async def sleep(_seconds: float) -> None:
        await asyncio.Event().wait()

    on = stage(signed_in=True, sleep=sleep)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("t")
        await until(pilot, lambda: "■ Stop" in text_of(on.app))
        await choose_method(pilot, on, "PUT")
        await until(pilot, lambda: "■ Stop" not in text_of(on.app))


async def test_no_path_leads_the_token_to_another_host() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return api_accepts(request)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_path(pilot, on, "//evil.example/")
        await pilot.press("enter")
        await until(pilot, lambda: "✗ two slashes" in text_of(on.app))
        await pilot.click("#ping")
        await pilot.pause()
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
        assert table.cursor == 1


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


async def test_a_call_chosen_from_the_list_is_shown_and_made_again() -> None:
    answers = itertools.cycle([httpx.Response(200, json={"msg": "first"}), httpx.Response(404)])
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return next(answers)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "✓ first" in text_of(on.app))
        await write_path(pilot, on, "/other")
        await pilot.press("enter", "p")
        await until(pilot, lambda: "There is no such route" in text_of(on.app))
        on.app.screen.query_one(CallsTable).focus()
        await pilot.press("j", "enter")
        await until(pilot, lambda: "✓ first" in text_of(on.app))
        assert "Result of 09:26:53, GET /api/external" in text_of(on.app)
        assert '"msg": "first"' in text_of(on.app)
        await pilot.press("a")
        await until(pilot, lambda: len(seen) == 3)
        assert seen == ["/api/external", "/other", "/api/external"]


async def test_a_list_of_ten_thousand_calls_stays_quick() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        table = on.app.screen.query_one(CallsTable)
        await until(pilot, lambda: table.row_count == 1)
        history = CallHistory()
        for number in range(CALLS_REMEMBERED):
            history.add(replace(table.call_at(0), request=ApiRequest("GET", f"/{number}")))
        before = time.process_time()
        table.show(history)
        table.focus()
        await pilot.press("G", "g", "j")
        spent = time.process_time() - before
        assert "GET /9998" in text_of(on.app)
        assert spent < 1.0  # a table of that many widgets or cells takes many seconds


@pytest.mark.parametrize(("method", "calls"), [("GET", 2), ("DELETE", 1)])
async def test_after_the_missing_scope_was_granted_the_call_is_made_again_or_offered(
    method: str, calls: int
) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == WELL_KNOWN:
            return httpx.Response(404)
        seen.append(request.method)
        return api_needs_scope(request) if len(seen) == 1 else httpx.Response(200)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await choose_method(pilot, on, method)
        await pilot.press("p", *("y" if method == "DELETE" else ""))
        await until(pilot, lambda: "Sign in again with that scope" in text_of(on.app))
        await pilot.press("w")
        await until(pilot, lambda: on.tenant.count("/token"))
        words = "✓ 200 OK" if method == "GET" else "You have new tokens. Ping calls DELETE again."
        await until(pilot, lambda: words in text_of(on.app))
        assert "Why it was refused" not in text_of(on.app)
        assert len(seen) == calls


async def test_after_a_renewal_from_the_way_out_the_call_is_made_again() -> None:
    said = 'error="invalid_token", error_description="The token expired 9 s ago"'
    refused = httpx.Response(401, headers={"WWW-Authenticate": f"Bearer {said}"})
    tokens: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == WELL_KNOWN:
            return httpx.Response(404)
        tokens.append(request.headers["authorization"])
        return refused if len(tokens) == 1 else api_accepts(request)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Renew now" in text_of(on.app))
        await pilot.press("w")
        await until(pilot, lambda: "✓ Your Access Token" in text_of(on.app))
        assert "Why it was refused" not in text_of(on.app)
        assert tokens[0] != tokens[1]


async def test_a_call_that_takes_long_shows_its_seconds_and_can_be_cancelled() -> None:
    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    on = stage(signed_in=True, api_transport=Silent())
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "◌ Calling the API" in text_of(on.app))
        on.clock.advance(3)
        await until(pilot, lambda: "◌ Calling the API · 3 s" in text_of(on.app))
        assert "escape cancels" in text_of(on.app).replace("esc ", "escape ")
        await pilot.press("escape")
        await until(pilot, lambda: "✗ No answer" in text_of(on.app))
        assert "You cancelled it." in text_of(on.app)


async def test_what_the_api_asks_to_wait_is_shown_and_honoured() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        if seconds != KEEPER_TICK_SECONDS:
            slept.append(seconds)
        await asyncio.Event().wait()

    busy = httpx.Response(429, headers={"Retry-After": "90"})
    on = stage(signed_in=True, api=lambda _request: busy, sleep=sleep)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("t")
        await until(pilot, lambda: "It asks to wait 1 min." in text_of(on.app))
        await until(pilot, lambda: slept == [90])


async def test_an_answer_is_folded_searched_copied_and_saved_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    body = json.dumps({"msg": "Here", "orders": [{"id": number} for number in range(500)]})
    on = stage(signed_in=True, api=lambda _request: httpx.Response(200, text=body))
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: '"orders": [' in text_of(on.app))
        assert '"id": 499' not in text_of(on.app)
        await pilot.press("slash", *"499")
        await until(pilot, lambda: '"id": 499' in text_of(on.app))
        assert "1 line" in text_of(on.app)
        await pilot.press("enter", "z")
        await until(pilot, lambda: '"orders": [… 500]' in text_of(on.app))
        await pilot.press("c")
        await until(pilot, lambda: on.app.clipboard == body)
        await pilot.press("f")
        await until(pilot, lambda: saved_in(tmp_path))
    (saved,) = saved_in(tmp_path)
    assert saved.read_text() == body
    assert saved.stat().st_mode & 0o777 == 0o600
