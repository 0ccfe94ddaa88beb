"""Rows in columns."""

from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.selection import Selection

from tests.support.app.stage import text_of
from tui.app.widgets.columns import FactRow
from tui.app.widgets.status_row import StatusRow


class Rows(App[None]):
    def compose(self) -> ComposeResult:
        yield FactRow("Audience", id="fact")
        yield StatusRow("Tenant", "ready", "one two three four [b]five\nsix", "good", id="state")


def lines_of(app: App[None]) -> list[str]:
    return [line.rstrip() for line in text_of(app).splitlines()]


async def test_long_text_wraps_in_its_own_column() -> None:
    app = Rows()
    async with app.run_test(size=(34, 8)):
        app.query_one(FactRow).say("https://api.example")
        assert lines_of(app)[:6] == [
            "Audience    https://api.example",
            "✓ ready     Tenant   one two three",
            "                     four [b]five",
            "                     six",
            "",
            "",
        ]


async def test_another_text_takes_the_room_that_it_needs() -> None:
    app = Rows()
    async with app.run_test(size=(60, 8)) as pilot:
        app.query_one(FactRow).say("a\nb\nc")
        await pilot.pause()
        assert app.query_one(FactRow).size.height == 3
        assert lines_of(app)[2] == "            c"


async def test_the_text_can_be_selected_without_the_words_before_it() -> None:
    app = Rows()
    async with app.run_test(size=(60, 8)):
        row = app.query_one(StatusRow)
        assert row.get_selection(Selection(Offset(4, 0), Offset(7, 0))) == ("two", "\n")
