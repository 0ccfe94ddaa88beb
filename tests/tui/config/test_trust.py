"""The config of a folder that one stands in: asked about once, by its hash."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.builders.configs import write_config
from tests.support.builders.sessions import session
from tests.support.people.terminal import Terminal
from tui.app.web.command import app_command
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.commands.token.quick import look
from tui.config.known import known_configs
from tui.config.load import load_config
from tui.config.paths import lies_in_this_folder
from tui.config.trust import remember_trust
from tui.errors import ConfigInvalid, ConfigUntrusted

EVIL = {"domain": "tenant.example", "apiUrl": "https://evil.example"}


@pytest.fixture
def cloned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a config of its own, whose session there is, and in which one stands."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    folder = tmp_path / "cloned"
    folder.mkdir()
    path = write_config(folder, **EVIL)
    session_store(load_config(path)).save(session(obtained_at=datetime.now(UTC)))
    monkeypatch.chdir(folder)
    return path


@pytest.mark.parametrize(
    "command", [["token"], ["token", "--min-validity=9"], ["status"], ["ping"]]
)
def test_the_config_of_a_cloned_repository_gets_no_token(
    cloned: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """security.md 57."""
    assert main(command) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert "was never used before" in output.err
    assert "signs you in at https://tenant.example/" in output.err
    assert "sends tokens for the-api" in output.err
    assert "to https://evil.example" in output.err
    assert "--trust" in output.err
    assert "DOORKEY_TRUST=1" in output.err


def test_the_quick_way_to_a_token_does_not_go_round_the_question(cloned: Path) -> None:
    """security.md 57."""
    assert look().access_token == ""
    assert look().file is None


def test_once_trusted_it_needs_no_question_again(
    cloned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["token", "--trust"]) == 0
    assert main(["token"]) == 0
    assert look().access_token == "the-access-token"
    assert capsys.readouterr().out == "the-access-token\n" * 2


def test_a_change_of_the_file_is_a_new_question(cloned: Path) -> None:
    """security.md 57."""
    assert main(["status", "--trust"]) == 0
    write_config(cloned.parent, **EVIL | {"apiUrl": "https://other.example"})
    assert main(["status"]) == 2


def test_a_change_is_a_new_question_for_each_tab_of_doorkey_web(cloned: Path) -> None:
    """security.md 57: a page that is open for a day outlives many a `git pull`."""
    assert main(["status", "--trust"]) == 0
    write_config(cloned.parent, **EVIL | {"apiUrl": "https://other.example"})
    tab = subprocess.run(app_command(None), capture_output=True, check=False, text=True)
    assert (tab.returncode, "was never used before" in tab.stderr) == (2, True)
    assert app_command(cloned)[-2:] == ["--config", str(cloned)]


def test_the_variable_trusts_without_remembering(
    cloned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORKEY_TRUST", "1")
    assert main(["token"]) == 0
    assert look().access_token == "the-access-token"
    monkeypatch.setenv("DOORKEY_TRUST", "0")
    assert main(["token"]) == 2


def test_a_config_that_is_named_needs_no_question(
    cloned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["token", "--config", "auth_config.json"]) == 0
    monkeypatch.setenv("DOORKEY_CONFIG", str(cloned))
    assert main(["token"]) == 0


@pytest.mark.parametrize("name", ["auth_config.json", "./auth_config.json", "../cloned/x.json"])
def test_a_relative_path_in_the_environment_leads_to_no_config_unasked(
    cloned: Path, monkeypatch: pytest.MonkeyPatch, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """security.md 57: set once, it means another file in each folder."""
    (cloned.parent / "x.json").write_text(cloned.read_text())
    monkeypatch.setenv("DOORKEY_CONFIG", name)
    assert main(["token"]) == 2
    assert "was never used before" in capsys.readouterr().err
    assert look().access_token == ""
    assert main(["token", "--trust"]) == 0


@pytest.mark.parametrize(
    ("named", "asks"), [("", True), ("/elsewhere/auth_config.json", True), ("{}", False)]
)
def test_a_config_lies_in_this_folder_unless_it_is_the_one_that_is_named(
    cloned: Path, monkeypatch: pytest.MonkeyPatch, named: str, asks: bool
) -> None:
    """security.md 57."""
    monkeypatch.setenv("DOORKEY_CONFIG", named.format(cloned))
    assert lies_in_this_folder(cloned) is asks
    assert not lies_in_this_folder(cloned.parent / "other" / "auth_config.json")


def test_a_profile_in_use_does_not_trust_the_folder_that_one_stands_in(
    cloned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md 57: the list of tenants opened it without a question."""
    monkeypatch.setenv("DOORKEY_PROFILE", "work")
    (known,) = known_configs()
    assert (known.path, known.config) == (cloned, None)
    assert "was never used before" in known.problem


