"""Requests under a name, as a person keeps and finds them."""

import re

import httpx
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.support.app.at_the_api import (
    SIZE,
    at_the_api,
    choose_method,
    recording,
    request_of,
    write_lines,
    write_path,
)
from tests.support.app.stage import Stage, stage, text_of, until
from tui.api.kept import FILE_NAME, KeptRequests
from tui.api.request import ApiRequest
from tui.app.screens.external_api.kept import KeptScreen
from tui.app.widgets.calls.calls_panel import CallsTable
from tui.app.widgets.calls.request_line import RequestLine
from tui.config.paths import state_dir

ORIGIN = "https://api.example"

ORDER = ApiRequest("POST", "/orders", (("X-A", "1"),), b'{"id": 7}')


def keep(**requests: ApiRequest) -> None:
    for name, request in requests.items():
        KeptRequests(ORIGIN).keep(name.replace("_", " "), request)


async def in_the_list(pilot: "Pilot[None]", on: Stage) -> None:
    await at_the_api(pilot, on)
    await pilot.press("v")
    await until(pilot, lambda: isinstance(on.app.screen, KeptScreen))


async def keep_as(pilot: "Pilot[None]", on: Stage, name: str) -> None:
    await pilot.press("n")
    field = on.app.screen.query_one("#name", Input)
    await until(pilot, lambda: field.has_focus)
    field.value = name
    await pilot.press("enter")


async def test_a_request_is_kept_and_opened_in_the_next_run() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await choose_method(pilot, on, "POST")
        await write_path(pilot, on, "/orders")
        await pilot.press("enter")
        await write_lines(pilot, on, "headers", "X-A: 1")
        await pilot.press("escape", "v")
        await until(pilot, lambda: "Nothing yet. n keeps what is on the" in text_of(on.app))
        await keep_as(pilot, on, "New order")
        await until(pilot, lambda: "New order               POST    /orders" in text_of(on.app))
    again = stage(signed_in=True)
    async with again.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, again)
        assert request_of(again) == ApiRequest("GET", "/orders")
        await pilot.press("v")
        await until(pilot, lambda: "New order" in text_of(again.app))
        await pilot.press("enter")
        await until(pilot, lambda: "Headers: X-A · body: none" in text_of(again.app))
        assert request_of(again) == ApiRequest("POST", "/orders", (("X-A", "1"),))


async def test_an_opened_request_that_changes_something_asks_once_in_a_run() -> None:
    keep(New_order=ORDER)
    seen: list[httpx.Request] = []

    on = recording(seen)
    async with on.app.run_test(size=SIZE) as pilot:
        await in_the_list(pilot, on)
        await pilot.press("enter")
        await until(pilot, lambda: "body: JSON, 9 bytes" in text_of(on.app))
        await pilot.press("p")
        asked = "POST https://api.example/orders, with 9 bytes"
        await until(pilot, lambda: asked in text_of(on.app))
        assert not seen
        await pilot.press("y")
        await until(pilot, lambda: len(seen) == 1)
        await pilot.press("p")
        await until(pilot, lambda: len(seen) == 2)
    assert seen[0].content == ORDER.body


async def test_the_list_is_narrowed_as_one_types_and_enter_opens() -> None:
    keep(New_order=ORDER, Look=ApiRequest(), Orders=ApiRequest("GET", "/orders"))
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await in_the_list(pilot, on)
        await until(pilot, lambda: "Look" in text_of(on.app))
        await pilot.press("slash", *"order")
        await until(pilot, lambda: "Look " not in text_of(on.app))
        assert "New order" in text_of(on.app)
        await pilot.press("down", "enter")
        await until(pilot, lambda: not isinstance(on.app.screen, KeptScreen))
        assert request_of(on) == ApiRequest("GET", "/orders")


async def test_the_curl_line_of_any_of_them_is_copied() -> None:
    keep(New_order=ORDER, Look=ApiRequest())
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await in_the_list(pilot, on)
        await pilot.press("j", "u")
        await until(pilot, lambda: on.copied)
    assert on.copied == [
        "doorkey token --config /home/pat/auth_config.json --format header | curl -sS -H @- "
        """-H 'X-A: 1' -H 'Content-Type: application/json' --data-raw '{"id": 7}' """
        "https://api.example/orders"
    ]


async def test_forgetting_one_asks() -> None:
    keep(New_order=ORDER, Look=ApiRequest())
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await in_the_list(pilot, on)
        await pilot.press("j", "d")
        await until(pilot, lambda: "Forget this request" in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(on.app.screen, KeptScreen))
        assert len(KeptRequests(ORIGIN).all()) == 2
        await pilot.press("d")
        await until(pilot, lambda: "Forget this request" in text_of(on.app))
        await pilot.press("y")
        await until(pilot, lambda: "New order" not in text_of(on.app))
    assert [each.name for each in KeptRequests(ORIGIN).all()] == ["Look"]


async def test_a_credential_is_kept_without_its_value_which_is_said_and_asked_for() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "headers", "X-Api-Key: s3cret")
        await pilot.press("escape", "v")
        await until(pilot, lambda: "Nothing yet." in text_of(on.app))
        await keep_as(pilot, on, "Mine")
        said = "Kept without the value of X-Api-Key: it looks like a credential."
        await until(pilot, lambda: said in text_of(on.app))
        await pilot.press("u")
        await until(pilot, lambda: on.copied)
        assert "-H 'X-Api-Key: VALUE-LEFT-OUT'" in on.copied[0]
        await pilot.press("enter")
        await until(pilot, lambda: "✗ Headers: line 1: X-Api-Key has no value" in text_of(on.app))


