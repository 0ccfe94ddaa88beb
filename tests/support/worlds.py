"""A world of its own for each end-to-end test: free ports, a config, the bundled servers."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import person
from tests.support.ports import free_ports
from tui.config.load import Config, load_config

DOORKEY = [sys.executable, "-P", "-m", "tui"]

PATIENCE_SECONDS = 30.0
"""For anything that a process of ours should do; reached only where something is broken."""


@dataclass(frozen=True)
class World:
    """One config with what belongs to it, and the environment to run commands in."""

    config: Config
    folder: Path
    environment: dict[str, str]

    @property
    def state_dir(self) -> Path:
        """Where the commands keep their state."""
        return self.folder / "state"

    def run(self, *arguments: str, named: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run one command to its end; its config is named, or has to be found."""
        config = ["--config", str(self.config.path)] if named else []
        return subprocess.run(
            [*DOORKEY, *config, *arguments],
            capture_output=True, text=True, env=self.environment, cwd=self.folder,
            stdin=subprocess.DEVNULL, timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip


def new_world(folder: Path, **members: object) -> World:
    api, tenant, callback = free_ports(3)
    path = folder / "auth_config.json"
    config = {
        "domain": f"localhost:{tenant}",
        "clientId": "doorkey-local",
        "audience": f"http://localhost:{api}",
        "apiUrl": f"http://localhost:{api}",
        "redirectUris": [f"http://127.0.0.1:{callback}/callback"],
        "sessionStorage": "file",
    }
    path.write_text(json.dumps(config | members))
    environment = dict(os.environ) | {
        "DOORKEY_STATE_DIR": str(folder / "state"),
        "BROWSER": person.COMMAND,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }
    return World(load_config(path), folder, environment)


@contextmanager
def running(world: World) -> Iterator[World]:
    """Run the API and the local tenant by their commands."""
    with served(world, "tenant"), served(world, "api"):
        yield world


@contextmanager
def served(world: World, command: str, *further: str) -> Iterator["subprocess.Popen[str]"]:
    """Run one server by its command, from its first answer on."""
    process = subprocess.Popen(
        [*DOORKEY, "--config", str(world.config.path), command, "--stop-with-stdin", *further],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=world.environment,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stderr is not None
    try:
        # It says so when connections are taken; the first answer waits for the rest.
        assert any("listening on" in line for line in process.stderr)
        yield process
    finally:
        process.stdin.close()
        process.wait(PATIENCE_SECONDS)
        process.stderr.close()
