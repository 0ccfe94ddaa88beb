"""One app for one config: another takes its place in the same terminal, and nothing lingers."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT
from tests.support.app.stage import stage, text_of, until
from tests.support.builders.configs import CONFIG, UNREACHABLE
from tests.support.builders.sessions import session
from tests.support.builders.stores import Keys
from tests.support.people.terminal import Terminal
from tests.support.processes.worlds import DOORKEY, World, new_world
from tui.app.messages import CONFIG_TAKEN_OVER, ConfigEditRequested, Opening, told_taken_over
from tui.auth.store.client_secret import write_with_secret
from tui.auth.store.file_store import session_store
from tui.config.load import load_config
from tui.config.paths import built_in_path, profile_path
from tui.config.write import write_config

SIZE = (100, 30)


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config folder with the profiles home and work; somebody is signed in at work."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    monkeypatch.chdir(tmp_path)
    for name in ("home", "work"):
        write_config(profile_path(name), UNREACHABLE | {"sessionStorage": "file"})
    kept = session(obtained_at=datetime.now(UTC), refresh_token=None)
    session_store(load_config(profile_path("work"))).save(kept)
    return profile_path("work").parent


async def test_each_config_is_a_row_and_enter_opens_it(profiles: Path) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: "no such file" in text_of(on.app))
        shown = text_of(on.app)
        assert "● …me/pat/auth_config.json " in shown
        assert "no such file" in shown
        await pilot.press("j", "j")
        await until(pilot, lambda: "alice@example.com, until" in text_of(on.app))
        await pilot.press("enter")
        await until(pilot, lambda: on.app.following)
    assert on.app.following == Opening(load_config(profile_path("work")))


async def test_escape_leads_back_and_the_open_one_only_closes_the_list(profiles: Path) -> None:
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        for key in ("escape", "enter"):
            await pilot.press("t")
            await until(pilot, lambda: "no such file" in text_of(on.app))
            await pilot.press(key)
        await pilot.press("escape")
        await until(pilot, lambda: "Sign in from your terminal" in text_of(on.app))
        assert on.app.following is None


async def test_the_open_one_is_opened_anew_where_its_file_has_changed(profiles: Path) -> None:
    path = profile_path("home")
    on = stage(path=path)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "by now. t and Enter take it over." in text_of(on.app))
        await pilot.press("t")
        await until(pilot, lambda: "● home" in text_of(on.app))
        await until(pilot, lambda: "else by now. Enter takes it over." in text_of(on.app))
        await pilot.press("enter")
        await until(pilot, lambda: on.app.following)
    told = told_taken_over(on.service.config, load_config(path))
    assert told.startswith(f"{CONFIG_TAKEN_OVER} It has another issuer")
    assert on.app.following == Opening(load_config(path), notice=told)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"dpop": True}, ""),
        ({"audience": "other"}, " It has another audience, and with that a session of its own."),
        (
            {"scope": "openid", "session_storage": "file", "client_id": "other"},
            " It has another client ID, scope, and with that a session of its own.",
        ),
    ],
)
def test_a_config_taken_over_tells_of_whose_session_it_has(
    changed: dict[str, Any], told: str
) -> None:
    file = replace(CONFIG, session_storage="file")
    assert told_taken_over(file, replace(file, **changed)) == CONFIG_TAKEN_OVER + told
    memory = replace(CONFIG, session_storage="memory")
    ended = f"{CONFIG_TAKEN_OVER}{told} What was kept in memory has ended."
    assert told_taken_over(memory, replace(memory, **changed)) == ended


async def test_a_profile_that_is_broken_says_why_and_does_not_open(profiles: Path) -> None:
    (profiles / "bad.json").write_text('{"domain": 7}')
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: "✗ cannot be used" in text_of(on.app))
        await pilot.press("j", "enter")
        await until(pilot, lambda: '"domain" must be' in text_of(on.app))
        assert "⏎ Open" not in text_of(on.app)
        assert on.app.following is None


@pytest.mark.parametrize("answers", [True, False])
async def test_what_is_to_be_registered_is_said_again_for_the_row_at_the_cursor(
    profiles: Path, answers: bool
) -> None:
    (profiles / "bad.json").write_text('{"domain": 7}')
    auth0 = {"domain": "tenant.example", "clientId": "my-app", "audience": "my-api"}
    write_config(profile_path("play"), auth0)
    on = stage()
    keys = on.tenant.issuer + ".well-known/jwks.json"
    on.tenant.metadata["jwks_uri"] = keys if answers else "http://insecure.example"
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: "no such file" in text_of(on.app))
        await pilot.press("j", "r", "j", "j", "r")
        await until(pilot, lambda: "What to register at the tenant" in text_of(on.app))
        shown = text_of(on.app)
        assert ("In the words of Auth0" in shown) == answers
        assert ("The tenant was not looked up: " in shown) != answers
        assert "esc Back " in shown
        await pilot.press("c")
        await until(pilot, lambda: on.copied == ["my-app"])
        await pilot.press("escape")
        await until(pilot, lambda: "⏎ Open" in text_of(on.app))
        await pilot.press("r")
        await until(pilot, lambda: "What to register at the tenant" in text_of(on.app))
        await pilot.press("s")
        await until(pilot, lambda: on.app.following)
    assert on.app.following == Opening(load_config(profile_path("play")), signs_in=True)


@pytest.mark.parametrize("meant", [True, False])
async def test_a_client_secret_is_forgotten_after_a_question_where_there_is_one(
    profiles: Path, meant: bool
) -> None:
    keys = Keys()
    write_with_secret(profile_path("sec"), UNREACHABLE, "s3cr3t", keys, replace=False)
    on = stage(keys=keys)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: "no such file" in text_of(on.app))
        await pilot.press("j", "f")
        assert "Forget" not in text_of(on.app)
        await pilot.press("j")
        await until(pilot, lambda: "f Forget secret" in text_of(on.app))
        await pilot.press("f")
        await until(pilot, lambda: "Forget the client secret" in text_of(on.app))
        await pilot.press("y" if meant else "escape")
        if meant:
            await until(pilot, lambda: "out of the system's keyring" in text_of(on.app))
    assert list(keys.kept.values()) == ([] if meant else ["s3cr3t"])


async def test_the_list_follows_what_other_windows_do(profiles: Path) -> None:
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("t", "G")
        await until(pilot, lambda: "alice@example.com" in text_of(on.app))
        session_store(load_config(profile_path("work"))).clear()
        await until(pilot, lambda: "alice@example.com" not in text_of(on.app))


async def test_the_profile_stands_in_the_title(profiles: Path) -> None:
    config = load_config(profile_path("work"))
    assert config.label == "work · 127.0.0.1:9"


def in_terminal(world: World, *arguments: str) -> Terminal:
    return Terminal([*DOORKEY, *arguments], world.environment, 100, 30)


@pytest.mark.pty
def test_another_config_opens_in_the_same_terminal_without_a_glimpse_of_the_shell(
    profiles: Path, tmp_path: Path
) -> None:
    world = new_world(tmp_path)
    with in_terminal(world, "--profile", "home") as terminal:
        terminal.wait_for("home · 127.0.0.1:9", "signed out")
        terminal.send("t")
        terminal.wait_for("⏎ Open", "work")
        terminal.send("G\r")
        terminal.wait_for("work · 127.0.0.1:9", "Hello, Alice")
        assert bytes(terminal.received).count(b"\x1b[?1049h") == 1
        assert b"\x1b[?1049l" not in terminal.received
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert bytes(terminal.received).count(b"\x1b[?1049l") == 1
        assert terminal.edits_lines


@pytest.mark.pty
def test_where_the_next_app_cannot_be_made_the_terminal_is_left_clean_and_the_error_told(
    profiles: Path, tmp_path: Path
) -> None:
    world = new_world(tmp_path)
    command = [DOORKEY[0], "-m", "tests.support.app.failing_opening"]
    environment = world.environment | {"PYTHONPATH": str(ROOT)}
    with Terminal(command, environment, 80, 24) as terminal:
        terminal.wait_for("Try the local tenant")
        terminal.send("t")
        assert terminal.wait_for_exit() == 1
        terminal.wait_until(lambda: b"cannot be made" in terminal.received)
        left = terminal.received.index(b"\x1b[?1049l")
        assert left < terminal.received.index(b"The next app cannot be made.")
        assert terminal.edits_lines


async def test_the_built_in_config_is_not_edited_as_it_is_written_anew_at_each_start() -> None:
    on = stage(path=built_in_path())
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        on.app.post_message(ConfigEditRequested())
        await until(pilot, lambda: "written anew at each start" in text_of(on.app))


def edit(terminal: Terminal) -> None:
    """Edit the config by the palette."""
    terminal.send("\x10")
    terminal.wait_for("Search for commands")
    terminal.send("edit the config")
    terminal.wait_for("it takes effect at once")
    terminal.send("\r")


@pytest.mark.pty
def test_a_config_that_was_edited_in_the_app_is_in_use_at_once_and_a_wrong_one_is_told(
    profiles: Path, tmp_path: Path
) -> None:
    world = new_world(tmp_path)
    path = profile_path("work")
    editor = tmp_path / "editor.py"
    editor.write_text("import sys\nopen(sys.argv[1], 'w').write(open('next.json').read())\n")
    world.environment["EDITOR"] = f"{DOORKEY[0]} {editor}"
    changed = json.loads(path.read_text()) | {"audience": "the-other-api"}
    with in_terminal(world, "--profile", "work") as terminal:
        terminal.wait_for("Hello, Alice")
        Path("next.json").write_text('{"domain": 7}')
        edit(terminal)
        terminal.wait_for("before", "stays")
        Path("next.json").write_text(json.dumps(changed))
        edit(terminal)
        terminal.wait_for("changed,", "signed out")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
