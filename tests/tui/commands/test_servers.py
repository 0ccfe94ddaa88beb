"""`doorkey api` and `doorkey tenant` speak of themselves and of the config."""

import socket
from pathlib import Path

import pytest

from tests.support.processes.worlds import World, new_world, serve


@pytest.fixture
def world(tmp_path: Path) -> World:
    return new_world(tmp_path)


def test_taken_port_leads_to_the_config_that_names_it(world: World) -> None:
    address = ("127.0.0.1", int(world.config.api_url.rpartition(":")[2]))
    with socket.create_server(address):
        ended = world.run("api")
    assert ended.returncode == 1
    assert ended.stderr.endswith(f"choose another with `apiUrl` in {world.config.path}\n")


def test_unknown_option_is_an_error_of_the_command_that_was_typed(world: World) -> None:
    ended = world.run("tenant", "--zzz")
    assert ended.returncode == 2
    assert ended.stderr.startswith("usage: doorkey tenant ")
    assert ended.stderr.endswith("doorkey tenant: error: unrecognized arguments: --zzz\n")


@pytest.mark.parametrize("command", ["api", "tenant"])
def test_the_help_of_a_server_needs_no_config_and_demands_no_option(
    command: str, tmp_path: Path
) -> None:
    world = new_world(tmp_path)
    world.config.path.unlink()
    world.environment["XDG_CONFIG_HOME"] = str(tmp_path)
    ended = world.run(command, "--help", named=False)
    assert ended.returncode == 0
    usage = ended.stdout.partition("\n\n")[0]
    assert usage == f"usage: doorkey {command} [--config PATH] [--trust] [OPTION ...]"
    assert not ended.stderr


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="Linux alone shows it")
def test_a_server_is_not_given_the_clients_secret(world: World) -> None:
    """security.md 40."""
    world.environment["DOORKEY_CLIENT_SECRET"] = "of-the-client"
    with serve(world, "tenant") as process:
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert b"DOORKEY_STATE_DIR" in environment
    assert b"of-the-client" not in environment
