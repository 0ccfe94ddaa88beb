"""A sign-in as it usually goes, what comes where it does not, and who said no."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.app.stage import (
    dialog_of,
    has_dialog,
    is_waiting,
    stage,
    text_of,
    until,
)
from tests.support.silence import never
from tui.config.load import parse_config
from tui.config.paths import BUILT_IN

SIZE = (80, 30)


async def test_the_way_it_usually_goes_takes_one_line_and_the_time_left() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "Finish in your browser" in text_of(on.app))
        shown = text_of(on.app)
        assert "No page?  w  shows other ways." in shown
        assert "gives up in 5:00" in shown
        assert "esc Cancel" in shown
        assert all(words not in shown for words in ("With a code", "authorize?", "c Copy"))


@pytest.mark.parametrize("key", ["w", "d", "v"])
async def test_a_key_brings_the_other_ways(key: str) -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "Finish in your browser" in text_of(on.app))
        await pilot.press(key)
        await until(pilot, lambda: "https://tenant.example/authorize" in text_of(on.app))
        assert "In a browser on another machine" in text_of(on.app)


async def test_the_other_ways_come_by_themselves_after_eight_seconds() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "Finish in your browser" in text_of(on.app))
        on.clock.advance(7)
        on.app.now = on.clock()
        await pilot.pause()
        assert "With a code" not in text_of(on.app)
        on.clock.advance(1)
        await until(pilot, lambda: "With a code" in text_of(on.app))
        assert "c Copy" in text_of(on.app)


async def test_once_there_is_a_code_the_heading_is_about_it_and_the_ways_keep_their_order() -> None:
    on = stage(browser="waits", device_sleep=never)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("d")
        await until(pilot, lambda: "W D J B - M J H T" in text_of(on.app))
        shown = text_of(on.app)
        assert "Enter the code on the other device" in shown
        assert "Finish in your browser" not in shown
        assert shown.index("In a browser on this machine") < shown.index("With a code")


@pytest.mark.parametrize(
    ("size", "hint"), [((100, 40), "Does the browser show an error"), ((80, 24), "An error page")]
)
async def test_the_callback_hint_leaves_everything_where_it_is(
    size: tuple[int, int], hint: str
) -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=size) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("w")
        await until(pilot, lambda: "With a code" in text_of(on.app))
        screen = dialog_of(on)  # with an address that leaves room beside it
        screen.progress = replace(screen.progress, url="https://tenant.example/authorize?state=s")
        await pilot.pause()
        before = [each.region for each in dialog_of(on).query("#ways, #address, #buttons")]
        on.clock.advance(19)
        await pilot.pause()
        assert hint not in text_of(on.app)
        on.clock.advance(2)
        await until(pilot, lambda: hint in text_of(on.app))
        after = dialog_of(on).query("#ways, #address, #buttons")
        assert [each.region for each in after] == before
        assert not any(dialog_of(on).query_one("#remark").region.overlaps(each) for each in before)
        await pilot.press("escape")
        await until(pilot, lambda: not has_dialog(on))
        assert hint not in text_of(on.app)


async def test_at_the_built_in_tenant_there_is_no_hint_about_the_callback() -> None:
    built_in = parse_config(BUILT_IN, Path("auth_config.json"))
    on = stage(browser="waits", base=built_in)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        on.clock.advance(21)
        await until(pilot, lambda: "gives up in 4:39" in text_of(on.app))
        assert "With a code" in text_of(on.app)
        assert "▲" not in text_of(on.app)


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_a_hint_lies_over_nothing_and_goes_with_the_attempt(size: tuple[int, int]) -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("w")
        on.clock.advance(21)
        await until(pilot, lambda: "An error page about" in text_of(on.app))
        screen = dialog_of(on)
        screen.query_one("#dialog").scroll_end(animate=False)
        await pilot.pause()
        assert screen.query_one("#address").region.bottom <= screen.query_one("#remark").region.y
        assert not screen.query("Toast")
        screen.failure = "No answer came in time."
        await until(pilot, lambda: "No answer came" in text_of(on.app))
        assert "An error page about" not in text_of(on.app)
        await pilot.press("r")
        await until(pilot, lambda: is_waiting(on))
        assert "An error page about" not in text_of(on.app)


async def test_a_hint_waits_until_what_was_said_has_been_read() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("w", "f")
        await until(pilot, lambda: "The address is in" in text_of(on.app))
        on.clock.advance(21)
        await until(pilot, lambda: on.app.now == on.clock())
        await pilot.pause()
        assert "The address is in" in text_of(on.app)
        await pilot.press("c")
        await until(pilot, lambda: bool(on.copied))
        assert "An error page about" not in text_of(on.app)


async def test_beside_a_code_there_is_no_hint_about_the_callback() -> None:
    on = stage(browser="waits", device_sleep=never)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("d")
        await until(pilot, lambda: "W D J B - M J H T" in text_of(on.app))
        on.clock.advance(21)
        await pilot.press("c")
        await until(pilot, lambda: "▸ Sent the address" in text_of(on.app))
        assert "An error page about" not in text_of(on.app)


@pytest.mark.parametrize(("error", "offered"), [("invalid_scope", True), ("server_error", False)])
async def test_a_failure_by_the_config_offers_to_edit_it(error: str, offered: bool) -> None:
    on = stage(path=Path("/home/pat/work.json"))
    on.tenant.answer_parameters = {"code": None, "error": error}
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "✗ The sign-in did not work" in text_of(on.app))
        assert ("Edit work.json" in text_of(on.app)) == offered
        assert ("e Edit config" in text_of(on.app)) == offered


async def test_a_no_of_the_persons_own_is_called_so() -> None:
    on = stage()
    on.tenant.answer_parameters = {
        "code": None, "error": "access_denied", "error_description": "User did not authorize it",
    }  # fmt: skip
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "You did not allow it" in text_of(on.app))
