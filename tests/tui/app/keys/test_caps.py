"""The keys that hints name."""

from pathlib import Path

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Button

from tests.support.app.stage import stage, until
from tui.app.keys.caps import key_cap, with_key


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


async def test_a_hint_names_the_key_that_the_keymap_gave(tmp_path: Path) -> None:
    keymap = tmp_path / "keymap.json"
    keymap.write_text('{"check": "f5,y"}')
    on = stage(keymap=keymap)
    async with on.app.run_test() as pilot:
        await until(pilot, lambda: key_cap(on.app.screen, "check") == "F5")
        assert key_cap(on.app.screen, "help") == "F1"


def test_a_binding_that_has_one_of_its_keys_keeps_it() -> None:
    binding = Binding("y", "copy", "Copy", id="copy")
    assert with_key(binding, {"copy": "f5,y"}).key == "y"
    assert with_key(binding, {"copy": "f5,x"}).key == "f5"
