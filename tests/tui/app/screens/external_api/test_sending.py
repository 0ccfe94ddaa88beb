"""Headers and body: written in place or in an editor, and sent."""

import httpx
import pytest
from textual.pilot import Pilot

from tests.support.app.at_the_api import (
    SIZE,
    at_the_api,
    choose_method,
    lines_of,
    recording,
    request_of,
    write_lines,
)
from tests.support.app.stage import Stage, point_at, stage, text_of, until
from tests.support.silence import Silent, no_answer_in_time
from tui.app.widgets.calls.calls_panel import CallsTable
from tui.app.widgets.calls.text_field import UNSEEN

BODY = '{"name": "größer", "count": 1.5, "ok": true}'


async def send(pilot: "Pilot[None]", on: Stage, *answers: str) -> None:
    await pilot.press("p", *answers)
    await until(pilot, lambda: "✓ 201" in text_of(on.app))


async def test_a_get_has_no_line_for_headers_and_body() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        assert "eaders:" not in text_of(on.app)
        await choose_method(pilot, on, "POST")
        await until(pilot, lambda: "Headers: none · body: none" in text_of(on.app))


async def test_headers_and_body_are_written_folded_and_sent() -> None:
    seen: list[httpx.Request] = []
    on = recording(seen)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await choose_method(pilot, on, "POST")
        await write_lines(pilot, on, "body", BODY)
        await pilot.press("escape")
        await until(pilot, lambda: "body: JSON, 46 bytes" in text_of(on.app))
        await write_lines(pilot, on, "headers", "X-A: 1\nIf-Match: *")
        await pilot.press("escape")
        await until(pilot, lambda: "Headers: X-A, If-Match · body: JSON" in text_of(on.app))
        await send(pilot, on, "y")
        assert "Sent: POST /api/external" in text_of(on.app)
        assert '"name": "größer"' in text_of(on.app)
    (request,) = seen
    assert request.content == BODY.encode()
    assert request.headers["content-type"] == "application/json"
    assert (request.headers["x-a"], request.headers["if-match"]) == ("1", "*")
    assert request.headers["authorization"].startswith("Bearer ")


async def test_json_that_is_not_valid_is_told_beside_the_request() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await choose_method(pilot, on, "POST")
        await write_lines(pilot, on, "body", '{"a": 1,')
        await pilot.press("escape")
        await until(pilot, lambda: "body: JSON with a mistake in it, 8 bytes" in text_of(on.app))


async def test_a_question_and_the_list_of_methods_name_their_own_keys() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("m")
        await until(pilot, lambda: "reads the headers alone" in text_of(on.app))
        assert "⏎ Take  esc Back  " in text_of(on.app).splitlines()[-1]
        await pilot.press("f1")
        await until(pilot, lambda: "takes one, and sends nothing" in text_of(on.app))
        await pilot.press("escape")
        await pilot.press("escape")
        await choose_method(pilot, on, "POST")
        await pilot.press("p")
        await until(pilot, lambda: "This call may change something" in text_of(on.app))
        assert "y Call it  esc Leave it" in text_of(on.app).splitlines()[-1]
        await pilot.press("f1")
        await until(pilot, lambda: "Nothing happens unless you mean it" in text_of(on.app))


async def test_a_click_on_the_line_unfolds_what_it_tells_of() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "body", BODY)
        await pilot.press("escape")
        await point_at(pilot, "body: JSON", click=True)
        await until(pilot, lambda: lines_of(on, "body").has_focus)


async def test_what_is_wrong_with_a_header_stands_below_and_holds_the_call_back() -> None:
    seen: list[httpx.Request] = []
    on = recording(seen)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "headers", "X-A: 1\nAuthorization: Bearer mine")
        said = "✗ line 2: Authorization cannot be set"
        await until(pilot, lambda: said in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: "✗ Headers: line 2: Authorization" in text_of(on.app))
        for key in ("p", "t"):
            await pilot.press(key)
            await until(pilot, lambda: lines_of(on, "headers").has_focus)
            await pilot.press("escape")
        assert not seen
        await write_lines(pilot, on, "headers", "X-A: 1")
        await pilot.press("f5")
        await until(pilot, lambda: seen)
        assert "authorization" not in {name.lower() for name, _ in request_of(on).headers}


