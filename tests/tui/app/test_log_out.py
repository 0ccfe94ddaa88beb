"""Logging out: asked once, told step by step, and nothing of the person is left."""

import asyncio
import gc

import pytest
from textual.widgets import Static

from tests.support.app.stage import stage, text_of, until
from tui.app.screens.log_out import LogOutScreen
from tui.app.screens.place import PlaceScreen

SIZE = (80, 24)


async def test_log_out_does_nothing_when_signed_out() -> None:
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        await pilot.press("o")
        assert not isinstance(on.app.screen, LogOutScreen)


@pytest.mark.parametrize(("key", "no"), [("2", "escape"), ("3", "enter")])
async def test_log_out_asks_first_where_one_is_and_y_alone_means_it(key: str, no: str) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press(key)
        place = on.app.current_mode
        await pilot.press("o")
        await until(pilot, lambda: "the tenant is asked to revoke" in text_of(on.app))
        await pilot.press("o", no)  # a key held down does not answer
        await until(pilot, lambda: "Log out?" not in text_of(on.app))
        assert on.app.current_mode == place
        assert on.service.session is not None
        assert not on.tenant.requests


async def test_close_which_a_small_terminal_hides_has_the_focus_in_a_larger_one() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(40, 9)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("o", "y")
        await until(pilot, lambda: "Log out ─" in text_of(on.app))
        await pilot.resize_terminal(*SIZE)
        await until(pilot, lambda: on.app.screen.query("#close:focus"))


async def test_log_out_says_what_came_of_each_step() -> None:
    on = stage(signed_in=True)
    on.tenant.metadata["end_session_endpoint"] = None
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        await until(pilot, lambda: on.app.current_mode == "external-api")
        await pilot.press("o")
        await until(pilot, lambda: "Log out?" in text_of(on.app))
        await pilot.press("y")
        await until(pilot, lambda: "You are logged out" in text_of(on.app))
        assert "✓ done      Tokens   The refresh token is revoked." in text_of(on.app)
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(on.app.screen, LogOutScreen))
        assert on.app.current_mode == "home"
        assert on.service.session is None


async def test_a_log_out_whose_dialog_is_closed_early_goes_on_in_silence() -> None:
    browser_back = asyncio.Event()

    async def wait(_seconds: float) -> None:
        await browser_back.wait()

    on = stage(signed_in=True, browser="waits", device_sleep=wait)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("o", "y")
        await until(pilot, lambda: "◌ waiting   Tenant" in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(on.app.screen, LogOutScreen))
        browser_back.set()
        await until(pilot, lambda: all(each.group != "log-out-steps" for each in on.app.workers))
        await pilot.pause()
        assert "unexpected" not in text_of(on.app)


async def test_after_log_out_no_widget_holds_anything_of_the_person() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "p")
        await until(pilot, lambda: "✓ Your Access" in text_of(on.app))
        await pilot.press("2")
        await until(pilot, lambda: "alice@example.com" in text_of(on.app))
        await pilot.press("v", "c")
        await until(pilot, lambda: on.app.clipboard)
        await pilot.press("o", "y")
        await until(pilot, lambda: on.app.account.state == "signed-out")
        screens = [each for each in gc.get_objects() if isinstance(each, PlaceScreen)]
        alive = [each for each in screens if each.is_attached and each.app is on.app]
        assert [each.PLACE for each in alive] == ["home"]
        texts = [str(widget.content) for each in alive for widget in each.query(Static)]
        assert not any("lice" in text for text in texts)
        assert on.app.clipboard == ""
