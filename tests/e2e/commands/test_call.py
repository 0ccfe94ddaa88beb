"""`doorkey call` from shells, with real servers: tokens that expire, pipes that break."""

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.apis.scripted_api import Asked, ScriptedApi
from tests.support.documents import indented_after
from tests.support.heavy import rounds
from tests.support.people.terminal import Terminal
from tests.support.processes.worlds import (
    DOORKEY,
    PATIENCE_SECONDS,
    World,
    new_world,
    serve,
    world_beside,
)
from tui.auth.store.file_store import session_store
from tui.config.load import load_config

SCOPE = "openid offline_access read:messages write:messages"

LIFETIME_SECONDS = 2


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The servers for all tests here, whose access tokens expire every two seconds."""
    made = new_world(tmp_path_factory.mktemp("servers"))
    lifetime = ("--access-token-lifetime", str(LIFETIME_SECONDS))
    with serve(made, "tenant", *lifetime), serve(made, "api"):
        yield made


@pytest.fixture
def world(served: World, tmp_path: Path) -> World:
    """A world of one's own at those servers, with `doorkey` on its path."""
    made = world_beside(served, tmp_path)
    command = tmp_path / "bin" / "doorkey"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {" ".join(DOORKEY)} "$@"\n')
    command.chmod(0o700)
    environment = made.environment | {
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "DOORKEY_CONFIG": str(made.config.path),
    }
    return World(made.config, made.folder, environment)


def run(world: World, script: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", "-e", "-c", script],
        env=world.environment, cwd=world.folder, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip


def renewals(world: World) -> int:
    session = session_store(world.config, world.state_dir).load()
    assert session is not None
    return len(session.renewed_at)


def test_a_script_writes_and_reads_through_tokens_that_expire(world: World) -> None:
    assert world.run("login", "--scope", SCOPE).returncode == 0
    written = 0
    while renewals(world) < rounds(1, 2):
        written += 1
        made = world.run("call", "POST", "/api/messages", "-d", json.dumps({"text": f"{written}"}))
        assert made.returncode == 0, made.stderr
        assert json.loads(made.stdout)["text"] == f"{written}"
    read = world.run("call", "GET", "/api/messages")
    texts = [message["text"] for message in json.loads(read.stdout)]
    assert texts[-written:] == [f"{number + 1}" for number in range(written)]


def test_the_screen_of_examples_in_the_readme_runs(world: World) -> None:
    script = indented_after("## In scripts and programs")
    assert "http://localhost:3001" in script
    script = script.replace("http://localhost:3001", world.config.api_url)
    made = run(world, script.replace("\n", "\necho\n"))  # bodies end as they do, without a line end
    assert made.returncode == 0, made.stderr
    hello, piped, read, failed, code, curl = filter(None, made.stdout.splitlines())
    assert (json.loads(hello)["text"], json.loads(piped)["text"]) == ("hello", "from a pipe")
    kept = json.loads((world.folder / "messages.json").read_text("utf-8"))
    assert kept == json.loads(read)["body"]
    assert [message["text"] for message in kept][-2:] == ["hello", "from a pipe"]
    assert (json.loads(failed)["error"], code) == ("api_refused", "exit code 3")
    assert json.loads(curl)["msg"] == "Your Access Token was successfully validated!"


def test_whoever_reads_only_the_beginning_ends_the_call_quietly(world: World) -> None:
    assert world.run("login", "--scope", SCOPE).returncode == 0
    made = run(
        world, "doorkey call GET /api/messages | true; doorkey call GET /api/messages | head -c 9"
    )
    assert (made.returncode, made.stdout, made.stderr) == (0, '[{"id":1,', "")


def test_without_a_terminal_nothing_prompts_and_no_browser_opens(world: World) -> None:
    marker = world.folder / "opened"
    environment = world.environment | {"BROWSER": f"touch {marker} %s"}
    nobody = World(world.config, world.folder, environment)
    for line in ("call GET /", "ping", "status", "token", "call GET / --json", "logout --local"):
        made = nobody.run(*line.split())
        assert made.returncode in (0, 4), made.stderr
    assert not marker.exists()


def test_a_person_at_a_terminal_can_sign_in_as_the_api_wants_and_call_again(world: World) -> None:
    assert world.run("login").returncode == 0
    command = [*DOORKEY, "call", "GET", "/api/messages"]
    with Terminal(command, world.environment, columns=120, rows=40) as terminal:
        terminal.wait_for("make this call again? [y/N]")
        assert "read:messages" in terminal.text
        terminal.send("y\r")
        terminal.wait_for("Your key is under the doormat.")
        assert terminal.wait_for_exit() == 0


@pytest.mark.heavy
@pytest.mark.skipif(not rounds(0, 1), reason="in short: call does the same, above")
async def test_ping_signs_in_as_the_api_wants_and_is_taken(world: World) -> None:
    """RFC 9470: the second call has the token of another sign-in."""
    calls = 0

    async def answer(asked: Asked) -> None:
        nonlocal calls
        calls += asked.head.startswith(b"GET /api/external ")
        if calls == 1:
            challenge = 'Bearer error="insufficient_user_authentication", max_age="0"'
            await asked.answer("401 Unauthorized", b"{}", f"WWW-Authenticate: {challenge}")
        else:
            await asked.answer("200 OK", b'{"msg": "Fresh enough."}')

    async with ScriptedApi(answer) as api:
        path = world.config.path
        path.write_text(json.dumps(json.loads(path.read_text()) | {"apiUrl": api.url}))
        store = session_store(load_config(path), world.state_dir)
        assert (await asyncio.to_thread(world.run, "login")).returncode == 0
        before = store.load()
        with Terminal([*DOORKEY, "ping"], world.environment, columns=120, rows=40) as terminal:
            await asyncio.to_thread(terminal.wait_for, "make this call again? [y/N]")
            assert "doorkey login --max-age 0" in terminal.text
            terminal.send("y\r")
            await asyncio.to_thread(terminal.wait_for, "Fresh enough.")
            assert await asyncio.to_thread(terminal.wait_for_exit) == 0
    after = store.load()
    assert before is not None
    assert after is not None
    assert after.signed_in_at > before.signed_in_at


def test_who_does_not_want_that_is_left_with_the_refusal(world: World) -> None:
    assert world.run("login").returncode == 0
    command = [*DOORKEY, "call", "GET", "/api/messages"]
    with Terminal(command, world.environment, columns=120, rows=40) as terminal:
        terminal.wait_for("make this call again? [y/N]")
        terminal.send("\r")
        assert terminal.wait_for_exit() == 3
