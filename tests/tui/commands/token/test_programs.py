"""kubectl, git and Bazel's helper with the very lines that docs/programs.md shows."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest

from tests.support import ROOT
from tests.support.builders.certificates import certificate
from tests.support.builders.sessions import session
from tests.support.documents import README
from tests.support.processes.worlds import PATIENCE_SECONDS, World, new_world, serve
from tui.auth.store.file_store import session_store

DOCS: Final = (ROOT / "docs" / "programs.md").read_text("utf-8")

ID: Final = "a" * 40

ANSWERS: Final = {
    "/api/external": b'{"msg": "let in"}',
    "/x.git/info/refs?service=git-upload-pack": f"{ID}\trefs/heads/main\n".encode(),
    "/x.git/HEAD": b"ref: refs/heads/main\n",
}
"""What kubectl and git ask for; git in the way of a server that has files only."""


def block(beginning: str) -> str:
    """Return the one example of docs/programs.md that begins so."""
    (found,) = re.findall(rf"```\w*\n({re.escape(beginning)}.*?)```", DOCS, re.DOTALL)
    return str(found)


def test_the_readme_shows_the_same_lines() -> None:
    (shown,) = re.findall(r"```\n(users:.*?)```", README, re.DOTALL)
    parts = shown.rstrip("\n").split("\n\n")
    assert parts == [block(part.splitlines()[0]).rstrip("\n") for part in parts]


def program(name: str) -> str:
    """Return where a program is; skips where it is not, unless it is required."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("DOORKEY_REQUIRE_PROGRAMS"):
            pytest.fail(f"no {name}, and DOORKEY_REQUIRE_PROGRAMS is set")
        pytest.skip(f"no {name} on this machine")
    return found


