"""`python -m api_server`, as a process."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support import ROOT
from tests.support.apis.checked_api import K1
from tests.support.builders.tokens import claims, token
from tests.support.ports import free_port
from tests.support.processes.server import DEADLINE_SECONDS, Server

AUDIENCE = "http://localhost:3001"


@pytest.fixture(scope="module")
def tenant() -> Iterator[str]:
    """An issuer on a real socket."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            discovery = {"issuer": issuer, "jwks_uri": issuer + "keys"}
            found = discovery if "well-known" in self.path else {"keys": [K1.jwk()]}
            body = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    issuer = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield issuer
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def running_api(tenant: str) -> Iterator[Server]:
    port = free_port()
    arguments = ["-m", "api_server", "--issuer", tenant, "--audience", AUDIENCE]
    with pytest.MonkeyPatch.context() as patch:
        # nobody listens there: an issuer on loopback is asked without it, or there are no keys
        patch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        server = Server.start([*arguments, "--port", str(port)], port)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def api(tenant: str) -> Iterator[Server]:
    """The API for all tests here that do not end it."""
    with running_api(tenant) as server:
        yield server


@pytest.fixture
def own_api(tenant: str) -> Iterator[Server]:
    with running_api(tenant) as server:
        yield server


def good(tenant: str) -> dict[str, str]:
    sent = token(K1, claims(iss=tenant, aud=AUDIENCE, iat=None, exp=int(time.time()) + 60))
    return {"Authorization": f"Bearer {sent}"}


def test_good_token_is_let_in_over_a_real_socket(api: Server, tenant: str) -> None:
    status, body = api.get("/api/external", **good(tenant))
    assert (status, json.loads(body)["msg"]) == (
        200,
        "Your Access Token was successfully validated!",
    )


def test_two_authorization_headers_are_400_over_a_real_socket(api: Server, tenant: str) -> None:
    line = f"Authorization: {good(tenant)['Authorization']}\r\n"
    head = f"GET /api/external HTTP/1.1\r\nHost: x\r\n{line}{line}\r\n"
    assert api.raw(head.encode()).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("hosts", ["", "Host: x\r\nHost: x\r\n", "Host: x\r\nhost: y\r\n"])
def test_request_without_exactly_one_host_is_400(api: Server, tenant: str, hosts: str) -> None:
    """security.md 65."""
    rest = f"{hosts}Authorization: {good(tenant)['Authorization']}\r\n\r\n"
    answer = api.raw(f"GET /api/external HTTP/1.1\r\n{rest}".encode())
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"Expected one Host header" in answer
    # HTTP/1.0 knows none
    answer = api.raw(f"GET /api/external HTTP/1.0\r\n{rest}".encode())
    assert answer[9:12] == (b"400" if hosts else b"200")


def test_stop_under_load_answers_every_request_that_was_taken(own_api: Server, tenant: str) -> None:
    """One that was not read yet ends without an answer; its sender may repeat it elsewhere."""
    headers, answers, is_busy = good(tenant), [], threading.Event()

    def call() -> None:
        with suppress(ConnectionError, http.client.RemoteDisconnected):
            while True:
                answers.append(own_api.get("/api/external", **headers)[0])
                if len(answers) >= 200:
                    is_busy.set()

    callers = [threading.Thread(target=call) for _ in range(8)]
    for caller in callers:
        caller.start()
    assert is_busy.wait(DEADLINE_SECONDS)
    own_api.process.terminate()
    for caller in callers:
        caller.join()
    assert own_api.process.wait(15) == 0
    logged = [json.loads(line) for line in own_api.errors().splitlines()]
    taken = [line["status"] for line in logged if line.get("path") == "/api/external"]
    assert set(answers) == {200}
    assert answers == taken


def test_log_is_json_on_stderr_and_holds_no_token(own_api: Server, tenant: str) -> None:
    headers = good(tenant)
    own_api.get("/api/external", **headers)
    own_api.process.terminate()
    said = own_api.errors()
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["path"] for line in lines if "path" in line][-1] == "/api/external"
    assert any("listening on http://127.0.0.1" in str(line.get("message")) for line in lines)
    assert headers["Authorization"].split(".")[1] not in said


def test_missing_setting_exits_with_2_and_no_traceback() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "api_server", "--audience", "a"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": ""},
    )
    assert ended.returncode == 2
    assert "--issuer (or API_ISSUER) is missing" in ended.stderr
    assert "Traceback" not in ended.stderr