@pytest.mark.parametrize("part", ["path", "body"])
async def test_the_token_itself_is_not_kept_wherever_it_stands(part: str) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        token = await on.service.get_access_token()
        if part == "path":
            await write_path(pilot, on, f"/a?b={token}")
            await pilot.press("enter")
        else:
            await write_lines(pilot, on, "body", token)
            await pilot.press("escape")
        await pilot.press("v")
        await until(pilot, lambda: "Nothing yet." in text_of(on.app))
        await keep_as(pilot, on, "Mine")
        said = f"Not kept: its {part} holds one of your tokens"
        await until(pilot, lambda: said in text_of(on.app))
        assert token not in text_of(on.app) or part == "path"
    assert not KeptRequests(ORIGIN).all()


async def test_a_name_that_is_taken_is_told_before_it_is_replaced() -> None:
    keep(Mine=ORDER)
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await in_the_list(pilot, on)
        await pilot.press("n", *"Mine")
        await until(pilot, lambda: "There is one of that name" in text_of(on.app))
        await pilot.press("escape")
        await pilot.pause()
        assert KeptRequests(ORIGIN).all()[0].request == ORDER
        await keep_as(pilot, on, "Mine")
        await until(pilot, lambda: "GET     /api/external" in text_of(on.app))


def in_one_line(on: Stage) -> str:
    """Return what the screen says, wherever it wraps: a path may be of any length."""
    return " ".join(text_of(on.app).replace("│", " ").split())


async def test_a_file_that_others_can_read_is_told() -> None:
    keep(Mine=ORDER)
    (state_dir() / FILE_NAME).chmod(0o644)
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await in_the_list(pilot, on)
        await until(pilot, lambda: "can be read or changed by others" in in_one_line(on))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(on.app.screen, KeptScreen))


async def test_a_request_with_a_wrong_header_is_not_kept_without_it() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "headers", "no colon")
        await pilot.press("escape", "v")
        await until(pilot, lambda: "Nothing yet." in text_of(on.app))
        await pilot.press("n")
        await until(pilot, lambda: "✗ Not kept: line 1: a header is written" in text_of(on.app))


async def test_f1_explains_the_list() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await in_the_list(pilot, on)
        await pilot.press("f1")
        await until(pilot, lambda: "No token is ever kept." in text_of(on.app))
        await until(pilot, lambda: re.search(r"\bn +Keep this", text_of(on.app)))


async def test_what_was_being_written_is_put_aside_when_another_call_is_made_again() -> None:
    keep(Old=ApiRequest("GET", "/old"))
    seen: list[httpx.Request] = []
    on = recording(seen)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: len(seen) == 1)
        await choose_method(pilot, on, "POST")
        await write_lines(pilot, on, "body", '{"id": 7}')
        await pilot.press("f5")
        await until(pilot, lambda: "may change something" in text_of(on.app))
        await pilot.press("escape")  # so that it is not sent
        await until(pilot, lambda: on.app.screen.query(CallsTable))
        on.app.screen.query_one(CallsTable).focus()
        await pilot.press("a")
        await until(pilot, lambda: len(seen) == 2)
        assert request_of(on) == ApiRequest("GET", "/api/external")
        await until(pilot, lambda: "POST /api/external was being written" in text_of(on.app))
        await pilot.press("v")
        await until(pilot, lambda: "(put aside)             POST    /api/ex" in text_of(on.app))
        assert "d Forget" not in text_of(on.app)  # which is for those that are kept
        await pilot.press("enter")
        written = ApiRequest("POST", "/api/external", body=b'{"id": 7}')
        await until(pilot, lambda: on.app.screen.query(RequestLine) and request_of(on) == written)
        await pilot.press("v")
        await until(pilot, lambda: "(put aside) " in text_of(on.app))
        await pilot.press("j", "d", "y")
        await until(pilot, lambda: not KeptRequests(ORIGIN).all())


async def test_a_request_that_was_sent_is_in_the_list_of_calls_and_not_put_aside() -> None:
    seen: list[httpx.Request] = []
    on = recording(seen)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: len(seen) == 1)
        await write_lines(pilot, on, "headers", "X-A: 1")
        await pilot.press("escape", "p")
        await until(pilot, lambda: len(seen) == 2)
        on.app.screen.query_one(CallsTable).focus()
        await pilot.press("j", "a")
        await until(pilot, lambda: len(seen) == 3)
        assert request_of(on).headers == ()
        await pilot.press("v")
        await until(pilot, lambda: "Nothing yet. n keeps" in text_of(on.app))
        assert "(put aside)" not in text_of(on.app)


async def test_each_that_was_put_aside_is_in_the_list_until_it_is_kept() -> None:
    on = recording([])
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: on.app.screen.query_one(CallsTable).row_count == 1)
        for method in ("PUT", "PATCH"):
            await choose_method(pilot, on, method)
            await write_lines(pilot, on, "headers", f"X-Method: {method}")
            on.app.screen.query_one(CallsTable).focus()
            await pilot.press("a")
            await until(pilot, lambda: request_of(on) == ApiRequest())
        await pilot.press("v")
        await until(pilot, lambda: "(put aside)             PATCH " in text_of(on.app))
        assert "(put aside)             PUT " in text_of(on.app)
        await pilot.press("j", "enter", "v")
        await until(pilot, lambda: "(put aside) " in text_of(on.app))
        await keep_as(pilot, on, "mine")
        await until(pilot, lambda: "mine                    PUT " in text_of(on.app))
        assert text_of(on.app).count("(put aside) ") == 1
