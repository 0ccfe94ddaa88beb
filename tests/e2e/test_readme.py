"""What the README shows works as it stands there, and what it lists is all there is."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from textual.app import App
from textual.binding import Binding

from api_server.settings import settings_from
from tests.support import ROOT
from tests.support.apis.checked_api import Api
from tests.support.documents import README, indented_after, python_example, quoted, table
from tests.support.processes.worlds import new_world, run_servers
from tui.app.keys.keymap import check_keymap
from tui.app.scopes import key_scopes
from tui.cli import COMMANDS
from tui.commands.parser import parse
from tui.config.keys import KEYS
from tui.config.load import Config, parse_config
from tui.errors import DoorkeyError

SUCCESS = "Your Access Token was successfully validated!\n"

SCOPES = {
    "Setting up": ["set-up", "registration"],
    "Home": ["home"],
    "Profile": ["profile", "claims"],
    "External API": ["external-api", "answer"],
    "lists": ["calls", "claims", "answer"],
    "sign-in": ["sign-in"],
}
"""Where a key of the README's table works, as a keymap calls it."""

KEY_NAMES = {
    "Esc": "escape",
    "Enter": "enter",
    "F1": "f1",
    "F3": "f3",
    "F4": "f4",
    "F5": "f5",
    "Ctrl+P": "ctrl+p",
    "Ctrl+Z": "ctrl+z",
    "/": "slash",
}

VALUES = {
    "PORT": "8000",
    "SECONDS": "60",
    "FORMAT": "json",
    "AUDIENCE": "https://api.example",
    "URL": "https://tenant.example/",
    "HOST:PORT": "127.0.0.1:0",
    "NAME": "work",
    "SHELL": "bash",
    "TOPIC": "json",
    "METHOD": "GET",
    "PATH": "/api/external",
    "NAME:VALUE": "Accept: text/csv",
    "DATA": "{}",
    "FILE": "answer.json",
}
"""For what stands in capitals in the table of commands."""


def test_the_example_in_python_runs(tmp_path: Path) -> None:
    with run_servers(new_world(tmp_path)) as world:
        assert world.run("login").returncode == 0
        run = subprocess.run(
            [sys.executable, "-c", python_example("import asyncio")],
            capture_output=True, text=True, check=False,
            env=world.environment | {"DOORKEY_CONFIG": str(world.config.path)},
        )  # fmt: skip
    assert run.stdout == SUCCESS, run.stderr


async def test_the_bearer_check_in_an_app_of_ones_own_answers_as_it_says() -> None:
    names: dict[str, Any] = {}
    exec(python_example("from starlette"), names)
    transport = httpx.ASGITransport(app=names["app"])
    async with httpx.AsyncClient(transport=transport, base_url="https://api.example") as client:
        nothing = await client.get("/messages")
        garbage = await client.get("/messages", headers={"Authorization": "Bearer garbage"})
    await names["bearer"].aclose()
    assert nothing.status_code == 401
    assert "error" not in nothing.headers["www-authenticate"]
    assert garbage.status_code == 401
    assert 'error="invalid_token"' in garbage.headers["www-authenticate"]


def test_the_targets_are_those_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE)) - {"help"}
    assert {quoted(row[0])[0] for row in table("target", "does")} == {
        f"make {target}" for target in targets
    }


@pytest.mark.parametrize(
    ("where", "key"),
    [(where, key) for where, keys, _ in table("where", "key", "does") for key in quoted(keys)],
)
def test_each_key_does_something_there(where: str, key: str) -> None:
    scopes = key_scopes()
    names = [*SCOPES.get(where, []), "everywhere"] if where != "lists" else SCOPES[where]
    bindings = [each for name in names for each in scopes[name]]
    keys = {
        key
        for each in bindings
        if isinstance(each, Binding)
        for key in each.key.split(",")
    }  # fmt: skip
    assert KEY_NAMES.get(key, key) in keys | {App.COMMAND_PALETTE_BINDING}


def test_the_keymap_is_one() -> None:
    (example,) = re.findall(r"`(\{\"ping.*?\})`", README)
    assert check_keymap(json.loads(example), key_scopes()).troubles == ()


def test_the_commands_are_all_there_are() -> None:
    listed = [quoted(row[0])[0].split() for row in table("command", "does")]
    assert {words[1] if words[1:] else "app" for words in listed} == set(COMMANDS)


