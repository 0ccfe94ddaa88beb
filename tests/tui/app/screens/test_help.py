"""Help, as somebody who has never been here reads it."""

from pathlib import Path

import pytest

from tests.support.app.stage import Stage, stage, text_of, until
from tui.app.screens.help import HelpScreen
from tui.app.screens.sign_in import SignInScreen

SIZE = (100, 50)


def helping(on: Stage) -> bool:
    return isinstance(on.app.screen, HelpScreen)


@pytest.mark.parametrize("close", ["f1", "escape", "q", "ctrl+c"])
async def test_f1_explains_the_screen_and_goes_away_again(close: str) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("2", "f1")
        await until(pilot, lambda: helping(on) and "Keys everywhere" in text_of(on.app))
        assert "Who you are, as the tenant says" in text_of(on.app)
        await pilot.press(close)
        await until(pilot, lambda: not helping(on))
        assert on.app.current_mode == "profile"


async def test_every_key_is_listed_with_what_it_does() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(100, 80)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("3")
        await until(pilot, lambda: on.app.current_mode == "external-api")
        named = {
            active.binding.description: active.tooltip
            for active in on.app.screen.active_bindings.values()
            if active.binding.id
        }
        await pilot.press("f1")
        await until(pilot, lambda: helping(on) and "Keys everywhere" in text_of(on.app))
        told = text_of(on.app)
        assert {"Ping", "Repeat", "Interval", "Method", "Renew", "Log out"} <= named.keys()
        assert not [name for name, what in named.items() if name not in told or what not in told]


async def test_it_lists_what_works_in_lists_and_what_textual_brings() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(100, 70)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("3", "p")
        await until(pilot, lambda: "✓ Your Access" in text_of(on.app))
        await pilot.press("f1")
        await until(pilot, lambda: helping(on) and "Keys in lists and fields" in text_of(on.app))
        told = text_of(on.app)
        for _ in range(6):
            await pilot.press("pagedown")
            await pilot.pause()
            told += text_of(on.app)
        assert (
            told.index("Ping ") < told.index("Keys in lists and fields") < told.index("Page down")
        )
        assert "Next part" in told
        assert "Everything by its name" in told


async def test_it_names_the_keys_of_the_keymap(tmp_path: Path) -> None:
    keymap = tmp_path / "keymap.json"
    keymap.write_text('{"check": "f9"}')
    on = stage(keymap=keymap)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "F9 Check again" in text_of(on.app))
        await pilot.press("f1")
        await until(pilot, lambda: "F9         Check again" in text_of(on.app))


async def test_at_80_columns_the_keys_are_seen_at_once() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        for place, words in (("1", "Check again"), ("2", "Copy token"), ("3", "Repeat")):
            await pilot.press(place, "f1")
            await until(pilot, lambda: helping(on) and "Keys here" in text_of(on.app))
            assert words in text_of(on.app).split("Keys here")[1]
            await pilot.press("escape")
            await until(pilot, lambda: not helping(on))


async def test_what_does_not_fit_is_reached_by_scrolling() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("f1")
        await until(pilot, lambda: helping(on))
        assert "Leave; your session is kept" not in text_of(on.app)
        await pilot.press("j", *["pagedown"] * 5)
        await until(pilot, lambda: "Leave; your session is kept" in text_of(on.app))


async def test_a_sign_in_goes_on_below_and_takes_the_help_away_when_it_is_done() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        await pilot.press("l")
        await until(pilot, lambda: "Finish in your browser" in text_of(on.app))
        await pilot.press("f1")
        await until(pilot, lambda: "Signing in" in text_of(on.app))
        sign_in = on.app.screen_stack[-2]
        assert isinstance(sign_in, SignInScreen)
        await on.tenant.browser(sign_in.progress.url)
        await until(pilot, lambda: on.app.account.signed_in)
        assert not helping(on)
