"""The lines for curl that we give people: they work, and no process list shows the token."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.support.processes import process_list
from tests.support.sessions import session
from tests.support.worlds import DOORKEY, PATIENCE_SECONDS, World, new_world
from tui.api.request import ApiRequest
from tui.app.copying import curl_line
from tui.auth.store.file_store import session_store

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")

CANARY = "c4n4ry-t0ken"

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")


@dataclass
class Seen:
    """What an API has seen, and what the machine's process list showed meanwhile."""

    calls: list[str] = field(default_factory=list)
    processes: str = ""


@contextmanager
def api(world: World) -> Iterator[Seen]:
    """Serve the API of `world`, which reads the process list before it answers."""
    seen = Seen()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.calls.append(f"{self.command} {self.path} {self.headers['Authorization']}")
            seen.processes = process_list()
            self.send_response(204)
            self.end_headers()

        do_HEAD = do_DELETE = do_GET  # noqa: N815 # http.server's names

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    port = int(world.config.api_url.rpartition(":")[2])
    with HTTPServer(("127.0.0.1", port), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield seen
        server.shutdown()
        thread.join()


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world with a session, and with `doorkey` on the way that a shell looks for commands."""
    made = new_world(tmp_path)
    kept = session(access_token=CANARY, obtained_at=datetime.now(UTC), issuer=made.config.issuer)
    session_store(made.config, made.state_dir).save(kept)
    command = tmp_path / "bin" / "doorkey"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {" ".join(DOORKEY)} "$@"\n')
    command.chmod(0o700)
    path = f"{command.parent}:{made.environment['PATH']}"
    return World(made.config, made.folder, made.environment | {"PATH": path})


def shell(world: World, line: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["/bin/sh", "-c", line],
        env=world.environment, cwd=world.folder, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_no_process_list_shows_the_token_of_the_copied_line(world: World, method: str) -> None:
    """security.md 55."""
    line = curl_line(world.config, ApiRequest(method, "/a?b=c&d"))
    with api(world) as seen:
        run = shell(world, line)
    assert run.returncode == 0, run.stderr
    assert seen.calls == [f"{method} /a?b=c&d Bearer {CANARY}"]
    assert "curl\0-sS" in seen.processes
    assert CANARY not in seen.processes


def test_no_process_list_shows_the_token_of_the_readmes_line(world: World) -> None:
    """security.md 55."""
    (line,) = re.findall(r"^    (.*\| curl .*)$", README, re.MULTILINE)
    with api(world) as seen:
        run = shell(world, line.replace("http://localhost:3001", world.config.api_url))
    assert run.returncode == 0, run.stderr
    assert seen.calls == [f"GET /api/external Bearer {CANARY}"]
    assert CANARY not in seen.processes


def test_no_line_of_the_readme_puts_a_token_on_a_command_line() -> None:
    """security.md 55."""
    assert not re.search(r"\$\(doorkey token", README)
