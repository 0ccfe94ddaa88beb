"""On a small terminal what a key opens or changes comes into view, and a search is seen to end."""

import httpx
import pytest
from textual.pilot import Pilot

from tests.support.app.at_the_api import at_the_api, choose_method, write_path
from tests.support.app.stage import Stage, api_needs_scope, point_at, stage, text_of, until
from tests.support.silence import never, nobody_listens
from tui.app.widgets.calls.answer_panel import AnswerLines, AnswerPanel
from tui.app.widgets.calls.calls_panel import CallsPanel, CallsTable

SMALL = (80, 18)

VERDICT = "✓ Your Access Token was successfully validated!"


async def far_down(pilot: "Pilot[None]", on: Stage, verdict: str = VERDICT) -> None:
    """Call once, and scroll as far down as it goes."""
    await pilot.press("p")
    await until(pilot, lambda: on.app.screen.query_one(CallsTable).row_count)

    def is_there() -> bool:
        on.app.screen.query_one("#body").scroll_end(animate=False)
        seen = text_of(on.app)
        return verdict not in seen and "Repeat ·" not in seen and "─ Calls ─" in seen

    await until(pilot, is_there)


def many_lines(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"msg": VERDICT[2:], "list": [f"item {n}" for n in range(40)]})


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("p", VERDICT),
        ("t", VERDICT),
        ("h", "Headers, one in a line"),
        ("b", "Body, not sent with GET"),
        ("e", "GET  https://api.example/api/external"),
        ("i", "Repeat · 5 s"),
    ],
)
async def test_what_a_key_opens_or_changes_comes_into_view(key: str, shown: str) -> None:
    on = stage(signed_in=True, api=many_lines, sleep=never)
    async with on.app.run_test(size=SMALL) as pilot:
        await at_the_api(pilot, on)
        await far_down(pilot, on)
        await pilot.press(key)
        await until(pilot, lambda: shown in text_of(on.app))


async def test_another_method_comes_into_view() -> None:
    on = stage(signed_in=True, api=many_lines)
    async with on.app.run_test(size=SMALL) as pilot:
        await at_the_api(pilot, on)
        await far_down(pilot, on)
        await choose_method(pilot, on, "HEAD")
        await until(pilot, lambda: "HEAD  " in text_of(on.app))


async def test_what_a_call_without_an_answer_says_comes_into_view() -> None:
    apis = [many_lines, nobody_listens]
    on = stage(signed_in=True, api=lambda request: apis.pop(0)(request))
    async with on.app.run_test(size=SMALL) as pilot:
        await at_the_api(pilot, on)
        await far_down(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "✗ The API gave no answer" in text_of(on.app))


async def test_the_way_out_of_a_refusal_brings_the_next_result_into_view() -> None:
    on = stage(signed_in=True, api=api_needs_scope, browser="signs in")
    async with on.app.run_test(size=SMALL) as pilot:
        await at_the_api(pilot, on)
        await far_down(pilot, on, "403: Forbidden")
        await pilot.press("w")
        await until(pilot, lambda: on.app.screen.query_one(CallsTable).row_count == 2)
        await until(pilot, lambda: "403: Forbidden" in text_of(on.app))


async def test_an_older_call_that_is_clicked_shows_its_result() -> None:
    on = stage(signed_in=True, api=many_lines)
    async with on.app.run_test(size=SMALL) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: on.app.screen.query_one(CallsTable).row_count == 1)
        on.clock.advance(1)
        await far_down(pilot, on)
        first = on.app.screen.query_one(CallsTable).call_at(1)
        await point_at(pilot, f"{first.at:%H:%M:%S}", click=True)
        await until(pilot, lambda: f"Result of {first.at:%H:%M:%S}, GET" in text_of(on.app))
        await pilot.press("up")  # and the list comes back where one moves on in it
        await until(pilot, lambda: "─ Calls ─" in text_of(on.app))


@pytest.mark.parametrize("size", [(60, 16), (80, 24)])
async def test_what_is_wrong_with_a_path_can_be_read_to_its_end(size: tuple[int, int]) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=size) as pilot:
        await at_the_api(pilot, on)
        await write_path(pilot, on, "https://evil.example/")
        await until(pilot, lambda: "(https://api.example)" in text_of(on.app))
        assert "alone" in text_of(on.app)


async def test_a_search_says_where_one_is_and_leaves_nothing_behind() -> None:
    on = stage(signed_in=True, api=many_lines)
    async with on.app.run_test(size=SMALL) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "bytes ─" in text_of(on.app))
        await pilot.press("slash", *"item 3")
        await until(pilot, lambda: " 1 of 11 ─" in text_of(on.app))
        keys = "↑ Before  ↓ Next  ⏎ Go to it  esc End search"
        await until(pilot, lambda: keys in text_of(on.app))
        await pilot.press("down", "down", "up")
        await until(pilot, lambda: " 2 of 11 ─" in text_of(on.app))
        await pilot.press("enter", "n")
        await until(pilot, lambda: " 3 of 11 ─" in text_of(on.app))
        await until(pilot, lambda: "n Next  N Before  esc End search" in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: "bytes ─" in text_of(on.app))
        assert " of 11 ─" not in text_of(on.app)
        await until(pilot, lambda: "n Next" not in text_of(on.app))
        await pilot.press("slash", *"nowhere")
        await until(pilot, lambda: " not found ─" in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: "bytes ─" in text_of(on.app))


@pytest.mark.parametrize("rows", [16, 20, 24])
async def test_what_a_search_says_is_in_view_however_little_room_there_is(rows: int) -> None:
    answers = [httpx.Response(200, json={}), httpx.Response(404, json=["item"] * 40)]
    on = stage(signed_in=True, api=lambda _request: answers.pop(0))
    async with on.app.run_test(size=(80, rows)) as pilot:
        await at_the_api(pilot, on)
        for words in ("✓ 200 OK", "✗ Error"):
            await pilot.press("p")
            await until(pilot, lambda: words in text_of(on.app))  # noqa: B023
        await until(pilot, lambda: on.app.screen.query_one(AnswerLines).row_count > 40)
        await pilot.press("slash")
        await until(pilot, lambda: on.app.screen.query("#find:focus"))
        await pilot.press(*"zzz")  # of which no letter is anywhere
        shown = ("│ zzz ", " not found ─")
        await until(pilot, lambda: all(words in text_of(on.app) for words in shown))


async def test_without_an_answer_the_list_of_calls_has_the_whole_width() -> None:
    on = stage(signed_in=True, api=nobody_listens)
    async with on.app.run_test(size=(120, 36)) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: on.app.screen.query_one(CallsPanel).size.width > 100)
        assert not on.app.screen.query_one(AnswerPanel).display


@pytest.mark.parametrize("size", [(60, 24), (118, 36), (120, 36)])
async def test_a_row_of_bytes_is_one_row_beside_the_list_of_calls(size: tuple[int, int]) -> None:
    letters = httpx.Response(200, content=bytes(8) + b"@ABCDEFGHIJKLMNO")
    on = stage(signed_in=True, api=lambda _request: letters)
    async with on.app.run_test(size=size) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: on.app.screen.query_one(AnswerLines).row_count)
        lines = on.app.screen.query_one(AnswerLines)
        assert lines.draw_row(1).plain == "0008  4041 4243 4445 4647  @ABCDEFG"
