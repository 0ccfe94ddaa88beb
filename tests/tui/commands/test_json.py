"""`--json`: one contract for scripts and agents, told by `doorkey help json`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders.sessions import expired, session
from tests.support.documents import SCHEMAS, schema, validated
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.commands.call.output import AnswerTooLarge
from tui.commands.jwt import JwtNotVerified
from tui.commands.logout import LogOutIncomplete
from tui.config.load import Config
from tui.errors import DoorkeyError

SECRETS = ("the-access-token", "the-refresh-token", "the-id-token")

ELSEWHERE = {AnswerTooLarge.word, JwtNotVerified.word, LogOutIncomplete.word}
"""Errors that one command alone has."""


def tree(error: type[DoorkeyError] = DoorkeyError) -> Iterator[type[DoorkeyError]]:
    yield error
    for each in error.__subclasses__():
        yield from tree(each)


def test_each_error_has_a_word_of_the_schema_and_says_what_to_do_next() -> None:
    known = set(schema("failure")["properties"]["error"]["enum"])
    assert {error.word for error in tree()} == known
    assert known > ELSEWHERE
    assert all(error.next_step.endswith(".") for error in tree())


@pytest.mark.parametrize("path", SCHEMAS.glob("*.json"), ids=lambda path: str(path.stem))
def test_each_schema_is_one(path: Path) -> None:
    assert schema(path.stem)["title"]


def test_status_is_one_object(signed_in: Config, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json"]) == 0
    shown = capsys.readouterr()
    found = validated(shown.out, "status")
    assert (found["signed_in"], found["storage"]) == (True, "file")
    assert shown.err == ""
    assert not any(secret in shown.out for secret in SECRETS)


def test_status_with_nobody_signed_in_is_a_failure_with_what_is_known(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--json"]) == 4
    found = validated(capsys.readouterr().out, "status", "failure")
    assert (found["signed_in"], found["error"], found["exit"]) == (False, "sign_in_needed", 4)


@pytest.mark.parametrize(
    "argv", [["status"], ["token"], ["token", "--id-token"], ["ping"], ["call", "GET", "/"]]
)
def test_a_session_that_is_over_is_a_sign_in_needed_for_every_command(
    config: Config, argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    session_store(config).save(expired(session(refresh_token=None)))
    assert main([*argv, "--json"]) == 4
    found = validated(capsys.readouterr().out, "failure")
    assert found["error"] == "sign_in_needed"
    assert found["message"].startswith("The session has expired.")
    assert main(argv) == 4
    shown = capsys.readouterr()
    assert "session has expired" in (shown.out if argv == ["status"] else shown.err)


@pytest.mark.parametrize(
    ("refresh_token", "state"), [(None, "expired"), ("the-refresh-token", "signed_in")]
)
def test_status_and_profiles_say_whether_a_session_is_over_or_only_to_be_renewed(
    config: Config, refresh_token: str | None, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    session_store(config).save(expired(session(refresh_token=refresh_token)))
    code = main(["status", "--json"])
    found = validated(capsys.readouterr().out, "status")
    assert (found["state"], found["signed_in"]) == (state, state == "signed_in")
    assert (found["email"], found["access_token_valid"]) == ("alice@example.com", False)
    assert code == (0 if found["signed_in"] else 4)
    main(["profiles", "--json"])
    listed = validated(capsys.readouterr().out, "profiles")["profiles"]
    assert [each["state"] for each in listed] == [state]


@pytest.mark.parametrize(
    ("argv", "error", "code"),
    [
        (["ping"], "api_unreachable", 5),
        (["call", "GET", "/"], "api_unreachable", 5),
        (["call", "GET", "http://other.example/"], "wrong_usage", 2),
        (["login", "--no-browser"], "tenant_unreachable", 5),
        (["login", "--device", "--prompt=login"], "wrong_usage", 2),
        (["ping", "--config", "nowhere.json"], "config_invalid", 2),
        (["token", "--id-token", "--config", "nowhere.json"], "config_invalid", 2),
        (["token", "--for", "GET", "/"], "wrong_usage", 2),
        (["ping", "--nonsense"], "wrong_usage", 2),
        (["call"], "wrong_usage", 2),
        (["stauts"], "wrong_usage", 2),
    ],
)
def test_each_failure_is_one_object_on_stdout_and_nothing_on_stderr(
    signed_in: Config,
    argv: list[str],
    error: str,
    code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*argv, "--json"]) == code
    shown = capsys.readouterr()
    found = validated(shown.out, "failure")
    assert (found["error"], found["exit"]) == (error, code)
    assert shown.err == ""


def test_token_takes_json_as_the_others_do(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["token", "--json"]) == 0
    assert validated(capsys.readouterr().out, "token")["access_token"] == "the-access-token"


def test_a_log_out_that_leaves_something_behind_says_which_step(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["logout", "--local", "--json"]) == 1
    found = validated(capsys.readouterr().out, "logout", "failure")
    outcomes = {step["step"]: step["outcome"] for step in found["steps"]}
    assert (outcomes["local"], outcomes["revocation"]) == ("done", "failed")
    assert found["error"] == "log_out_incomplete"
    assert main(["logout", "--json", "--local"]) == 0
    assert validated(capsys.readouterr().out, "logout")


def test_ctrl_c_is_a_failure_too(
    signed_in: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("tui.commands.status.status", interrupted)
    assert main(["status", "--json"]) == 130
    assert validated(capsys.readouterr().out, "failure")["error"] == "cancelled"


def test_what_the_system_refuses_is_a_failure_too(
    signed_in: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(*_arguments: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("tui.commands.status.status", failing)
    assert main(["status", "--json"]) == 1
    assert "Input/output error" in validated(capsys.readouterr().out, "failure")["message"]


def test_next_is_what_the_message_says_is_to_be_done(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["login", "--no-browser", "--json"]) == 5
    assert json.loads(capsys.readouterr().out)["next"].startswith("Look whether it runs")
    assert main(["ping", "--json"]) == 5
    assert json.loads(capsys.readouterr().out)["next"].startswith("Check apiUrl")
    assert main(["stauts", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["next"] == "Did you mean status?"


def test_a_shell_that_is_unknown_is_told_with_those_that_are_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["completion", "tcsh"])
    said = capsys.readouterr().err
    assert "invalid choice: 'tcsh' (choose from 'bash', 'zsh', 'fish')" in said
    assert main(["completion", "profiles"]) == 0  # the scripts ask for it


@pytest.mark.parametrize(
    ("argv", "meant"),
    [
        (["--confg", "x", "login"], "--config"),
        (["login", "--devce"], "--device"),
        (["logni"], "login"),
        (["token", "--min-validty=60"], "--min-validity"),
        (["login", "--scop", "x"], "--scope"),
        (["--prof", "x", "status"], "--profile"),
        (["--versio"], "--version"),
    ],
)
def test_a_word_that_is_misspelt_is_told_with_the_nearest_that_is_not(
    argv: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main(argv)
    assert raised.value.code == 2
    assert f"Did you mean {meant}?" in capsys.readouterr().err


def test_an_option_in_the_wrong_place_is_told_its_right_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--json"]) == 2
    assert "Did you mean" not in capsys.readouterr().out
    assert main(["--json", "status"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["next"] == "It belongs behind the command: doorkey status --json"
    with pytest.raises(SystemExit):
        main(["--scope=a", "login"])
    assert "behind the command: doorkey login --scope=a\n" in capsys.readouterr().err


def test_a_json_line_is_ascii_whatever_it_says(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["call", "GET", "http://\udcff\x1b.example/", "--json"]) == 2
    shown = capsys.readouterr().out
    assert shown.isascii()
    assert json.loads(shown)["error"] == "wrong_usage"
