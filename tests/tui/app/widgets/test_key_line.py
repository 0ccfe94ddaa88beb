"""The line of keys at the bottom."""

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.support.app.at_the_api import at_the_api
from tests.support.app.stage import Stage, point_at, stage, text_of, until
from tests.support.builders.configs import write_config
from tui.app.screens.help import HelpScreen
from tui.app.screens.sign_in import SignInScreen
from tui.app.widgets.calls.calls_panel import CallsTable
from tui.app.widgets.key_line import KeyLine

KEYS = "c Check d Doctor t Tenants q Quit s Switch r Renew ▏ F1 Help ^p palette"


def bottom(on: Stage) -> str:
    """What the line says: in two lines on a screen with many keys."""
    lines = on.app.screen.query_one(KeyLine).size.height
    return "\n".join(text_of(on.app).splitlines()[-lines:])


async def test_it_names_the_keys_of_this_screen_then_quit_help_and_palette() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        assert " ".join(bottom(on).split()) == KEYS
        await pilot.press("3")
        await until(pilot, lambda: "p Ping" in bottom(on))
        assert "F5" not in bottom(on)  # it is the same as p
        await pilot.press("b")
        await until(pilot, lambda: "F5 Ping  F4 Editor" in bottom(on))
        await pilot.press("escape", "p")
        await until(pilot, lambda: "/ Find" in bottom(on))
        await pilot.press("slash")
        await until(pilot, lambda: "⏎ Go to it" in bottom(on))
        assert "F4" not in bottom(on)  # nor F5: they are of the request
        assert "F5" not in bottom(on)


async def test_one_key_that_does_another_thing_on_each_screen_says_so_on_each() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        for place, words in (("1", "t Tenants"), ("2", "t Next tab"), ("3", "t Repeat")):
            await pilot.press(place)
            await until(pilot, lambda words=words: f" {words} " in bottom(on))  # type: ignore[misc]


async def test_where_it_is_too_short_help_and_palette_stay() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(40, 20)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("2")
        await until(pilot, lambda: "Next tab" in bottom(on))
        assert "Quit" not in bottom(on)
        assert bottom(on).endswith("▏ F1 Help  ^p palette ")
        assert len(bottom(on)) == 40


async def test_a_click_on_a_key_presses_it() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await point_at(pilot, "F1 Help", click=True)
        await until(pilot, lambda: isinstance(on.app.screen, HelpScreen))


async def test_a_key_under_the_mouse_says_what_it_does() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        line = on.app.screen.query_one(KeyLine)
        await point_at(pilot, "q Quit")
        assert str(line.tooltip) == "Leave; your session is kept"


async def test_it_says_what_a_key_does_now() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("2")
        await until(pilot, lambda: "v Reveal" in bottom(on))
        await pilot.press("v")
        await until(pilot, lambda: "v Hide" in bottom(on) and "Reveal" not in bottom(on))
        await pilot.press("3")
        await until(pilot, lambda: "t Repeat" in bottom(on))
        await pilot.press("t")
        await until(pilot, lambda: "t Stop" in bottom(on))
        await pilot.press("t")
        await until(pilot, lambda: "t Repeat" in bottom(on))


async def test_while_a_path_is_edited_nothing_that_is_typed_is_offered_as_a_key() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(240, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("3", "p")
        await until(pilot, lambda: "/ Find" in bottom(on))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(on.app.focused, Input))
        await until(pilot, lambda: " p Ping" not in bottom(on))
        assert "q Quit" not in bottom(on)
        assert "/ Find" not in bottom(on)
        assert "F1 Help" in bottom(on)


async def test_each_list_says_what_enter_does(tmp_path: Path) -> None:
    on = stage(signed_in=True, path=write_config(tmp_path))
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("t")
        await until(pilot, lambda: "⏎ Open  n New tenant" in text_of(on.app))
        await pilot.press("escape", "3", "p")
        await until(pilot, lambda: "✓ Your Access" in text_of(on.app))
        on.app.screen.query_one(CallsTable).focus()
        await until(pilot, lambda: "⏎ Show  a Again  u Copy curl" in bottom(on))
        await pilot.app.run_action("change_theme")
        await until(pilot, lambda: "⏎ Take  esc Back" in text_of(on.app))


async def test_where_there_is_room_every_key_of_the_screen_is_named() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(200, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("3")
        await until(pilot, lambda: "p Ping" in bottom(on))
        assert {"Interval", "Method", "Edit", "path", "Renew"} <= set(bottom(on).split())
        assert "Home" not in bottom(on)


async def test_external_api_names_all_of_its_keys_at_80_columns() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("3", "p")
        await until(pilot, lambda: "✓ Your Access" in text_of(on.app))
        keys = {*"ptmehbvui/cfx", "F1", "^p"}
        await until(pilot, lambda: keys <= set(bottom(on).split()))


@pytest.mark.parametrize("size", [(120, 36), (160, 45), (200, 60)])
async def test_external_api_names_all_of_its_keys_in_full_where_there_is_room(
    size: tuple[int, int],
) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=size) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "/ Find" in text_of(on.app))
        named = "\n".join(text_of(on.app).splitlines()[-2:])
        for key in ("e Edit path", "v Kept requests", "u Copy curl", "s Switch account", "r Renew"):
            assert key in named


async def test_profile_names_its_own_keys_where_not_all_have_room_and_reveal_among_them() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("2")
        named = "t Next tab  c Copy  v Reveal  y Claim  u curl  q Quit ▏ F1 Help  ^p palette"
        await until(pilot, lambda: bottom(on).split() == named.split())
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: "c Copy  v Reveal" in bottom(on))


async def test_below_a_dialog_no_keys_are_named_that_do_nothing_there() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("3", "m")
        await until(pilot, lambda: "⏎ Take" in bottom(on))
        assert "p Ping" not in text_of(on.app)
        await pilot.press("escape")
        await until(pilot, lambda: "p Ping" in bottom(on))


async def test_esc_is_the_last_to_go() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=(40, 20)) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        await pilot.press("l")
        await until(pilot, lambda: isinstance(on.app.screen, SignInScreen))
        await until(pilot, lambda: "esc Cancel" in bottom(on))
        await pilot.resize_terminal(14, 20)
        await until(pilot, lambda: bottom(on).strip() == "esc Cancel")