class Guarded(ThreadingHTTPServer):
    """Answers whoever sends a token that it has not refused, and remembers what was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.sent: list[str] = []
        self.refused: set[str] = set()

    def lets_in(self, authorization: str | None) -> bool:
        if authorization is None:
            return False
        scheme, _, value = authorization.partition(" ")
        token = b64decode(value).decode().partition(":")[2] if scheme == "Basic" else value
        self.sent.append(token)
        return token not in self.refused


class Handler(BaseHTTPRequestHandler):
    server: Guarded

    def do_GET(self) -> None:
        if self.server.lets_in(self.headers["Authorization"]):
            body = ANSWERS.get(self.path)
            self.send_response(404 if body is None else 200)
        else:
            body = b"who are you?"
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def guarded(tls: ssl.SSLContext | None = None) -> Iterator[tuple[Guarded, str]]:
    """Run the server, and give its origin."""
    with Guarded() as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server, f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def environment(world: World) -> dict[str, str]:
    return world.environment | {
        "DOORKEY_CONFIG": str(world.config.path),
        "PATH": f"{world.folder}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(world.folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }


def run(world: World, *command: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, env=environment(world), cwd=world.folder, input=stdin, capture_output=True,
        text=True, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip


def known_to(kubectl: str) -> Callable[[str], str]:
    """Return what makes a kubeconfig one for this kubectl: v1 came with 1.22."""
    told = subprocess.check_output([kubectl, "version", "--client", "-o", "json"])
    minor = int(re.sub(r"\D", "", json.loads(told)["clientVersion"]["minor"]))
    return lambda text: text if minor >= 22 else text.replace("k8s.io/v1\n", "k8s.io/v1beta1\n")


def sign_in(world: World) -> None:
    session_store(world.config, world.state_dir).save(session(obtained_at=datetime.now(UTC)))


def write_gitconfig(world: World) -> None:
    lines = block("[credential").replace("https://git.example.com", world.config.api_url)
    (world.folder / ".gitconfig").write_text(lines)


def test_kubectl_gets_through(tmp_path: Path) -> None:
    kubectl = program("kubectl")
    tls, pem = certificate(tmp_path)
    authority = b64encode(pem.read_bytes()).decode()
    with guarded(tls) as (server, origin):
        world = new_world(tmp_path)
        sign_in(world)
        cluster = {"server": origin, "certificate-authority-data": authority}
        kubeconfig = known_to(kubectl)(
            f"apiVersion: v1\nkind: Config\ncurrent-context: c\n"
            f"clusters: [{{name: k, cluster: {json.dumps(cluster)}}}]\n"
            f"contexts: [{{name: c, context: {{cluster: k, user: doorkey}}}}]\n"
            f"{block('users:')}"
        )
        (tmp_path / "kubeconfig").write_text(kubeconfig)
        asked = ["--kubeconfig", "kubeconfig", "get", "--raw", "/api/external"]
        got = run(world, kubectl, *asked)
        assert got.stdout == '{"msg": "let in"}', got.stderr
        assert set(server.sent) == {"the-access-token"}

        (tmp_path / "kubeconfig").write_text(
            kubeconfig.replace("exec-credential]", "exec-credential, --id-token]")
        )
        assert run(world, kubectl, *asked).returncode == 0
        assert server.sent[-1] == "the-id-token"

        (tmp_path / "kubeconfig").write_text(kubeconfig.replace("k8s.io/v1\n", "k8s.io/v1beta1\n"))
        assert run(world, kubectl, *asked).returncode == 0


def test_kubectl_says_that_one_has_to_sign_in(tmp_path: Path) -> None:
    kubectl = program("kubectl")
    world = new_world(tmp_path)
    (tmp_path / "kubeconfig").write_text(
        known_to(kubectl)(
            f"apiVersion: v1\nkind: Config\ncurrent-context: c\n"
            f"clusters: [{{name: k, cluster: {{server: 'https://127.0.0.1:9'}}}}]\n"
            f"contexts: [{{name: c, context: {{cluster: k, user: doorkey}}}}]\n{block('users:')}"
        )
    )
    got = run(world, kubectl, "--kubeconfig", "kubeconfig", "get", "--raw", "/x")
    assert got.returncode != 0
    assert "Sign in first: doorkey login" in got.stderr


def test_git_gets_through_and_another_server_learns_nothing(tmp_path: Path) -> None:
    git = program("git")
    with guarded() as (server, origin), guarded() as (other, elsewhere):
        world = new_world(tmp_path, apiUrl=origin)
        sign_in(world)
        write_gitconfig(world)
        got = run(world, git, "ls-remote", f"{origin}/x.git")
        assert f"{ID}\trefs/heads/main" in got.stdout, got.stderr
        assert set(server.sent) == {"the-access-token"}

        helper = ["-c", "credential.helper=!doorkey token --format git-credential"]
        assert run(world, git, *helper, "ls-remote", f"{elsewhere}/x.git").returncode != 0
        assert other.sent == []


def test_git_that_is_refused_gets_a_new_token_the_next_time(tmp_path: Path) -> None:
    git = program("git")
    with guarded() as (server, origin):
        world = new_world(tmp_path, apiUrl=origin, audience="http://localhost:1")
        write_gitconfig(world)
        with serve(world, "tenant"):
            assert world.run("login").returncode == 0
            server.refused.add(world.run("token").stdout.strip())
            assert run(world, git, "ls-remote", f"{origin}/x.git").returncode != 0
            got = run(world, git, "ls-remote", f"{origin}/x.git")
    assert f"{ID}\trefs/heads/main" in got.stdout, got.stderr
    assert len(set(server.sent)) == 2


def test_the_helper_for_bazel_answers_as_the_specification_has_it(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    sign_in(world)
    helper = tmp_path / "doorkey-credential-helper"
    helper.write_text(block("#!/bin/sh"))
    helper.chmod(0o755)
    assert f"={helper.name}\n" in block("common --credential_helper=")
    got = run(world, helper.name, "get", stdin=json.dumps({"uri": f"{world.config.api_url}/a"}))
    headers = json.loads(got.stdout)["headers"]
    assert headers == {"Authorization": ["Bearer the-access-token"]}


def test_the_lines_for_a_shell_work(tmp_path: Path) -> None:
    program("curl")
    with guarded() as (server, origin):
        world = new_world(tmp_path, apiUrl=origin)
        sign_in(world)
        lines = block("doorkey token --format header").splitlines()
        curl = lines[0].replace("http://localhost:3001", origin)
        assert run(world, "sh", "-c", curl).stdout == '{"msg": "let in"}'
        shown = run(world, "sh", "-c", f"{lines[1]}\nprintf %s $DOORKEY_ACCESS_TOKEN").stdout
    assert shown == "the-access-token"
    assert server.sent == ["the-access-token"]
