"""The answer to a call, and the calls so far."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from textual.content import Content

from tests.support.app.at_the_api import SIZE, at_the_api, write_path
from tests.support.app.stage import (
    stage,
    text_of,
    until,
)
from tests.support.silence import nobody_listens
from tui.api.history import CALLS_REMEMBERED, CallHistory
from tui.api.request import ApiRequest
from tui.app.widgets.calls.answer_panel import AnswerLines
from tui.app.widgets.calls.calls_panel import CallsTable


def saved_in(folder: Path) -> list[Path]:
    return list(folder.glob("answer-*.json"))


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


async def test_a_line_that_is_broken_loses_nothing() -> None:
    word = "".join(chr(ord("a") + number % 26) for number in range(200))
    on = stage(signed_in=True, api=lambda _request: httpx.Response(200, json={"msg": word}))
    async with on.app.run_test(size=(60, 40)) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: '"msg": "abc' in text_of(on.app))
        lines = on.app.screen.query_one(AnswerLines)
        shown = "".join(
            line.strip(" │▁▂▃▄▅▆▇█") for line in text_of(on.app).splitlines()[lines.region.y :]
        )
        assert word in shown


async def test_a_web_page_instead_of_data_is_told() -> None:
    on = stage(
        signed_in=True, api=lambda _request: httpx.Response(200, html="<html>Sign in</html>")
    )
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "This is a web page" in text_of(on.app))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "There is no such route"),
        (429, "Too many calls"),
        (500, "The API has an error of its own"),
        (403, "This is a web page"),
    ],
)
async def test_an_error_that_an_api_tells_on_a_web_page_is_an_error_of_the_api(
    status: int, said: str
) -> None:
    on = stage(signed_in=True, api=lambda _request: httpx.Response(status, html="<h1>No</h1>"))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: said in text_of(on.app))


async def test_an_api_that_is_down_says_how_to_start_it_and_counts_as_a_call() -> None:
    on = stage(signed_in=True, api=nobody_listens)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "nobody listens there" in text_of(on.app))
        assert "✗ none" in text_of(on.app)


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


async def test_a_key_leads_to_the_calls_once_there_are_any() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        assert "g Calls" not in text_of(on.app)
        await pilot.press("p")
        await until(pilot, lambda: "g Calls" in text_of(on.app))
        await pilot.press("g")
        await until(pilot, lambda: on.app.screen.query_one(CallsTable).has_focus)


async def test_a_list_of_ten_thousand_calls_draws_only_the_rows_that_are_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[int] = []
    draw_row = CallsTable.draw_row

    def watched(self: CallsTable, index: int) -> Content:
        drawn.append(index)
        return draw_row(self, index)

    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        table = on.app.screen.query_one(CallsTable)
        await until(pilot, lambda: table.row_count == 1)
        history = CallHistory()
        for number in range(CALLS_REMEMBERED):
            history.add(replace(table.call_at(0), request=ApiRequest("GET", f"/{number}")))
        monkeypatch.setattr(CallsTable, "draw_row", watched)
        table.show(history)
        table.focus()
        await pilot.press("G", "g", "j")
        assert "GET /9998" in text_of(on.app)
        assert 2 <= len(set(drawn)) < 4 * SIZE[1]


async def test_the_result_names_its_call_while_another_one_is_about_to_be_made() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "✓ Your Access Token" in text_of(on.app))
        await write_path(pilot, on, "/api/messages")
        await pilot.press("enter")
        await until(pilot, lambda: ", GET /api/external ─" in text_of(on.app))
        await write_path(pilot, on, "/api/external")
        await pilot.press("enter")
        await until(pilot, lambda: "─ Result ─" in text_of(on.app))


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
        await until(pilot, lambda: "1 of 1 ─" in text_of(on.app))
        await pilot.press("enter", "z")
        await until(pilot, lambda: '"orders": [… 500]' in text_of(on.app))
        await pilot.press("c")
        await until(pilot, lambda: on.app.clipboard == body)
        await pilot.press("f")
        await until(pilot, lambda: saved_in(tmp_path))
    (saved,) = saved_in(tmp_path)
    assert saved.read_text() == body
    assert saved.stat().st_mode & 0o777 == 0o600


async def test_another_answer_is_shown_from_its_beginning() -> None:
    answers = itertools.cycle(["first", "second"])

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={next(answers): list(range(500))})

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: '"first"' in text_of(on.app))
        on.app.screen.query_one(AnswerLines).focus()
        await pilot.press("G")
        await until(pilot, lambda: '"first"' not in text_of(on.app))
        await pilot.press("p")
        await until(pilot, lambda: '"second"' in text_of(on.app))


async def test_while_another_path_is_written_the_result_says_of_which_call_it_is() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "200 OK" in text_of(on.app))
        await pilot.press("e", "slash", "x")
        await until(pilot, lambda: "Result of 09:26:53, GET /api/external" in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: "Result of" not in text_of(on.app))
        assert "─ Result ─" in text_of(on.app)
