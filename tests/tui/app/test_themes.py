"""Which colours are shown."""

from pathlib import Path

import pytest

from tests.support.stage import stage
from tests.support.terminal import Terminal
from tests.support.worlds import DOORKEY, new_world
from tui.app.messages import BackgroundTold
from tui.app.themes import DARK_NAME, LIGHT_NAME, NO_COLOR_NAME


async def test_the_theme_is_remembered() -> None:
    on = stage()
    assert on.app.theme == DARK_NAME
    async with on.app.run_test(size=(80, 24)) as pilot:
        on.app.theme = LIGHT_NAME
        await pilot.pause()
    assert stage().app.theme == LIGHT_NAME


async def test_every_built_in_theme_can_be_worn() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24)) as pilot:
        for name in on.app.available_themes:
            on.app.theme = name
            await pilot.pause()
            assert on.app.theme == name


async def test_without_colours_the_ansi_themes_fall_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    on = stage()
    async with on.app.run_test(size=(80, 24)) as pilot:
        ansi = next(name for name, theme in on.app.available_themes.items() if theme.ansi)
        on.app.theme = ansi
        await pilot.pause()
        await pilot.pause()
        assert on.app.theme == NO_COLOR_NAME


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
        on.app.theme = "nord"
        await pilot.pause()
        on.app.post_message(BackgroundTold(is_dark=False))
        await pilot.pause()
        assert on.app.theme == "nord"


@pytest.mark.pty
def test_a_light_terminal_is_asked_and_gets_light_colours(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    with Terminal([*DOORKEY, "--config", str(world.config.path)], world.environment) as terminal:
        terminal.wait_until(lambda: b"\x1b]11;?" in terminal.received)
        terminal.send("\x1b]11;rgb:ffff/ffff/ffff\x1b\\")
        terminal.wait_until(lambda: b"48;2;248;250;252" in terminal.received)
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
