"""Which colours are shown."""

import pytest

from tests.support.stage import stage
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