@pytest.mark.parametrize("row", [row[0] for row in table("command", "does")])
def test_each_option_of_a_command_is_taken(row: str) -> None:
    _, *words = quoted(row)[0].split(maxsplit=2)
    options = re.findall(r"\[([^]]+)\]", words[1]) if words[1:] else []
    needed = re.sub(r"\[[^]]+\]", "", words[1]).split() if words[1:] else []
    without = [*words[:1], *(VALUES[word] for word in needed)]
    for option in options:
        taken = [VALUES.get(word, word) for word in shlex.split(option)]
        assert vars(parse([*without, *taken])) != vars(parse(without))


@pytest.mark.parametrize(
    ("command", "does"),
    [(quoted(row)[0], row + does) for row, does in table("command", "does") if "login" not in row],
)
def test_each_option_is_in_the_table(
    command: str, does: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = command.split()[1:2]
    if name in (["api"], ["tenant"]):
        return  # what they take is for themselves
    with pytest.raises(SystemExit):
        parse([*name, "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out.partition("\n\n")[0]))
    assert options - {"--config", "--profile", "--trust", "--help", "--version"} <= set(
        re.findall(r"--[a-z-]+", does)
    )


def test_the_commands_that_answer_in_json_are_all_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed = re.findall(r"With `--json` \(([^)]+)\)", README)
    answering = set()
    for name in set(COMMANDS) - {"app", "api", "tenant"}:  # two have parsers of their own
        with pytest.raises(SystemExit):
            parse([name, "--help"])
        if "--json" in capsys.readouterr().out.partition("\n\n")[0]:
            answering.add(name)
    assert set(quoted(listed[0])) == answering


def test_the_exit_codes_are_those_of_the_errors() -> None:
    def codes(error: type[DoorkeyError]) -> set[int]:
        return {error.exit_code}.union(*(codes(each) for each in error.__subclasses__()))

    listed = {int(code) for code, _ in table("exit code", "means")}
    assert listed == {0, 3} | codes(DoorkeyError)


def test_the_config_is_the_one_in_the_repository() -> None:
    shown = json.loads(indented_after("## `auth_config.json`"))
    assert shown == json.loads((ROOT / "auth_config.json").read_text("utf-8"))


@pytest.mark.parametrize("row", table("key", "default", "meaning"), ids=lambda row: str(row[0]))
def test_each_key_of_the_config_has_the_default_that_is_said(row: tuple[str, str, str]) -> None:
    (name,), default = quoted(row[0]), row[1]
    assert KEYS[name].required == (default == "required")
    if not KEYS[name].required:
        config = Config(domain="a.example", client_id="c", audience="a")
        value = getattr(config, KEYS[name].field)
        said = list(value) if isinstance(value, tuple) else value
        (shown,) = quoted(default) or [default]
        assert shown in (said, json.dumps(said), "none" if said in (None, "") else object())


def test_the_keys_of_the_config_are_all_there_are() -> None:
    assert [quoted(row[0])[0] for row in table("key", "default", "meaning")] == list(KEYS)


@pytest.mark.parametrize(
    "row", [row for row in table("tenant", "`domain`", "and") if quoted(row[1])],
    ids=lambda row: str(row[0]),
)  # fmt: skip
def test_the_config_of_each_tenant_is_one(row: tuple[str, str, str]) -> None:
    further = [each for each in quoted(row[2]) if each.startswith('"')]
    members = {"domain": quoted(row[1])[0], "clientId": "c", "audience": "a"}
    for each in further:
        members |= json.loads(f"{{{each}}}")
    assert parse_config(json.dumps(members), Path("auth_config.json")).issuer.startswith("https://")


@pytest.mark.parametrize("row", table("route", "answers"), ids=lambda row: str(row[0]))
async def test_each_route_of_the_api_is_there(row: tuple[str, str]) -> None:
    method, path = quoted(row[0])[0].split()
    answer = await Api().send(method, path)
    assert answer.status_code != 404


def test_the_command_for_production_is_taken() -> None:
    command = indented_after("### In production").replace("\\\n", " ")
    python, *flags = shlex.split(command)
    assert (python, flags[:2]) == ("python", ["-m", "api_server"])
    assert settings_from(flags[2:], {}).workers == 4


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=str)
def test_what_is_linked_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8"))
    for path, _, heading in (link.partition("#") for link in links if "://" not in link):
        linked = page.parent / path if path else page
        assert linked.exists()
        assert not heading or heading in headings(linked)


def headings(page: Path) -> set[str]:
    """Return the names by which a page's headings are linked to."""
    found = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in found}


def test_each_variable_is_read_somewhere() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "tui").rglob("*.py"))
    assert all(name in code for name in re.findall(r"DOORKEY_[A-Z_]+", README))
