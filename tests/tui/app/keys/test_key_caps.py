"""The keys that hints name."""

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Button

from tui.app.keys.caps import key_cap


class TwoKeys(App[None]):
    BINDINGS = [  # noqa: RUF012
        Binding("c,enter", "copy", "Copy", id="copy"),
        Binding("question_mark", "help", "Help", id="help"),
    ]

    def compose(self) -> ComposeResult:
        yield Button("Here")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "help"


async def test_a_hint_names_the_first_key_also_of_what_cannot_be_used_now() -> None:
    app = TwoKeys()
    async with app.run_test():
        assert key_cap(app.query_one(Button), "copy") == "c"
        assert key_cap(app.screen, "help") == "?"


async def test_a_hint_names_the_key_that_the_keymap_gave() -> None:
    app = TwoKeys()
    async with app.run_test():
        app.set_keymap({"copy": "f5,y"})
        assert key_cap(app.query_one(Button), "copy") == "f5"
        assert key_cap(app.query_one(Button), "help") == "?"
