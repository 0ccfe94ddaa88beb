"""A world of its own for each end-to-end test: free ports, a config, the bundled servers."""

import asyncio
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.people import person
from tests.support.ports import free_ports, has_ipv6
from tui.config.load import Config, load_config
from tui.servers.bundled import bundled_servers
from tui.servers.processes import Servers

DOORKEY = [sys.executable, "-P", "-m", "tui"]

PATIENCE_SECONDS = 60.0
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
    return World(replace(load_config(path), with_servers=True), folder, environment)


def servers_of(world: World, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> Servers:
    """Return the bundled servers as the app runs them; nothing is started."""
    return Servers(bundled_servers(world.config, world.state_dir), world.state_dir / "logs", sleep)


def states(servers: Servers) -> dict[str, str]:
    """Return how each of them is."""
    return {status.name: status.state for status in servers.statuses}


def world_beside(other: World, folder: Path) -> World:
    """Make a world at the servers of another, in which nobody has signed in: they cost a second."""
    return new_world(folder, **json.loads(other.config.path.read_text()))


@contextmanager
def run_servers(world: World) -> Iterator[World]:
    """Run the API and the local tenant by their commands."""
    with serve(world, "tenant"), serve(world, "api"):
        yield world


@contextmanager
def serve(world: World, command: str, *further: str) -> Iterator["subprocess.Popen[str]"]:
    """Run one server by its command, from its first answer on."""
    process = subprocess.Popen(
        [*DOORKEY, "--config", str(world.config.path), command, "--stop-with-stdin", *further],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=world.environment,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stderr is not None
    try:
        # The line comes before the sockets: the worker that opens them is not up yet.
        assert any("listening on" in line for line in process.stderr)
        url = world.config.api_url if command == "api" else world.config.issuer
        _wait_until_it_answers(process, urlsplit(url).port or 0)
        yield process
    finally:
        process.stdin.close()
        process.wait(PATIENCE_SECONDS)
        process.stderr.close()


def _wait_until_it_answers(process: "subprocess.Popen[str]", port: int) -> None:
    """Return once the server answers at both addresses of `localhost`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    addresses = ["127.0.0.1", "::1"] if has_ipv6() else ["127.0.0.1"]
    while addresses:
        assert process.poll() is None, "the server has ended"
        assert time.monotonic() < deadline, f"the server does not answer at {addresses}"
        addresses = [address for address in addresses if not _answers(address, port)]
        # No line of the log tells: a worker listens once it has loaded the app.
        time.sleep(0.005)


def _answers(address: str, port: int) -> bool:
    connection = http.client.HTTPConnection(address, port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
