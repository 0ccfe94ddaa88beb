"""`doorkey api` and `doorkey tenant` speak of themselves and of the config."""

import socket
from pathlib import Path

import pytest

from tests.support.processes.worlds import World, new_world, serve
from tui.commands.servers import WITHOUT_CONFIG


@pytest.fixture
def world(tmp_path: Path) -> World:
    return new_world(tmp_path)


@pytest.fixture
def bare_world(tmp_path: Path) -> World:
    """A world in which no config is found."""
    world = new_world(tmp_path)
    world.config.path.unlink()
    world.environment["XDG_CONFIG_HOME"] = str(tmp_path)
    return world


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
    command: str, bare_world: World
) -> None:
    ended = bare_world.run(command, "--help", named=False)
    assert ended.returncode == 0
    usage = ended.stdout.partition("\n\n")[0]
    assert (
        usage == f"usage: doorkey {command} [--config PATH | --profile NAME] [--trust] [OPTION ...]"
    )
    assert not ended.stderr


@pytest.mark.parametrize(
    ("command", "place", "setting"),
    [("api", "--port={}", "apiUrl"), ("tenant", "--issuer=http://localhost:{}/", "domain")],
)
def test_without_a_config_the_built_in_one_counts_save_what_is_given(
    command: str, place: str, setting: str, bare_world: World
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = bare_world.run(command, place.format(port), named=False)
    assert ended.returncode == 1
    first, *_, last = ended.stderr.splitlines()
    assert first == WITHOUT_CONFIG.strip()
    assert f"port {port} on 127.0.0.1 is taken" in last
    assert last.endswith(f"choose another with `{setting}` in an auth_config.json of your own")


def test_a_config_of_a_tenant_elsewhere_hinders_no_local_one_that_is_named(tmp_path: Path) -> None:
    world = new_world(tmp_path, domain="tenant.example")
    refused = world.run("tenant")
    assert refused.returncode == 2
    assert "name one here with --issuer" in refused.stderr
    assert world.run("tenant", "--help").returncode == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = world.run("tenant", "--issuer", f"http://localhost:{port}/")
    assert ended.returncode == 1
    assert f"port {port} on 127.0.0.1 is taken" in ended.stderr


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="Linux alone shows it")
def test_a_server_is_not_given_the_clients_secret(world: World) -> None:
    """security.md 40."""
    world.environment["DOORKEY_CLIENT_SECRET"] = "of-the-client"
    with serve(world, "tenant") as process:
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert b"DOORKEY_STATE_DIR" in environment
    assert b"of-the-client" not in environment
