"""What `--help` and `doorkey help` say, and how wide that is."""

import re
from contextlib import suppress

import pytest

from api_server.local_tenant.settings import read_command_line
from api_server.settings import settings_from
from tests.support.documents import SCHEMAS, schema, table
from tui.cli import main
from tui.commands.help import TEXTS
from tui.commands.parser import COMMAND_NAMES, parse

WIDEST = 80
"""Columns of the smallest terminal in use; what is wider breaks amid a word there."""

OF_SERVERS = ("api", "tenant")
"""Their options go on to programs of their own."""


@pytest.mark.parametrize("topic", ["", *sorted(COMMAND_NAMES - {*OF_SERVERS}), *TEXTS])
def test_no_help_is_wider_than_80_columns(
    topic: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDEST))
    with suppress(SystemExit):
        main(["help", *topic.split()])
    assert not too_wide(capsys.readouterr().out)


def test_no_help_of_a_server_is_wider_than_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDEST))
    for with_more in ([], ["--program", "doorkey api"]):
        with pytest.raises(SystemExit):
            settings_from([*with_more, "--help"], {})
        with pytest.raises(SystemExit):
            read_command_line([*with_more, "--help"])
    assert not too_wide(capsys.readouterr().out)


def too_wide(text: str) -> list[str]:
    assert text.startswith(("usage: ", "status, ping", "0 "))
    return [line for line in text.splitlines() if len(line) > WIDEST]


def test_help_json_names_each_member_that_the_schemas_have(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["help", "json"]) == 0
    told = set(re.findall(r'"([a-z_]+)"', capsys.readouterr().out))
    for path in SCHEMAS.glob("*.json"):
        found = schema(path.stem)
        found = found.get("items", found)  # of an array, what it holds
        shapes = [found] if "properties" in found else found["oneOf"]
        named = {name for shape in shapes for name in shape["properties"]}
        assert named <= told, path.stem


def test_what_is_told_of_the_form_of_json_is_what_the_schemas_have(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["help", "json"]) == 0
    arrays = {each.stem for each in SCHEMAS.glob("*.json") if "items" in schema(each.stem)}
    told = " ".join(capsys.readouterr().out.partition("{")[0].split())
    assert set(re.findall(r"of (\w+) an array", told)) == arrays
    assert "of login one object in each line" in told


def test_help_on_exit_codes_tells_those_of_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "exit-codes"]) == 0
    told = re.findall(r"^(\d+) ", capsys.readouterr().out, re.MULTILINE)
    assert told == [code for code, _ in table("exit code", "means")]


@pytest.mark.parametrize("topic", [[], ["call"], ["login"]])
def test_help_on_a_command_is_that_commands_help(
    topic: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with suppress(SystemExit):
        main(["help", *topic])
    assert capsys.readouterr().out.startswith(f"usage: {' '.join(['doorkey', *topic])} ")


def test_help_on_a_server_is_the_servers_own() -> None:
    arguments = parse(["help", "api"])
    assert (arguments.command, arguments.further) == ("api", ["--help"])


def test_help_on_what_there_is_not_suggests_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for topic in ("exit-code", "exit"):
        assert main(["help", topic]) == 2
        said = capsys.readouterr().err
        assert f"There is no help on {topic}. The topics are exit-codes and json, and each" in said
        assert "Did you mean exit-codes?" in said


def test_help_on_two_things_at_once_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["help", "token", "jwt"])
    assert raised.value.code == 2
    assert "unrecognized arguments: jwt" in capsys.readouterr().err


def test_help_and_version_go_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    for flag, words in (("--help", "exit codes"), ("--version", "doorkey 0.")):
        with pytest.raises(SystemExit) as raised:
            main([flag])
        assert raised.value.code == 0
        assert words in capsys.readouterr().out


def test_a_report_of_a_bug_finds_all_versions_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for argv in (["-v"], ["--verbose"], ["--version", "-v"], ["-v", "--version"]):
        with pytest.raises(SystemExit):
            main(argv)
        first, *facts = capsys.readouterr().out.splitlines()
        assert first.startswith("doorkey 0.")
        assert [line.split()[0] for line in facts] == [
            "python", "textual", "httpx", "cryptography", "keyring", "platform",
        ]  # fmt: skip
        assert "keyring." in facts[4]


def test_v_goes_with_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["-v", "token"])
    assert raised.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "doorkey: -v goes without a command: it prints the version" in shown.err
