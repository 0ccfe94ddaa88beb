"""The commands against the bundled servers, as a person at a shell uses them."""

import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.ports import free_ports
from tests.support.processes.worlds import (
    DOORKEY,
    PATIENCE_SECONDS,
    World,
    new_world,
    run_servers,
    serve,
    world_beside,
)
from tui.auth.store.file_store import session_store
from tui.config.load import load_config


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with run_servers(new_world(tmp_path_factory.mktemp("servers"))) as made:
        yield made


@pytest.fixture
def world(served: World, tmp_path: Path) -> World:
    return world_beside(served, tmp_path)


def test_login_ping_token_logout_work_one_after_the_other(world: World) -> None:
    login = world.run("login")
    assert (login.returncode, login.stdout) == (0, ""), login.stderr
    assert "Signed in as Alice" in login.stderr
    assert f"{world.config.issuer}authorize?" in login.stderr

    ping = world.run("ping")
    assert ping.stdout == "Your Access Token was successfully validated!\n", ping.stderr

    token = world.run("token").stdout.strip()
    assert token.count(".") == 2
    assert world.run("token").stdout.strip() == token

    status = json.loads(world.run("status", "--json").stdout)
    assert status["signed_in"] is True
    assert status["email"] == "alice@example.com"

    logout = world.run("logout")
    assert logout.returncode == 0
    assert logout.stderr.count("✓") == 3, logout.stderr
    assert world.run("token").returncode == 4


def test_a_session_outlives_a_restart_of_the_tenant(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    with serve(world, "tenant"):
        assert world.run("login").returncode == 0
        first = world.run("token").stdout
    with run_servers(world):
        done = world.run("token", "--min-validity", "3599.999")
        assert "the tenant has just given it, and gives no more" in done.stderr
        assert done.stdout.count(".") == 2
        assert done.stdout != first
        assert world.run("ping").returncode == 0


def test_an_api_that_wants_another_audience_refuses_and_ping_exits_3(world: World) -> None:
    world.run("login")
    kept = session_store(world.config, world.state_dir).load()
    assert kept is not None
    members = json.loads(world.config.path.read_text())
    (port,) = free_ports(1)
    another = {"audience": "https://another.example", "apiUrl": f"http://localhost:{port}"}
    world.config.path.write_text(json.dumps(members | another))
    other = replace(world, config=load_config(world.config.path))
    session_store(other.config, world.state_dir).save(kept)
    with serve(other, "api"):
        ping = other.run("ping")
    assert ping.returncode == 3
    assert ping.stdout == ""
    assert "401: Unauthorized" in ping.stderr
    assert "invalid_token" in ping.stderr
    assert "✗ Audience  the API wants https://another.example; your token has" in ping.stderr
    assert f"the API that is called is `apiUrl` ({other.config.api_url})" in ping.stderr


def test_an_interrupt_cancels_a_sign_in_cleanly(world: World) -> None:
    with subprocess.Popen(
        [*DOORKEY, "--config", str(world.config.path), "login", "--no-browser"],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=world.environment,
    ) as login:  # fmt: skip
        assert login.stderr is not None
        said = [next(line for line in login.stderr if "authorize?" in line)]
        login.send_signal(signal.SIGINT)
        said += login.stderr.readlines()
        assert login.wait(PATIENCE_SECONDS) == 130
    assert "cancelled" in said[-1]
    assert "Traceback" not in "".join(said)
