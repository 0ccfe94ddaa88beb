"""What was said stays in sight, and lies over nothing that is read or asked."""

from contextlib import suppress

import pytest
from textual.errors import NoWidget
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from tests.support.app.at_profile import at_profile
from tests.support.app.stage import Stage, stage, text_of, until
from tests.support.heavy import rounds
from tui.doctor.row import Row, Tell

WORDS = "POST is not repeated: it may change something each time."
"""Longer than any other notice: two lines at 40 columns."""

APART = {"Toast", "ToastRack", "Tooltip"}

DIALOGS = {
    "t": "Tenants",
    "d": "Doctor",
    "o": "Log out?",
    "f1": "Keys here",
    "ctrl+p": "Search for commands",
    "3m": "OPTIONS",
    "3v": "Kept requests",
    "s": "Sign in",
}
"""The keys that lead to each, one after the other, and what is read there."""


PLACES = {"1": "Hello", "2": "What your ID token says", "3": "Result"}


async def test_ctrl_c_names_the_key_that_quits() -> None:
    on = stage()
    async with on.app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "q quits, and ctrl+q while you type" in text_of(on.app))


def overlaid(on: Stage) -> list[object]:
    """Return what a notice lies over, of all that a screen shows."""
    seen: dict[object, Region] = {}
    for each in on.app.screen.query("*"):
        with suppress(NoWidget):
            region = on.app.screen.find_widget(each).visible_region
            seen[each] = region.intersection(seen.get(each.parent, region))
    notices = [region for widget, region in seen.items() if type(widget).__name__ == "Toast"]
    assert notices, "no notice is shown"
    return [
        widget
        for widget, region in seen.items()
        if isinstance(widget, Widget) and not widget.children and type(widget).__name__ not in APART
        if region.area and any(notice.overlaps(region) for notice in notices)
    ]


async def has_no_dialog(pilot: "Pilot[None]", on: Stage) -> None:
    """Go back from any dialog."""
    while len(on.app.screen_stack) > 1:
        await pilot.press("escape")
        await pilot.pause()


async def examine(_watch: Tell) -> list[Row]:
    """Find nothing to say."""
    return [Row("api", "ok", "ready")]


async def test_a_notice_lies_over_no_dialog_that_opens_and_can_still_be_read() -> None:
    on = stage(signed_in=True, browser="waits", examine=examine)
    async with on.app.run_test(size=(60, 20), notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        on.app.notify(WORDS, title="Not repeated", markup=False, timeout=600)
        for keys, words in [*DIALOGS.items()][:: rounds(3, 1)]:
            await until(pilot, lambda: "Not repeated" in text_of(on.app))
            await pilot.press(*(keys if keys.isalnum() and keys[0] != "f" else [keys]))
            await until(pilot, lambda words=words: words in text_of(on.app))  # type: ignore[misc]
            assert WORDS.split(":")[0] in text_of(on.app), keys
            assert text_of(on.app).count("Not repeated") == 1, keys
            assert not overlaid(on), keys
            await has_no_dialog(pilot, on)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (200, 60)])
async def test_a_notice_lies_over_nothing_of_a_place(size: tuple[int, int]) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        on.app.notify(WORDS, title="Not repeated", markup=False, timeout=600)
        for place, words in PLACES.items():
            await pilot.press(place)
            await until(pilot, lambda words=words: words in text_of(on.app))  # type: ignore[misc]
            await until(pilot, lambda: WORDS.split(":")[0] in text_of(on.app))
            assert not overlaid(on), place


async def test_the_token_that_a_notice_leads_to_is_not_below_it() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24), notifications=True) as pilot:
        await at_profile(pilot, on, "c")
        await until(pilot, lambda: "Press v to" in text_of(on.app))
        await pilot.press("v")
        await until(pilot, lambda: ".c2ln" in text_of(on.app))
        assert "Press v to" in text_of(on.app)
        assert not overlaid(on)


async def test_the_claim_that_is_copied_stays_in_sight() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24), notifications=True) as pilot:
        await at_profile(pilot, on, "t", "G")
        await until(pilot, lambda: "│ kid (header) " in text_of(on.app))
        await pilot.press("y")
        await until(pilot, lambda: "Sent kid (header) to" in text_of(on.app))
        assert "│ kid (header) " in text_of(on.app)


async def test_a_notice_that_another_has_replaced_leaves_no_row_behind() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24), notifications=True) as pilot:
        await at_profile(pilot, on, "y")
        await until(pilot, lambda: "Sent name to" in text_of(on.app))
        rows = lowest_frame(on)
        for _ in range(3):
            await pilot.press("down", "y")
        await until(pilot, lambda: "Sent sub to" in text_of(on.app))
        assert lowest_frame(on) == rows


def lowest_frame(on: Stage) -> int:
    """Return the row at which the last frame of a screen ends."""
    lines = text_of(on.app).splitlines()
    return max(row for row, line in enumerate(lines) if "╯" in line)
