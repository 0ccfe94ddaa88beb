import json
import re
import shlex
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.builders.configs import write_config
from tests.support.builders.sessions import expired, session
from tests.support.documents import validated
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.config.load import Config, load_config
from tui.config.paths import built_in_config

COMMANDS = ["token", "ping", "status", "logout", "login", "api", "tenant"]
SERVERS = {"api", "tenant"}
"""They have a built-in config to go by."""


@pytest.mark.parametrize("command", [each for each in COMMANDS if each not in SERVERS])
def test_without_a_config_every_command_says_where_it_looked_and_exits_2(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main([command]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert "There is no auth_config.json" in output.err


@pytest.mark.parametrize("command", ["status", "token"])
def test_without_a_config_the_way_to_a_session_of_the_built_in_one_is_named(
    command: str,
    config_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DOORKEY_STATE_DIR", str(tmp_path / "the state"))
    assert main([command]) == 2
    assert f"{tmp_path}/the state" not in capsys.readouterr().err
    path = built_in_config()
    assert main([command]) == 2
    told = re.search(r"local tenant, .*--config ('.*?')\.", capsys.readouterr().err)
    assert told is not None
    assert shlex.split(told[1]) == [str(path)]
    session_store(load_config(path)).save(session(obtained_at=datetime.now(UTC)))
    assert main([command, "--config", str(path)]) == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_config_is_named_with_its_key_and_exits_2(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text('{"domain": "x.example", "clientID": "y"}')
    assert main([command, "--config", str(path)]) == 2
    assert f'{path}: "clientID" is not a known key' in capsys.readouterr().err
    assert main(["--config", str(path), command]) == 2


def test_token_prints_the_token_and_nothing_else(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["token"]) == 0
    assert capsys.readouterr() == ("the-access-token\n", "")


def test_token_as_a_header_is_one_line_for_curl(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["token", "--format", "header"]) == 0
    assert capsys.readouterr() == ("Authorization: Bearer the-access-token\n", "")


def test_token_with_nobody_signed_in_exits_4(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["token"]) == 4
    output = capsys.readouterr()
    assert output.out == ""
    assert "doorkey login" in output.err


def test_an_expired_token_with_the_tenant_down_exits_5_and_keeps_the_session(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    session_store(config).save(expired(session()))
    assert main(["token"]) == 5
    assert "cannot be reached" in capsys.readouterr().err
    assert session_store(config).load() == expired(session())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full is needed")
@pytest.mark.parametrize("argv", [["token"], ["status"], ["status", "--json"], ["ping", "--help"]])
def test_a_full_disk_is_told_in_words(
    signed_in: Config,
    argv: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with suppress(OSError), open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        monkeypatch.setattr("sys.stdout", full)
        assert main(argv) == 1
        monkeypatch.undo()
    told = capsys.readouterr().err
    assert told == "doorkey: There is no room left: the disk is full. Make room, then try again.\n"


def test_scope_that_the_tenant_left_out_is_not_said(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = session_store(signed_in).load()
    assert kept is not None
    session_store(signed_in).save(replace(kept, token_set=replace(kept.token_set, scope="")))
    assert main(["status"]) == 0
    assert re.search(r"^scopes +not said$", capsys.readouterr().out, re.MULTILINE)
    assert main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scopes"] is None


@pytest.mark.parametrize(
    ("skew", "seconds", "told"),
    [
        (-899.05, -899, "14 min behind the tenant's"),
        (4000.4, 4000, "1 h 6 min ahead of the tenant's"),
    ],
)
def test_how_far_the_clock_is_off_is_told_in_words_and_in_whole_seconds(
    config: Config, skew: float, seconds: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = session(obtained_at=datetime.now(UTC))
    session_store(config).save(replace(kept, clock_skew_seconds=skew))
    assert main(["status"]) == 0
    assert re.search(rf"^clock +{told}$", capsys.readouterr().out, re.MULTILINE)
    assert main(["status", "--json"]) == 0
    assert repr(validated(capsys.readouterr().out, "status")["clock_skew_seconds"]) == str(seconds)


@pytest.mark.parametrize("arguments", [["nonsense"], ["token", "--nonsense"], ["ping", "x"]])
def test_wrong_usage_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert capsys.readouterr().out == ""


def test_ping_with_the_api_down_exits_5(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ping"]) == 5
    assert "cannot be reached" in capsys.readouterr().err


def test_login_with_the_tenant_down_exits_5(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["login", "--no-browser"]) == 5
    assert "Look whether it runs" in capsys.readouterr().err


def test_status_says_who_is_signed_in(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status"]) == 0
    shown = capsys.readouterr().out
    assert "Alice" in shown
    assert "http://127.0.0.1:9/" in shown
    assert "readable by you alone" in shown


def test_status_tells_people_times_in_their_zone_and_how_far_they_are(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status"]) == 0
    shown = capsys.readouterr().out
    moment = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (UTC|[+-]\d{4})"
    assert re.search(rf"^access token expiry +{moment}, in (59 min|1 h)$", shown, re.MULTILINE)
    assert re.search(rf"^signed in at +{moment}, ", shown, re.MULTILINE)
    assert main(["status", "--json"]) == 0
    expiry = json.loads(capsys.readouterr().out)["access_token_expiry"]
    assert datetime.fromisoformat(expiry).utcoffset() == timedelta(0)


def test_status_says_what_helps_where_the_session_has_expired_for_good(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    past = datetime.now(UTC) - timedelta(hours=2)
    session_store(config).save(session(refresh_token=None, obtained_at=past))
    assert main(["status"]) == 4
    assert "no longer: the session has expired; doorkey login" in capsys.readouterr().out


def test_status_as_json_is_for_programs_and_holds_no_secrets(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--json"]) == 0
    shown = capsys.readouterr().out
    status = json.loads(shown)
    assert status["signed_in"] is True
    assert status["issuer"] == "http://127.0.0.1:9/"
    assert status["access_token_valid"] is True
    assert status["scopes"] == ["openid", "profile", "email", "offline_access"]
    for secret in ("the-access-token", "the-refresh-token", "the-id-token"):
        assert secret not in shown


def test_status_signed_out_exits_4(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["signed_in"] is False
    assert main(["status"]) == 4
    assert re.search("storage +Will be kept in .*session", capsys.readouterr().out)


def test_a_hostile_name_does_not_steer_the_terminal(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    from tui.auth.session import Profile

    hostile = Profile({"sub": "s", "name": "\x1b]52;c;eHh4\x07\u202eAlice\n\x9b2J"})
    session_store(config).save(replace(session(), profile=hostile))
    main(["status"])
    main(["status", "--json"])
    shown = capsys.readouterr().out
    assert re.search("email +not said\n", shown)
    assert all(line.isprintable() for line in shown.splitlines())


@pytest.mark.parametrize("command", [[], ["dev"]])
def test_the_app_without_a_terminal_says_so(
    config: Config, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    assert "needs a terminal" in capsys.readouterr().err


def test_a_tenant_of_the_wide_world_cannot_be_served_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "auth_config.json"
    write_config(path.parent, domain="tenant.example")
    assert main(["tenant", "--config", str(path)]) == 2
    assert "not on this machine" in capsys.readouterr().err
