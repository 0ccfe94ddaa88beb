"""How the app is started: with which config."""

import json
import os
import pty
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App, ComposeResult

from tests.support import ROOT
from tests.support.app.stage import until
from tests.support.builders.configs import UNREACHABLE, write_config
from tests.support.people.terminal import Terminal
from tests.support.processes.server import children, wait_until_gone
from tests.support.processes.worlds import DOORKEY, new_world
from tui.app.launch import config_for_dev, run_in_turn, servers_for
from tui.app.messages import Opening
from tui.app.widgets import state_panel
from tui.app.widgets.state_panel import StatePanel
from tui.app.widgets.status_row import StatusRow
from tui.cli import main
from tui.config.load import Config, load_config, parse_config


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, and a home, without any config."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_dev_in_a_folder_without_a_config_uses_the_local_tenants(empty_folder: Path) -> None:
    config = config_for_dev(None)
    own = json.loads((ROOT / "auth_config.json").read_text())
    assert json.loads(config.path.read_text()) == own
    assert config.issuer == "http://localhost:3002/"
    assert not list(empty_folder.iterdir())


class Panel(App[None]):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self._config = config

    def compose(self) -> ComposeResult:
        yield StatePanel(self._config, "Kept in memory only.")


async def test_home_says_that_the_config_is_built_in(empty_folder: Path) -> None:
    app = Panel(config_for_dev(None))
    async with app.run_test(size=(100, 20)):
        told = [str(row.render_line(0).text) for row in app.query(StatusRow)]
        assert any("✓ built in" in line and "no auth_config.json is here" in line for line in told)


async def test_home_says_by_itself_what_became_of_the_file_of_the_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state_panel, "LOOK_SECONDS", 0.01)
    config = load_config(write_config(tmp_path))
    app = Panel(config)
    was = config.path.read_text()
    async with app.run_test(size=(100, 20)) as pilot:
        row = app.query_one("#config-row", StatusRow)

        async def reads(words: str) -> None:
            await until(pilot, lambda: words in row.render_line(0).text)

        await reads("✓ read")
        config.path.write_text(was.replace("the-api", "another"))
        await reads("▲ changed")
        config.path.write_text("{")
        await reads("▲ wrong")
        config.path.write_text(was)
        await reads("✓ read")
        config.path.unlink()
        await reads("▲ gone")


def test_doorkey_alone_offers_it(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    world.config.path.unlink()
    environment = world.environment | {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    run = subprocess.run(
        DOORKEY, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "To try it all on this machine without one: doorkey dev." in run.stderr


class Visit:
    """An app that somebody leaves at once, for the next one of a list."""

    def __init__(self, ways: list[str]) -> None:
        self.following = _opening(ways.pop(0)) if ways else None
        self.return_code = 0

    def run(self, size: object) -> None:
        pass


def _opening(name: str) -> Opening:
    config = parse_config(json.dumps(UNREACHABLE), Path(f"{name}.json"))
    return Opening(config, with_servers=name == "home")


@pytest.mark.parametrize("chosen", ["work", None])
def test_the_secret_of_the_environment_is_for_the_config_chosen_at_the_start_alone(
    chosen: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md 40: without a config at the start, the first that is set up is the chosen one."""
    monkeypatch.setenv("DOORKEY_CLIENT_SECRET", "of-work")
    ways = ["work", "home", "work"]
    secrets: list[str | None] = []

    def make_app(opening: Opening, _driver: object) -> Visit:
        secrets.append(opening.config.client_secret)
        return Visit(ways)

    first = _opening(chosen).config if chosen else None
    assert run_in_turn(Visit(ways), None, make_app, first) == 0  # type: ignore[arg-type] # stands in for apps
    assert secrets == ["of-work", None, "of-work"]


@pytest.mark.parametrize("with_servers", [True, False])
def test_dev_runs_servers_for_the_config_it_began_with_alone(with_servers: bool) -> None:
    """What another config has on loopback may be anybody's; back at the first, they run again."""
    first = replace(_opening("work").config, with_servers=with_servers)
    ways, ran = ["home", "work"], list[bool]()

    def make_app(opening: Opening, _driver: object) -> Visit:
        ran.append(servers_for(opening) is not None)
        return Visit(ways)

    assert run_in_turn(Visit(ways), None, make_app, first) == 0  # type: ignore[arg-type] # stands in for apps
    assert ran == [False, with_servers]


def test_a_terminal_that_prints_lines_alone_is_not_drawn_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    for stream in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    assert main(["--config", str(write_config(tmp_path))]) == 2
    assert "prints lines alone (TERM=dumb)" in capsys.readouterr().err


@pytest.mark.pty
def test_where_the_app_could_not_be_seen_it_does_not_run(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    log = tmp_path / "log"
    command = [sys.executable, "-m", "tui", "--config", str(write_config(tmp_path))]
    with log.open("wb") as stderr:
        run = subprocess.run(command, stdin=theirs, stdout=theirs, stderr=stderr, timeout=30)
    assert run.returncode == 2
    assert "The app needs a terminal" in log.read_text()
    os.close(ours)
    os.close(theirs)


@pytest.mark.pty
@pytest.mark.parametrize("by_sign_in", [False, True])
def test_the_key_starts_the_bundled_servers_and_they_end_with_the_app(
    tmp_path: Path, by_sign_in: bool
) -> None:
    world = new_world(tmp_path)
    command = [*DOORKEY, "--config", str(world.config.path), "dev"]
    with Terminal(command, world.environment | {"BROWSER": "true"}, 100, 34) as terminal:
        terminal.wait_until(lambda: terminal.text.count("✓ ready") == 2)
        for server in children(terminal.process.pid):
            os.kill(server, signal.SIGKILL)
        terminal.wait_until(lambda: terminal.text.count("w starts it.") == 2)
        if by_sign_in:
            terminal.send("l")
            terminal.wait_for("and tries again.")
            terminal.send("r")
            terminal.wait_for("gives up in")
        terminal.send("\x1b" if by_sign_in else "w")
        terminal.wait_until(lambda: "gives up in" not in terminal.text)
        terminal.wait_until(lambda: terminal.text.count("✓ ready") == 2)
        started = children(terminal.process.pid)
        assert len(started) == 2
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        wait_until_gone(started)
