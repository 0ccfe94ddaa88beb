"""The servers of the API's benchmark, each on the core it is given."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from tests.bench.measures.trees import Tree
from tests.bench.measures.wrk import pinned
from tests.support import ROOT
from tests.support.builders.tokens import AUDIENCE
from tests.support.ports import free_port
from tests.support.processes.server import children

EXPRESS: Final = Path(__file__).with_name("express")
START_SECONDS: Final = 20.0


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    port: int
    process: int
    prefix: str = ""
    """What stands before each path."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.prefix}/api/external"

    def cpu_seconds(self) -> float:
        """What the server and its workers have computed so far, on whatever core."""
        return sum(map(_cpu_seconds, [self.process, *children(self.process)]))

    def resident_mib(self) -> float:
        """What the server and its workers hold in memory."""
        return sum(map(_resident_mib, [self.process, *children(self.process)]))


@contextmanager
def issuer(*jwks: Mapping[str, object]) -> Iterator[str]:
    """Serve discovery and keys; gives the issuer."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            discovery = {"issuer": name, "jwks_uri": name + "keys"}
            found = discovery if "well-known" in self.path else {"keys": jwks}
            body = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    name = f"http://127.0.0.1:{server.server_address[1]}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield name
    finally:
        server.shutdown()
        server.server_close()


def our_api(tenant: str, *flags: str) -> list[str]:
    """The command of the API as anybody runs it."""
    return [sys.executable, "-m", "api_server", *_settings(tenant, flags)]


def verifying_api(tenant: str) -> list[str]:
    """The command of the API that verifies one signature more for each request."""
    return [sys.executable, "-m", "tests.bench.verifying_api", *_settings(tenant)]


def _settings(tenant: str, flags: Sequence[str] = ()) -> list[str]:
    given = ["--issuer", tenant, "--audience", AUDIENCE, "--algorithm", "RS256,ES256", *flags]
    return [*given, "--port"]


def open_api() -> list[str]:
    """The command of the same server and answer without the check."""
    return [sys.executable, "-m", "tests.bench.open_api"]


def express(tenant: str, *flags: str) -> list[str] | None:
    """The command of the quickstart's stack, installed if need be; None without node and npm."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    if not (EXPRESS / "node_modules").exists():
        quiet = ["--no-audit", "--no-fund", "--silent"]
        subprocess.run(["npm", "ci", *quiet], cwd=EXPRESS, check=True)
    return ["node", str(EXPRESS / "server.js"), tenant, AUDIENCE, *flags]


@contextmanager
def running(
    command: Sequence[str], cores: str | None, tree: Tree | None = None
) -> Iterator[Running]:
    """Run a server (its port is the command's last word) until the block ends."""
    tree = tree or Tree("this", ROOT)
    port = free_port()
    with Path(os.devnull).open("wb") as log:
        process = subprocess.Popen(
            [*pinned(cores), *command, str(port)],
            cwd=tree.root,
            stderr=log,
            env=tree.environment | {"NODE_ENV": "production"},
        )
    try:
        _wait_until_it_answers(port)
        yield Running(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(f"the server on port {port} does not answer")


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    # proc(5): utime and stime are the 14th and 15th field, in ticks
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mib(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
