"""Help, as somebody who has never been here reads it."""

import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.support.app.at_the_api import at_the_api
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
        await until(pilot, lambda: re.search(r"F9  +Check again  +Are tenant", text_of(on.app)))


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
        for back, on_again in (("home", "end"), ("g", "G")):
            await pilot.press(back)
            await until(pilot, lambda: "What this is, what to do next" in text_of(on.app))
            await pilot.press(on_again)
            await until(pilot, lambda: "looks at every rule" in text_of(on.app))


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


async def test_keys_that_would_be_typed_are_not_listed() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(100, 70)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "✓ Your Access" in text_of(on.app))
        await pilot.press("f1")
        assert re.search("/  +Find  +In the answer", await help_of(pilot, on))
        await pilot.press("escape", "e", "f1")
        told = await help_of(pilot, on)
        assert re.search("F5  +Ping  +Call the API", told)
        assert " Find " not in told.split("How it goes")[0]
        assert "Copy text" not in told


async def test_a_key_is_listed_once_for_each_thing_that_it_does_and_where() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(100, 70)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "✓ Your Access" in text_of(on.app))
        await pilot.press("f1")
        in_parts = (await help_of(pilot, on)).split("Keys in lists")[1].split("Keys everywhere")[0]
        for row in (
            "⏎           Take            Call this path from now on",
            "⏎ space     Fold            In the answer: the value here",
            "⏎           Show            Show the chosen call",
            "j           Down            To the next row or line",
        ):
            assert row in in_parts
        assert in_parts.count("⏎") == 3
        assert "Next " not in in_parts  # nothing is looked for


@pytest.mark.parametrize("opened", ["1", "2", "d", "t", "o", "3", "3m", "3e", "3b"])
async def test_no_key_is_listed_without_a_word_and_no_column_touches_the_next(opened: str) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(100, 70)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press(*opened)
        await pilot.press("f1")
        told = await help_of(pilot, on)
        rows = re.findall(
            r"│  ([^\s│][^│]*[^\s│])  +│", told.split("Keys here")[1].split("How it goes")[0]
        )
        keys = [row for row in rows if not row.startswith("Keys ")]
        assert len(keys) > 5
        assert not [row for row in keys if not re.fullmatch(r"\S+( \S+)?  +\S.*  +\S.*", row)]


async def test_signed_out_it_is_said_which_places_sign_in_first() -> None:
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        await pilot.press("f1")
        told = await help_of(pilot, on)
        assert "Profile       Who you are; signs in first" in told
        assert "External API  Call the API; signs in first" in told
        await pilot.press("escape", "l")
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("1", "f1")
        assert "signs in first" not in await help_of(pilot, on)


async def help_of(pilot: "Pilot[None]", on: Stage) -> str:
    await until(pilot, lambda: helping(on) and "Keys everywhere" in text_of(on.app))
    return text_of(on.app)
