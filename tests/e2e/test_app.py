"""The app in a terminal, from `doorkey dev` to log out, with real servers and keys sent."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.heavy import some
from tests.support.people.terminal import Terminal
from tests.support.processes.server import children, wait_until_gone
from tests.support.processes.worlds import DOORKEY, World, new_world, run_servers

pytestmark = pytest.mark.pty

SUCCESS = "Your Access Token was successfully validated!"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return new_world(tmp_path)


@pytest.fixture
def terminal(world: World) -> Iterator[Terminal]:
    with dev(world) as opened:
        yield opened


def dev(world: World) -> Terminal:
    command = [*DOORKEY, "--config", str(world.config.path), "dev"]
    return Terminal(command, world.environment)


def test_the_whole_journey_by_keys(world: World, terminal: Terminal) -> None:
    home = terminal.wait_for("Sign in with your browser", "l Login")
    assert "External API" not in home.splitlines()[1]
    terminal.send("l")
    terminal.wait_for("Alice Archer", "2 Profile", "3 External API", "o Log out")
    terminal.send("3")
    terminal.wait_for("Ping", "Result")
    terminal.send("p")
    terminal.wait_for(SUCCESS, "200")
    terminal.send("2")
    terminal.wait_for("alice@example.com")
    terminal.send("o")
    terminal.wait_for("Log out?")
    terminal.send("y")
    terminal.wait_for("You are logged out")
    terminal.send("\r")
    terminal.wait_until_gone("You are logged out")
    nav = terminal.wait_for("l Login").splitlines()[1]
    assert "Profile" not in nav
    assert "External API" not in nav
    terminal.send("q")
    assert terminal.wait_for_exit() == 0
    assert world.run("token").returncode == 4


def test_going_to_a_protected_place_signs_in_first_and_then_arrives(terminal: Terminal) -> None:
    terminal.wait_for("l Login")
    terminal.send("3")
    terminal.wait_for("Alice Archer", "Ping", "Result")


def test_a_session_is_there_again_after_a_restart(world: World) -> None:
    with run_servers(world):
        assert world.run("login").returncode == 0
        with dev(world) as terminal:
            terminal.wait_for("Alice Archer", "2 Profile")


@pytest.mark.heavy
@pytest.mark.parametrize("end", some(["SIGKILL", "hang up", "SIGTERM", "q"], 1))
def test_however_the_app_ends_its_servers_end_too(terminal: Terminal, end: str) -> None:
    terminal.wait_for("✓ ready     Tenant", "✓ ready     API")
    servers = children(terminal.process.pid)
    family = {*servers, *(child for server in servers for child in children(server))}
    assert len(servers) >= 2
    if end == "q":
        terminal.send("q")
    elif end == "hang up":
        terminal.hang_up()
    else:
        terminal.signal(signal.Signals[end])
    terminal.wait_for_exit()
    wait_until_gone(family)


def test_no_token_reaches_the_terminal_unasked(world: World, terminal: Terminal) -> None:
    terminal.wait_for("l Login")
    terminal.send("l")
    terminal.wait_for("Alice Archer")
    terminal.send("2")
    terminal.wait_for("alice@example.com")
    token = world.run("token").stdout.strip().encode()
    assert token.count(b".") == 2
    assert token not in terminal.received
    assert token.split(b".")[1][:40] not in terminal.received
