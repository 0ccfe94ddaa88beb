"""The person's own keys: what is taken, and what is said of the rest."""

from pathlib import Path

import pytest

from tests.support.app.stage import stage, text_of, until
from tui.app.keys.keymap import check_keymap, read_keymap
from tui.app.scopes import key_scopes


def test_good_keys_are_taken() -> None:
    members = {"ping": "space", "quit": "ctrl+q, Q", "help": "?"}
    checked = check_keymap(members, key_scopes())
    assert not checked.troubles
    assert checked.keys == {"ping": "space", "quit": "ctrl+q,Q", "help": "?"}


def test_a_key_that_is_shared_from_the_start_can_be_kept() -> None:
    checked = check_keymap({"quit": "ctrl+q,q"}, key_scopes())
    assert not checked.troubles
    assert checked.keys == {"quit": "ctrl+q,q"}


@pytest.mark.parametrize(
    ("name", "keys", "words"),
    [
        ("pingg", "x", 'did you mean "ping"?'),
        ("\x1b[31m", "x", '"[31m" is no action'),
        ("ping", "", "needs a key"),
        ("ping", 7, "needs a key"),
        ("ping", "spacebar", '"spacebar" is no key'),
        ("ping", "ctrl+", "is no key"),
        ("ping", "hyped+x", "is no key"),
        ("ping", "q", "is the key of quit already"),
        ("quit", "p", "is the key of ping already"),
    ],
)
def test_wrong_keys_are_told_and_left_out(name: str, keys: object, words: str) -> None:
    checked = check_keymap({name: keys, "home": "f2"}, key_scopes())
    assert words in checked.troubles[0]
    assert checked.keys == {"home": "f2"}


@pytest.mark.parametrize("content", ["[]", "{", "", '"x"', "\udcff", "[" * 70_000])
def test_a_file_that_is_no_keymap_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keymap.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert "no keymap" in read_keymap(path, key_scopes()).troubles[0]


def test_no_file_changes_nothing(tmp_path: Path) -> None:
    assert not read_keymap(tmp_path / "keymap.json", key_scopes()).troubles


def test_every_binding_has_a_name_and_an_explanation() -> None:
    for scope, bindings in key_scopes().items():
        for binding in bindings:
            assert not isinstance(binding, tuple), scope
            assert binding.id, binding
            assert binding.description, binding


async def test_a_changed_key_works_and_the_old_one_does_not(tmp_path: Path) -> None:
    path = tmp_path / "keymap.json"
    path.write_text('{"profile": "f2", "nonsense": "x"}')
    on = stage(signed_in=True, keymap=path)
    async with on.app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await until(pilot, lambda: '"nonsense" is no action' in text_of(on.app))
        await pilot.press("2")
        assert on.app.current_mode == "home"
        await pilot.press("f2")
        await until(pilot, lambda: on.app.current_mode == "profile")
