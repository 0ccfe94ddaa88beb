"""`doorkey init` at a terminal: the tenant is looked up while the next answers are typed."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.support.people.terminal import Terminal
from tests.support.processes.worlds import DOORKEY, new_world
from tui.config.load import load_config

pytestmark = pytest.mark.pty

PATIENCE_SECONDS = 30


class Tenant(ThreadingHTTPServer):
    """A tenant that is asked, and answers when a test says so."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.is_asked, self.may_answer = Event(), Event()

    def document(self) -> bytes:
        """Return what discovery answers."""
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        endpoints = {name: f"{self.issuer}/{name}" for name in names}
        return json.dumps({"issuer": self.issuer, **endpoints}).encode()


class Handler(BaseHTTPRequestHandler):
    """Knows no path but that of discovery."""

    server: Tenant

    def do_GET(self) -> None:
        self.server.is_asked.set()
        self.server.may_answer.wait(PATIENCE_SECONDS)
        is_there = self.path == "/.well-known/openid-configuration"
        self.send_response(200 if is_there else 404)
        self.end_headers()
        self.wfile.write(self.server.document() if is_there else b"")

    def log_message(self, *_arguments: object) -> None:
        return


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with Tenant() as made:
        Thread(target=made.serve_forever, args=(0.01,)).start()
        yield made
        made.may_answer.set()
        made.shutdown()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """`doorkey init`, begun at a terminal."""
    (tmp_path / "world").mkdir()
    environment = new_world(tmp_path / "world").environment
    with Terminal([*DOORKEY, "init"], environment) as made:
        made.wait_for("Issuer or host of the tenant:")
        yield made


def test_the_tenant_is_asked_while_the_next_answers_are_typed(
    tenant: Tenant, terminal: Terminal, own_folder: Path
) -> None:
    terminal.send(f"{tenant.issuer}\r")
    terminal.wait_for("Client ID")
    assert tenant.is_asked.wait(PATIENCE_SECONDS)
    terminal.send("my-client\r")
    terminal.wait_for("Audience")
    terminal.send("\rmy-api\r")
    terminal.wait_for("It must be", "API's URL")
    terminal.send("\r")
    terminal.wait_for("Looking the tenant up ...")
    assert not own_folder.exists()
    tenant.may_answer.set()
    terminal.wait_for(f"OpenID Provider at {tenant.issuer}", "Then sign in: doorkey login")
    assert terminal.wait_for_exit() == 0
    config = load_config(own_folder / "auth_config.json")
    assert (config.issuer, config.client_id, config.audience) == (
        tenant.issuer, "my-client", "my-api",
    )  # fmt: skip


def test_an_issuer_that_is_none_is_asked_for_anew_and_the_other_answers_stay(
    tenant: Tenant, terminal: Terminal, own_folder: Path
) -> None:
    terminal.send(f"no host\r{tenant.issuer}/elsewhere\r")
    terminal.wait_for("The issuer must be", "Client ID")
    tenant.may_answer.set()
    terminal.send("my-client\rmy-api\r\r")
    terminal.wait_for("There is no OpenID Provider")
    terminal.send(f"{tenant.issuer}\r")
    terminal.wait_for("Then sign in: doorkey login")
    shown = terminal.received.decode()
    assert shown.count("Client ID of") == 1
    assert shown.count("Issuer or host of the tenant") == 3
    assert load_config(own_folder / "auth_config.json").client_id == "my-client"


def test_who_has_no_client_yet_is_told_how_to_get_one_and_a_silent_tenant_may_be_meant(
    tenant: Tenant, terminal: Terminal, own_folder: Path
) -> None:
    """Some tenants choose the client ID, once the client is registered."""
    tenant.may_answer.set()
    terminal.send(f"{tenant.issuer}/elsewhere\r\r")
    terminal.wait_for("(Enter: ", "/elsewhere all the")
    terminal.send("\r")
    terminal.wait_for("What any OpenID Provider needs:", "1. A native (public) client CLIENT-ID")
    terminal.wait_for("Capitals stand for what is yours")
    assert "\n     http://127.0.0.1:18642/callback\n" in terminal.text, "broken within a word"
    terminal.send("my-client\rmy-api\r\r")
    terminal.wait_for("Then sign in: doorkey login")
    assert load_config(own_folder / "auth_config.json").issuer == f"{tenant.issuer}/elsewhere"


@pytest.mark.parametrize("typed", ["", "\r", "{issuer}\r", "{issuer}\rmy-client\rmy-api\r\r"])
def test_ctrl_c_ends_it_at_any_time_and_leaves_nothing_behind(
    tenant: Tenant, terminal: Terminal, own_folder: Path, typed: str
) -> None:
    terminal.send(typed.format(issuer=tenant.issuer))
    if typed.strip():
        assert tenant.is_asked.wait(PATIENCE_SECONDS)
    if typed.endswith("api\r\r"):
        terminal.wait_for("Looking the tenant up ...")
    terminal.send("\x03")
    assert terminal.wait_for_exit() == 130
    assert terminal.edits_lines
    assert "Traceback" not in terminal.received.decode()
    assert not own_folder.exists()


NO_NAMES = """\
import socket, time
socket.getaddrinfo = lambda *_arguments, **_options: time.sleep(600)
"""


def test_ctrl_c_does_not_wait_for_a_name_server_that_hangs(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_NAMES)
    environment = new_world(tmp_path).environment | {"PYTHONPATH": str(tmp_path)}
    with Terminal([*DOORKEY, "init"], environment) as terminal:
        terminal.wait_for("Issuer or host of the tenant:")
        terminal.send("tenant.example\rmy-client\rmy-api\r\r")
        terminal.wait_for("Looking the tenant up ...")
        terminal.send("\x03")
        assert terminal.wait_for_exit() == 130
