"""Under a bare `textual serve`: a page of words alone, whatever is pressed (security.md 56)."""

import string

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.support.app.looks import Looks, svg
from tests.support.app.stage import text_of
from tui.app.web.unguarded import UnguardedApp

SIZE = (80, 24)


class On:
    """The page."""

    def __init__(self) -> None:
        self.app = UnguardedApp()


async def test_it_says_why_nothing_is_shown_and_what_to_run_instead() -> None:
    on = On()
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        said = " ".join(text_of(on.app).split())
    assert "any website that your browser visits can open it, read it and press its keys" in said
    assert "no token is shown here, there is no reveal, no copy and no curl line" in said
    assert "Run `doorkey web`" in said


async def test_no_key_but_q_does_anything() -> None:
    on = On()
    keys = ({*string.ascii_letters, *string.digits} - {"q"}) | {"enter", "tab", "f1", "ctrl+p"}
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        before = text_of(on.app)
        await pilot.press(*sorted(keys))
        assert text_of(on.app) == before
        assert len(on.app.screen_stack) == 1
        await pilot.press("q")
    assert not on.app.is_running


@pytest.mark.snapshot
async def test_page(snapshot: SnapshotAssertion) -> None:
    await Looks(svg(snapshot))(On(), lambda pilot: pilot.pause())
