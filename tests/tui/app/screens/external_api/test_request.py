"""What is called: path and method, how often, and whether it is meant."""

import asyncio
import re
from collections.abc import Callable

import httpx
import pytest
from textual.timer import Timer

from tests.support.app.at_the_api import SIZE, at_the_api, choose_method, request_of, write_path
from tests.support.app.stage import (
    api_accepts,
    stage,
    text_of,
    until,
)
from tests.support.silence import never
from tui.api.request import PING, ApiRequest
from tui.app.screens.external_api.calling import AGAIN
from tui.app.screens.external_api.dialogs import change_question
from tui.app.widgets.calls.ping_result import PingResultPanel
from tui.app.widgets.calls.request_line import PathField, RequestLine
from tui.auth.keeper import TICK_SECONDS as KEEPER_TICK_SECONDS


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
        assert "■ Stop · 5 s" in text_of(on.app)
        turns.release()
        await until(pilot, lambda: len(calls) >= 2)
        await pilot.press("t")
        seen = len(calls)
        turns.release()
        await pilot.pause()
        assert len(calls) == seen
        assert "Repeat · 5 s" in text_of(on.app)


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


async def test_where_the_origin_does_not_fit_the_path_alone_says_what_is_called() -> None:
    on = stage(signed_in=True, api_url="https://orders.department.company.example")
    async with on.app.run_test(size=(80, 24)) as pilot:
        await at_the_api(pilot, on)
        await until(pilot, lambda: "GET  /api/external" in text_of(on.app))
        await pilot.resize_terminal(120, 36)
        whole = "GET  https://orders.department.company.example/api/external"
        await until(pilot, lambda: whole in text_of(on.app))
        await pilot.resize_terminal(40, 12)
        await until(pilot, lambda: "GET  /api/external" in text_of(on.app))


async def test_esc_brings_the_path_before_back() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_path(pilot, on, "/another")
        await pilot.press("escape")
        await until(pilot, lambda: "https://api.example/api/external" in text_of(on.app))
        assert on.app.screen.query_one(RequestLine).request == PING


async def test_a_whole_url_of_the_api_that_is_pasted_becomes_its_path() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_path(pilot, on, "https://evil.example/orders")
        await until(pilot, lambda: "✗ https://evil.example is not the API" in text_of(on.app))
        await write_path(pilot, on, "https://api.example/orders?page=2")
        await pilot.press("enter")
        await until(pilot, lambda: "https://api.example/orders?page=2" in text_of(on.app))
        assert request_of(on).path == "/orders?page=2"
        await write_path(pilot, on, "https://api.example/orders?page=2")
        await pilot.press("enter")  # the same once more: the field does not keep the URL
        await until(pilot, lambda: on.app.screen.query_one(PathField).value == "/orders?page=2")


async def test_what_is_being_written_is_what_a_call_asks_for_and_ends_the_writing() -> None:
    paths = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        return api_accepts(request)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_path(pilot, on, "/orders")
        await pilot.press("f5")
        await until(pilot, lambda: paths == ["/orders"])
        await until(pilot, lambda: not on.app.screen.query_one(PathField).has_focus)


async def test_a_call_that_is_over_is_not_said_to_be_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A timer that has gone off is heard later, though it was stopped meanwhile."""
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        panel = on.app.screen.query_one(PingResultPanel)
        rung: list[Callable[[], None]] = []

        def set_timer(_seconds: float, ring: Callable[[], None]) -> Timer:
            rung.append(ring)
            return panel.set_interval(3600, ring)

        monkeypatch.setattr(panel, "set_timer", set_timer)
        with panel.show_calling(lambda: "GET", on.clock):
            rung[0]()
            assert panel.is_busy
        panel.show_ready("It is over.")
        rung[0]()
        assert not panel.is_busy


async def test_what_is_wrong_with_a_path_stands_below_it() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_path(pilot, on, "/a#b")
        await until(pilot, lambda: "✗ a fragment" in text_of(on.app))
        lines = text_of(on.app).splitlines()
        at = next(row for row, line in enumerate(lines) if "/a#b" in line)
        assert "✗ a fragment (#) never reaches a server" in lines[at + 1]
        await write_path(pilot, on, "foo bar")
        await until(pilot, lambda: "https://api.example foo bar" in text_of(on.app))


async def test_a_method_is_chosen_from_a_list() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("m")
        await until(pilot, lambda: "reads the headers alone" in text_of(on.app))
        assert "⏎ Take  esc Back" in text_of(on.app)
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


@pytest.mark.parametrize(
    ("body", "is_told"), [(b'{"a": 1', True), (b'{"a": 1}', False), (b"a", False)]
)
def test_a_body_that_is_meant_to_be_json_and_is_none_is_told_before_it_goes(
    body: bytes, is_told: bool
) -> None:
    question = change_question("https://api.example", ApiRequest("POST", "/x", body=body))
    assert ("▲ The body looks like JSON, but is not valid" in question.note) == is_told


async def test_esc_ends_the_repeating_and_cancels_no_call_that_is_over() -> None:
    on = stage(signed_in=True, sleep=never)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("t")
        await until(pilot, lambda: "200 OK" in text_of(on.app))
        assert "■ Stop" in text_of(on.app)
        await pilot.press("escape")
        await until(pilot, lambda: "■ Stop" not in text_of(on.app))
        assert "200 OK" in text_of(on.app)
        assert "cancelled" not in text_of(on.app)


async def test_changing_the_method_ends_the_repeating() -> None:
    on = stage(signed_in=True, sleep=never)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("t")
        await until(pilot, lambda: "■ Stop" in text_of(on.app))
        await choose_method(pilot, on, "PUT")
        await until(pilot, lambda: "■ Stop" not in text_of(on.app))
        assert "Repeat · 2 s" not in text_of(on.app)
        assert not {"t Repeat", "i Interval"} & set(re.findall(r"\b[ti] \w+", text_of(on.app)))
        await choose_method(pilot, on, "HEAD")
        shown = ("Repeat · 2 s", "t Repeat")
        await until(pilot, lambda: all(words in text_of(on.app) for words in shown))


async def test_calls_are_repeated_below_a_dialog_and_no_longer_than_one_is_there() -> None:
    on = stage(signed_in=True, sleep=never)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("t")
        await until(pilot, lambda: "■ Stop" in text_of(on.app))
        await pilot.press("f1")
        await until(pilot, lambda: "Keys here" in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: "■ Stop" in text_of(on.app))
        await pilot.press("1")
        await until(pilot, lambda: "No longer repeated" in text_of(on.app))
        await pilot.press("3")
        await until(pilot, lambda: "Repeat · 2 s" in text_of(on.app))
        assert not [each for each in on.app.workers if each.group == AGAIN and each.is_running]


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
        await until(pilot, lambda: "It asks to wait 90 s." in text_of(on.app))
        await until(pilot, lambda: slept == [90])
        shown = ("─ Next call at 09:28:23, as the API asks ─", "■ Stop · 90 s")
        await until(pilot, lambda: all(words in text_of(on.app) for words in shown))
        await pilot.press("t")
        await until(pilot, lambda: "Repeat · 2 s" in text_of(on.app))
        assert "Next call" not in text_of(on.app)