def test_the_config_of_ones_own_folder_needs_no_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own = tmp_path / "doorkey"
    own.mkdir()
    write_config(own, **EVIL)
    monkeypatch.chdir(own)
    assert load_config().api_url == "https://evil.example"
    monkeypatch.chdir(tmp_path)
    assert load_config().api_url == "https://evil.example"


@pytest.mark.parametrize(
    ("members", "is_local"),
    [
        ({}, True),
        ({"domain": "127.0.0.2:1", "apiUrl": "http://[::1]:2"}, True),
        ({"apiUrl": "https://evil.example"}, False),
        ({"domain": "tenant.example"}, False),
        ({"domain": "https://localhost.evil.example/"}, False),
    ],
)
def test_a_config_that_leads_to_this_machine_alone_needs_no_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, members: dict[str, str], is_local: bool
) -> None:
    """security.md 57."""
    write_config(tmp_path, **members)
    monkeypatch.chdir(tmp_path)
    if is_local:
        load_config()
    else:
        with pytest.raises(ConfigUntrusted, match="was never used before"):
            load_config()


def test_what_is_asked_cannot_steer_the_terminal_or_scroll_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md 50."""
    folder = tmp_path / "\x1b[2J"
    folder.mkdir()
    write_config(folder, **EVIL, audience="x" * 5000)
    monkeypatch.chdir(folder)
    with pytest.raises(ConfigUntrusted) as raised:
        load_config()
    assert raised.value.question.replace("\n", "").isprintable()
    assert "x" * 299 + "…" in raised.value.question


def test_no_host_is_so_long_that_its_end_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md 57: it begins as one likes, and its end alone tells whose it is."""
    host = ("login.microsoftonline.com." + "a." * 120)[:240] + ".evil.example"
    write_config(tmp_path, **EVIL | {"domain": host, "apiUrl": f"https://{host}:12345"})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigUntrusted) as raised:
        load_config()
    for shown in (f"https://{host}/\n", f"to https://{host}:12345.\n"):
        assert shown in raised.value.question


def test_a_list_that_others_can_write_trusts_nothing(cloned: Path, state_dir: Path) -> None:
    """security.md 57."""
    assert main(["status", "--trust"]) == 0
    (state_dir / "trusted-configs").chmod(0o666)
    assert main(["status"]) == 2


@pytest.mark.pty
@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("\n", 2), ("no\n", 2), ("\x04", 2)])
def test_on_a_terminal_it_is_asked_once(cloned: Path, answer: str, code: int) -> None:
    """security.md 57."""
    command = [sys.executable, "-P", "-m", "tui", "status"]
    with Terminal(command, {**os.environ, "TERM": "xterm"}) as terminal:
        asked = terminal.wait_for("Use it? [y/N]")
        assert "https://evil.example" in asked
        terminal.send(answer)
        assert terminal.wait_for_exit() == code
    again = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True
    )
    assert again.returncode == code


def test_who_trusts_a_second_config_still_trusts_the_first_and_a_thousand_at_most(
    cloned: Path, state_dir: Path
) -> None:
    assert main(["status", "--trust"]) == 0
    remember_trust("another")
    assert main(["status"]) == 0
    path = state_dir / "trusted-configs"
    path.write_text("".join(f"{number}\n" for number in range(1000)))
    remember_trust("the latest")
    assert len(lines := path.read_text().split()) == 1000
    assert (lines[0], lines[-2]) == ("1", "999")


def test_trust_that_cannot_be_written_down_is_said(
    cloned: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORKEY_STATE_DIR", str(cloned / "no-folder"))
    with pytest.raises(ConfigInvalid, match=r"cannot be written.*DOORKEY_TRUST=1"):
        remember_trust("a config")
