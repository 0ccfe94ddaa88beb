"""What the palette offers, and the key that it says beside each."""

from pathlib import Path

from textual.command import CommandPalette

from tests.support.app.at_the_api import at_the_api
from tests.support.app.stage import (
    Stage,
    stage,
    text_of,
    until,
)

SIZE = (80, 24)


def offered(on: Stage) -> set[str]:
    """What the palette has here, without the keys."""
    commands = on.app.get_system_commands(on.app.screen)
    return {command.title.partition(" (")[0] for command in commands}


async def test_the_palette_offers_log_in_or_log_out() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        assert "Login" in offered(on)
        await until(pilot, lambda: on.app.account.signed_in)
        assert "Log out" in offered(on)
        assert "Login" not in offered(on)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(on.app.screen, CommandPalette))


async def test_the_palette_offers_what_the_screens_keys_do() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        assert {"Ping", "Repeat", "Method", "Renew", "Switch account"} <= offered(on)
        assert "Way out" not in offered(on)


async def test_the_palette_says_the_key_of_the_keymap_beside_each_name(tmp_path: Path) -> None:
    keymap = tmp_path / "keymap.json"
    keymap.write_text('{"check": "f9"}')
    on = stage(keymap=keymap)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "F9 Check again" in text_of(on.app))
        titles = {command.title for command in on.app.get_system_commands(on.app.screen)}
        assert {"Check again (F9)", "Login (l)", "Help (F1)"} <= titles
