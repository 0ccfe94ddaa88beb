"""What programs are told with `--json`, by the commands as they are installed, and real servers."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.documents import validated
from tests.support.people.person import visit
from tests.support.processes.worlds import (
    DOORKEY,
    World,
    new_world,
    run_servers,
    world_beside,
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with run_servers(new_world(tmp_path_factory.mktemp("servers"))) as made:
        yield made


@pytest.fixture
def world(served: World, tmp_path: Path) -> World:
    return world_beside(served, tmp_path)


def test_a_program_lets_a_device_in_calls_and_logs_out(world: World) -> None:
    with subprocess.Popen(
        [*DOORKEY, "--config", str(world.config.path), "login", "--device", "--json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=world.environment,
    ) as login:  # fmt: skip
        assert login.stdout is not None
        assert login.stderr is not None
        code = validated(login.stdout.readline(), "login")
        assert code["event"] == "code"
        assert validated(login.stdout.readline(), "login") == {"event": "waiting"}
        assert visit(code["verification_uri_complete"]) == 0
        signed_in = validated(login.stdout.readline(), "login")
        assert (signed_in["event"], signed_in["email"]) == ("signed_in", "alice@example.com")
        assert (login.stdout.read(), login.stderr.read()) == ("", "")
    assert login.returncode == 0
    ping = validated(world.run("ping", "--json").stdout, "ping")
    assert ping["message"] == "Your Access Token was successfully validated!"
    called = validated(world.run("call", "GET", "/api/external", "--json").stdout, "call")
    assert called["body"] == {"msg": ping["message"]}
    refused = world.run("call", "GET", "/api/messages", "--json")
    found = validated(refused.stdout, "call", "failure")
    assert (refused.returncode, refused.stderr, found["exit"]) == (3, "", 3)
    assert (found["status"], found["body"]["error"]) == (403, "insufficient_scope")
    assert found["next"].startswith("Ask for what is missing: doorkey login --scope")
    assert validated(world.run("logout", "--json", "--local").stdout, "logout")


def test_a_login_by_browser_tells_its_address(world: World) -> None:
    login = world.run("login", "--json")
    events = [validated(line, "login") for line in login.stdout.splitlines(keepends=True)]
    assert [event["event"] for event in events] == ["address", "waiting", "signed_in"]
    assert events[0]["url"].startswith(world.config.issuer)
    assert login.stderr == ""
    assert json.loads(world.run("status", "--json").stdout)["name"] == events[2]["name"]


def test_the_doctor_finds_nothing_wrong_with_whoever_is_signed_in(world: World) -> None:
    world.run("login")
    examined = world.run("doctor", "--json")
    verdicts = {each["rule"]: each["verdict"] for each in json.loads(examined.stdout)}
    assert (examined.returncode, "wrong" in verdicts.values()) == (0, False), examined.stdout
    proven = ("callback", "client", "request", "keys", "api-metadata", "session", "token-audience")
    assert {rule: verdicts[rule] for rule in proven} == dict.fromkeys(proven, "ok")
