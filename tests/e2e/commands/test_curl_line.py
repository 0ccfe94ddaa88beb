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

from tests.support.builders.sessions import session
from tests.support.documents import README
from tests.support.processes.server import process_list
from tests.support.processes.worlds import DOORKEY, PATIENCE_SECONDS, World, new_world
from tui.api.curl import curl_line
from tui.api.request import ApiRequest
from tui.auth.store.file_store import session_store
from tui.text import printable_block

CANARY = "c4n4ry-t0ken"

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")


@dataclass
class Seen:
    """What an API has seen, and what the machine's process list showed meanwhile."""

    calls: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    processes: str = ""


@contextmanager
def api(world: World) -> Iterator[Seen]:
    """Serve the API of `world`, which reads the process list before it answers."""
    seen = Seen()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.calls.append(f"{self.command} {self.path} {self.headers['Authorization']}")
            seen.headers = {name.lower(): value for name, value in self.headers.items()}
            seen.body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            seen.processes = process_list()
            self.send_response(204)
            self.end_headers()

        do_HEAD = do_DELETE = do_POST = do_PUT = do_GET  # noqa: N815 # http.server's names

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


def shell(world: World, line: str, program: str = "/bin/sh") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [program, "-c", line],
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


HOSTILE = (
    'it\'s "`id`" $(id) $HOME !! 100%d \\n \\033 '
    "\x1b[201~\x1b]52;c;aWQ=\x07 \t\u202e\n@/etc/passwd\n\n"
)


@pytest.mark.parametrize("program", ["/bin/sh", "bash", "zsh"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_shell_gives_curl_headers_and_body_to_the_letter(
    world: World, program: str, method: str
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} here")
    hostile = "it's `id` $(id) $HOME !! 100%d \\033"
    request = ApiRequest(method, "/a?ids[]=1&b={2}&c=$(id)'", (("X-A", hostile),), HOSTILE.encode())
    line = curl_line(world.config, request)
    with api(world) as seen:
        run = shell(world, line, program)
    assert run.returncode == 0, run.stderr
    assert seen.calls == [f"{method} {request.path} Bearer {CANARY}"]
    assert seen.headers["x-a"] == hostile
    assert seen.headers["content-type"] == "text/plain; charset=utf-8"
    assert seen.body == HOSTILE.encode()


def test_the_line_of_a_get_leaves_out_the_body_that_another_method_had(world: World) -> None:
    line = curl_line(world.config, ApiRequest("GET", "/", body=b"written for a POST"))
    assert line == curl_line(world.config, ApiRequest("GET", "/"))


def test_nothing_in_the_copied_line_can_steer_a_terminal(world: World) -> None:
    """Where somebody pastes it, an ESC would end a bracketed paste, and the rest would be run."""
    line = curl_line(world.config, ApiRequest("POST", "/", (("X-A", "a"),), HOSTILE.encode()))
    assert line == printable_block(line)


def test_a_body_that_fits_on_no_command_line_is_refused(world: World) -> None:
    for body in (b"a\0b", b"\xff"):
        with pytest.raises(ValueError, match="The body is not text"):
            curl_line(world.config, ApiRequest("POST", "/", body=body))


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
