"""Which colours are shown."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.support.app.stage import stage, text_of, until
from tests.support.people.terminal import Terminal
from tests.support.processes.worlds import DOORKEY, new_world
from tui.app.messages import BackgroundTold
from tui.app.themes import DARK_NAME, LIGHT_NAME, THEME_MEMORY
from tui.config.memory import AppMemory, memory_path


async def open_list(pilot: "Pilot[None]") -> None:
    await pilot.app.run_action("change_theme")
    await until(pilot, lambda: "⏎ Take" in text_of(pilot.app))


async def test_a_theme_is_shown_as_one_comes_to_it_and_remembered_once_taken() -> None:
    on = stage()
    assert on.app.theme == DARK_NAME
    async with on.app.run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        await pilot.press("down")
        await pilot.pause()
        assert on.app.theme == LIGHT_NAME
        assert stage().app.theme == DARK_NAME
        await pilot.press("enter")
        await pilot.pause()
    assert stage().app.theme == LIGHT_NAME


async def test_letters_find_a_theme_by_its_name_also_those_that_move_in_other_lists() -> None:
    on = stage()
    async with on.app.run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        assert "type to find" in text_of(on.app)
        for pressed, theme in {"g": "gruvbox", "j": "gruvbox", "backspace": "gruvbox"}.items():
            await pilot.press(pressed)
            await pilot.pause()
            assert on.app.theme == theme
        await pilot.press("backspace", *"light")
        await pilot.pause()
        assert on.app.theme == "atom-one-light"
        await pilot.press("down", *"tokyo", "enter")
        await pilot.pause()
    assert stage().app.theme == "tokyo-night"


async def test_esc_goes_back_to_the_colours_before() -> None:
    on = stage()
    async with on.app.run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        await pilot.press("home")
        await pilot.pause()
        assert on.app.theme == min(on.app.available_themes)
        await pilot.press("escape")
        await pilot.pause()
        assert on.app.theme == DARK_NAME
    assert stage().app.theme == DARK_NAME


async def test_every_theme_that_is_offered_can_be_worn() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24)) as pilot:
        for name in on.app.available_themes:
            on.app.theme = name
            await pilot.pause()
            assert on.app.theme == name


@pytest.mark.parametrize("remembered", ["ansi-dark", "no-such-theme", 7])
def test_a_remembered_theme_that_is_not_offered_gives_way_to_our_own(remembered: str | int) -> None:
    AppMemory(memory_path()).set(THEME_MEMORY, remembered)
    assert stage().app.theme == DARK_NAME


@pytest.mark.parametrize(("is_dark", "theme"), [(True, DARK_NAME), (False, LIGHT_NAME)])
async def test_where_none_was_chosen_the_colours_follow_the_terminals_background(
    is_dark: bool, theme: str
) -> None:
    on = stage()
    async with on.app.run_test(size=(80, 24)) as pilot:
        on.app.post_message(BackgroundTold(is_dark=is_dark))
        await pilot.pause()
        assert on.app.theme == theme
    # It was no choice: another terminal may have another background.
    assert stage().app.theme == DARK_NAME


async def test_a_theme_that_was_chosen_stays_whatever_the_background() -> None:
    on = stage()
    async with on.app.run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        await pilot.press("G", "enter")
        await pilot.pause()
        chosen = on.app.theme
        assert chosen not in (DARK_NAME, LIGHT_NAME)
        on.app.post_message(BackgroundTold(is_dark=False))
        await pilot.pause()
        assert on.app.theme == chosen


@pytest.mark.pty
def test_a_light_terminal_is_asked_and_gets_light_colours(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    with Terminal([*DOORKEY, "--config", str(world.config.path)], world.environment) as terminal:
        terminal.wait_until(lambda: b"\x1b]11;?" in terminal.received)
        terminal.send("\x1b]11;rgb:ffff/ffff/ffff\x1b\\")
        terminal.wait_until(lambda: b"48;2;248;250;252" in terminal.received)
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
