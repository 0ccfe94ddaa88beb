"""A session whose tokens are bound to a key, against the bundled servers that demand it."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.support.processes.worlds import (
    DOORKEY,
    PATIENCE_SECONDS,
    World,
    new_world,
    serve,
    world_beside,
)

VALIDATED = "Your Access Token was successfully validated!\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = new_world(tmp_path_factory.mktemp("servers"), dpop=True)
    tenant = serve(made, "tenant", "--dpop-nonce", "--require-pushed-requests")
    with tenant, serve(made, "api", "--dpop", "required", "--dpop-nonce"):
        yield made


@pytest.fixture
def world(served: World, tmp_path: Path) -> World:
    return world_beside(served, tmp_path)


def answer_to(world: World, headers: dict[str, str]) -> tuple[int, str]:
    """Ask the API as another program would; returns status and nonce."""
    request = Request(f"{world.config.api_url}/api/external", headers=headers)
    try:
        with urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return int(answer.status), answer.headers["DPoP-Nonce"] or ""
    except HTTPError as error:
        return error.code, error.headers["DPoP-Nonce"] or ""


def headers_in(printed: str) -> dict[str, str]:
    lines = (line.partition(": ") for line in printed.splitlines())
    return {name: value for name, _, value in lines}


def test_the_whole_journey_is_bound_to_the_sessions_key(world: World) -> None:
    login = world.run("login")
    assert login.returncode == 0, login.stderr
    (address,) = (line for line in login.stderr.splitlines() if "authorize?" in line)
    assert "request_uri=" in address
    assert "code_challenge" not in address
    assert json.loads(world.run("status", "--json").stdout)["bound"] is True

    assert world.run("ping").stdout == VALIDATED
    assert json.loads(world.run("call", "GET", "/api/vault").stdout)["msg"]

    alone = world.run("token")
    assert "of no use alone" in alone.stderr
    (kept,) = world.state_dir.glob("session-*.json")
    token = json.loads(kept.read_text())["access_token"]  # as a thief would copy it
    assert alone.stdout.strip() == token
    assert answer_to(world, {"Authorization": f"Bearer {token}"}) == (401, "")
    assert answer_to(world, {"Authorization": f"DPoP {token}"}) == (401, "")

    arguments = ("token", "--format", "header", "--for", "GET", "/api/external")
    status, nonce = answer_to(world, headers_in(world.run(*arguments).stdout))
    assert (status, bool(nonce)) == (401, True)
    signed = headers_in(world.run(*arguments, "--nonce", nonce).stdout)
    assert answer_to(world, signed) == (200, "")
    assert answer_to(world, signed) == (401, "")  # a proof is good once
    renewed = world.run("token", "--min-validity", "3599.999")
    assert renewed.returncode == 0
    assert renewed.stdout.strip() != token
    assert world.run("ping").stdout == VALIDATED
    assert world.run("logout").returncode == 0


def test_processes_that_call_at_a_time_do_not_replay_each_others_proofs(world: World) -> None:
    assert world.run("login").returncode == 0
    command = [*DOORKEY, "--config", str(world.config.path), "ping"]
    running = [
        subprocess.Popen(command, env=world.environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [each.communicate(timeout=PATIENCE_SECONDS)[0] for each in running] == 3 * [VALIDATED]
