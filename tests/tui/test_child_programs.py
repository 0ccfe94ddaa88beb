"""What programs that are started from here are told (security.md 40), and where they write."""

import ast
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.support.processes.worlds import new_world
from tui.auth.sign_in.browser import open_in_browser
from tui.servers.bundled import bundled_servers
from tui.servers.processes import Servers
from tui.terminal.clipboard import copy_to_system_clipboard

SPAWNS = {
    "Popen", "call", "check_call", "check_output", "create_subprocess_exec",
    "create_subprocess_shell", "execl", "execle", "execlp", "execlpe", "execv", "execve", "execvp",
    "execvpe", "fork", "forkpty", "getoutput", "getstatusoutput", "popen", "posix_spawn",
    "posix_spawnp", "run", "spawn", "spawnl", "spawnle", "spawnlp", "spawnlpe", "spawnv", "spawnve",
    "spawnvp", "spawnvpe", "startfile", "subprocess_exec", "subprocess_shell", "system",
}  # fmt: skip
"""Whatever the standard library starts a program with."""

MODULES = {"os", "pty", "subprocess", "webbrowser", "asyncio"}

WITHOUT_OUR_SECRETS = "environment_for_children"


def spawns_in(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls that start another program, by whatever name its module goes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            names = SPAWNS | {"open"} if ast.unparse(owner) == "webbrowser" else SPAWNS
            is_one = ast.unparse(owner).split(".")[0] in MODULES and node.func.attr in names
            if is_one and ast.unparse(node.func) != "asyncio.run":  # which starts none
                yield node


def is_told_no_secret(call: ast.Call) -> bool:
    given = [each.value for each in call.keywords if each.arg == "env"] or call.args[2:3]
    return any(
        isinstance(each, ast.Call) and ast.unparse(each.func) == WITHOUT_OUR_SECRETS
        for each in given
    )


def test_every_program_is_started_without_the_clients_secret() -> None:
    told: list[str] = []
    silent: list[str] = []
    for path in sorted((ROOT / "tui").rglob("*.py")):
        tree = ast.parse(path.read_text())
        imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        # By their modules, so that the line above sees each of them.
        names = {name.name for node in imported if node.module in MODULES for name in node.names}
        assert not names & (SPAWNS - {"run"}), path
        for call in spawns_in(tree):
            where = f"{path.relative_to(ROOT)}:{call.lineno}"
            (silent if is_told_no_secret(call) else told).append(where)
    assert told == []
    assert len(silent) == 7, "a way to start programs that this test does not see?"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a program writes down its environment, in which a secret of ours would stand."""
    monkeypatch.setenv("DOORKEY_CLIENT_SECRET", "of-the-client")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("KEPT", "this is for everybody")
    return tmp_path / "environment"


def program(environment: Path, name: str) -> Path:
    path = environment.parent / name
    path.write_text(f"#!/bin/sh\ncat >/dev/null\nenv >{environment}\n")
    path.chmod(0o755)
    return path


def assert_no_secret_in(environment: Path) -> None:
    told = environment.read_text()
    assert "this is for everybody" in told
    assert "of-the-client" not in told


async def test_a_browser_does_not_see_the_clients_secret(environment: Path) -> None:
    browser = program(environment, "browser")
    assert await open_in_browser("http://127.0.0.1:9/", os.environ | {"BROWSER": str(browser)})
    assert_no_secret_in(environment)


async def test_a_clipboards_tool_does_not_see_the_clients_secret(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    program(environment, "xclip")
    assert await copy_to_system_clipboard("some text") == "yes"
    assert_no_secret_in(environment)


@pytest.mark.skipif(os.name != "posix", reason="any user may make a link on POSIX")
async def test_a_server_whose_log_leads_elsewhere_is_not_started(tmp_path: Path) -> None:
    """Security checklist 35."""
    world = new_world(tmp_path)
    tenant = bundled_servers(world.config, world.state_dir)[0]
    world.state_dir.joinpath("logs").mkdir(mode=0o700, parents=True)
    log = world.state_dir / "logs" / f"tenant-{tenant.port}.log"
    log.symlink_to(world.state_dir / "profile")
    servers = Servers((tenant,), log.parent)
    await servers.start()
    assert servers.statuses[0].detail == f"It cannot be started: {os.strerror(errno.ELOOP)}."
    assert not log.exists()