async def test_a_line_break_that_is_pasted_starts_another_header() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "headers", "X-A: 1\r\nHost: evil.example")
        await until(pilot, lambda: "✗ line 2: Host cannot be set" in text_of(on.app))
        await write_lines(pilot, on, "headers", "X-A: 1\x00")
        await until(pilot, lambda: "✗ line 1: X-A has a character" in text_of(on.app))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_body_waits_unsent_for_a_method_that_has_one(method: str) -> None:
    seen: list[httpx.Request] = []
    on = recording(seen)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await choose_method(pilot, on, method)
        await write_lines(pilot, on, "body", "a=b")
        await until(pilot, lambda: f"Body, not sent with {method}" in text_of(on.app))
        await pilot.press("escape")
        await until(
            pilot, lambda: f"body: a form, 3 bytes, not sent with {method}" in text_of(on.app)
        )
        await send(pilot, on)
        assert seen[0].content == b""
        assert {"content-type", "content-length"}.isdisjoint(seen[0].headers)
        await choose_method(pilot, on, "PUT")
        await until(pilot, lambda: "body: a form, 3 bytes" in text_of(on.app))


async def test_a_row_of_the_calls_shows_and_repeats_what_was_sent() -> None:
    seen: list[httpx.Request] = []
    on = recording(seen)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await choose_method(pilot, on, "POST")
        await write_lines(pilot, on, "body", BODY)
        await pilot.press("escape")
        await send(pilot, on, "y")
        await write_lines(pilot, on, "body", "")
        await pilot.press("escape", "p")
        await until(pilot, lambda: len(seen) == 2)
        await until(pilot, lambda: "Sent:" not in text_of(on.app))
        on.app.screen.query_one(CallsTable).focus()
        await pilot.press("j", "enter")
        await until(pilot, lambda: "Sent: POST /api/external" in text_of(on.app))
        await pilot.press("a")
        await until(pilot, lambda: len(seen) == 3)
        assert lines_of(on, "body").text == BODY
    assert [request.content.decode() for request in seen] == [BODY, "", BODY]


async def test_a_call_without_an_answer_shows_what_was_sent() -> None:
    on = stage(signed_in=True, api=no_answer_in_time)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "headers", "X-A: 1")
        await pilot.press("f5")
        await until(pilot, lambda: "gave no answer in time" in text_of(on.app))
        assert "Sent: GET /api/external" in text_of(on.app)


async def test_an_upload_that_takes_long_can_be_cancelled() -> None:
    on = stage(signed_in=True, api_transport=Silent())
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "body", "x" * 100_000)
        await pilot.press("f5")
        await until(pilot, lambda: "◌ Calling the API" in text_of(on.app))
        on.clock.advance(2)
        await until(pilot, lambda: "◌ Calling the API · 2 s" in text_of(on.app))
        await pilot.press("escape", "escape")  # out of the field, then the call
        await until(pilot, lambda: "You cancelled the call." in text_of(on.app))


async def test_nothing_in_a_body_can_steer_the_terminal() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "body", "a\x1b]52;c;aWQ=\x07b [@click=app.quit]x[/]")
        await until(pilot, lambda: f"a{UNSEEN}]52;c;aWQ={UNSEEN}b [@click" in text_of(on.app))
        await pilot.press("f5")
        await until(pilot, lambda: "✓ Your Access Token" in text_of(on.app))
        assert "\x1b" not in text_of(on.app)


async def test_json_has_its_colours() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "body", '{"a": "b", "c": [1.5, null]}')
        await pilot.pause()
        area = lines_of(on, "body")
        line = area.get_line(0)
        coloured = {line.plain[span.start : span.end]: span.style for span in line.spans}
        styles = {
            kind: area.get_component_rich_style(f"json--{kind}", partial=True)
            for kind in ("key", "text", "number", "word", "mark")
        }
        assert coloured['"a"'] == coloured['"c"'] == styles["key"]
        assert coloured['"b"'] == styles["text"]
        assert coloured["1.5"] == styles["number"]
        assert coloured["null"] == styles["word"]
        assert coloured["["] == styles["mark"]
        assert len({str(style) for style in styles.values()}) >= 4  # a theme may have one twice
