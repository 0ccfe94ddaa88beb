"""A token that is shown itself can be read to its end, and gives its place back."""

import pytest
from textual.events import MouseScrollDown
from textual.pilot import Pilot

from tests.support.app.at_profile import at_profile
from tests.support.app.stage import ACCESS_CLAIMS, Stage, jwt_of, session_of, stage, text_of, until
from tui.app.widgets.claims_table import ClaimsTable
from tui.app.widgets.revealed_token import RevealedToken
from tui.auth.store.store import MemoryStore

SIGNATURE = ".c2ln"

FIRST_CLAIM = "│ sub "


def long_token() -> Stage:
    """Put an app on stage whose access token has 4 KiB."""
    token = jwt_of({**ACCESS_CLAIMS, "pad": "p" * 2800})
    assert len(token) > 4096
    return stage(store=MemoryStore(session_of(ACCESS_CLAIMS, access_token=token)))


async def revealed(pilot: "Pilot[None]", on: Stage) -> RevealedToken:
    """Go to the access token, and show it."""
    await at_profile(pilot, on, "t", "v")
    await until(pilot, lambda: "eyJ" in text_of(on.app))
    return on.app.screen.query_one(RevealedToken)


async def test_a_long_token_is_read_to_its_end_by_keys_and_by_the_wheel() -> None:
    on = long_token()
    async with on.app.run_test(size=(80, 24)) as pilot:
        token = await revealed(pilot, on)
        assert token.show_vertical_scrollbar
        assert SIGNATURE not in text_of(on.app)
        for key, line in (("j", 1), ("down", 2), ("k", 1)):
            await pilot.press(key)
            await until(pilot, lambda line=line: token.scroll_y == line)  # type: ignore[misc]
        await pilot.press("end")
        await until(pilot, lambda: SIGNATURE in text_of(on.app))
        await pilot.press("home")
        await until(pilot, lambda: SIGNATURE not in text_of(on.app))
        while SIGNATURE not in text_of(on.app):
            token.post_message(MouseScrollDown(token, 0, 0, 0, 0, 0, False, False, False))
            await pilot.pause()


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_the_token_takes_the_place_and_the_keys_of_the_claims_until_it_is_hidden(
    size: tuple[int, int],
) -> None:
    on = long_token()
    async with on.app.run_test(size=size) as pilot:
        token = await revealed(pilot, on)
        assert token.has_focus
        assert FIRST_CLAIM not in text_of(on.app)
        assert " y C" not in text_of(on.app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(on.app.focused, ClaimsTable))
        assert FIRST_CLAIM in text_of(on.app)


async def test_where_there_is_room_the_token_and_its_claims_are_seen_together() -> None:
    on = long_token()
    async with on.app.run_test(size=(120, 36)) as pilot:
        token = await revealed(pilot, on)
        assert token.has_focus
        assert FIRST_CLAIM in text_of(on.app)
        await pilot.press("tab", "j", "y")
        await until(pilot, lambda: on.copied == [ACCESS_CLAIMS["iss"]])


async def test_a_token_that_is_seen_whole_leaves_the_keys_to_the_claims_while_they_are_seen() -> (
    None
):
    on = stage(signed_in=True)
    async with on.app.run_test(size=(120, 36)) as pilot:
        token = await revealed(pilot, on)
        assert SIGNATURE in text_of(on.app)
        assert isinstance(on.app.focused, ClaimsTable)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: token.has_focus)
        assert " y C" not in text_of(on.app)
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: isinstance(on.app.focused, ClaimsTable))
        assert " y C" in text_of(on.app)


async def test_the_session_scrolls_by_the_letters_that_scroll_everywhere() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(60, 12)) as pilot:
        await at_profile(pilot, on, "t", "t")
        await until(pilot, lambda: "Signed in" in text_of(on.app))
        pane = on.app.screen.query_one("SessionPane")
        await pilot.press("j")
        await until(pilot, lambda: pane.scroll_y == 1)
