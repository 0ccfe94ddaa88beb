"""The wheel in a clean environment, by each tool that people install with."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installing.distribution import build

pytestmark = pytest.mark.installs

PATIENCE_SECONDS = 600.0
"""For a download of all that is needed."""


def pythons() -> list[str]:
    """Each Python from 3.11 on that is there and starts."""
    found = []
    for minor in range(11, 15):
        name = f"python3.{minor}"
        python = shutil.which(name)
        if python and not subprocess.run([python, "-c", ""], capture_output=True).returncode:
            found.append(name)
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("built"))["wheel"]


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `pipx` and `uv`, in an environment of their own."""
    folder = tmp_path_factory.mktemp("tools")
    run([sys.executable, "-m", "venv", str(folder)])
    run([str(folder / "bin" / "pip"), "install", "--quiet", "pipx", "uv>=0.9"])
    return folder / "bin"


def run(command: list[str], **environment: str) -> str:
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True,
        timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def by_pip(folder: Path, python: str, wheel: Path, _tools: Path) -> Path:
    run([python, "-m", "venv", str(folder / "venv")])
    run([str(folder / "venv" / "bin" / "pip"), "install", "--quiet", str(wheel)])
    return folder / "venv" / "bin" / "doorkey"


def by_pipx(folder: Path, python: str, wheel: Path, tools: Path) -> Path:
    places = {"PIPX_HOME": str(folder / "home"), "PIPX_BIN_DIR": str(folder / "bin")}
    run([str(tools / "pipx"), "install", "--python", python, str(wheel)], **places)
    return folder / "bin" / "doorkey"


def by_uv(folder: Path, python: str, wheel: Path, tools: Path) -> Path:
    places = {"UV_TOOL_DIR": str(folder / "home"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    path = shutil.which(python) or python
    run([str(tools / "uv"), "tool", "install", "--python", path, str(wheel)], **places)
    return folder / "bin" / "doorkey"


@pytest.mark.parametrize("install", [by_pip, by_pipx, by_uv])
@pytest.mark.parametrize("python", pythons())
def test_what_was_installed_works(
    python: str,
    install: Callable[[Path, str, Path, Path], Path],
    wheel: Path,
    tools: Path,
    tmp_path: Path,
) -> None:
    doorkey = str(install(tmp_path, python, wheel, tools))
    home = {"HOME": str(tmp_path), "DOORKEY_STATE_DIR": str(tmp_path / "state")}
    told = run([doorkey, "--version", "-v"], **home)
    assert f"\npython        {python.removeprefix('python')}." in told
    # Each room is there with what it needs: the app's screens, the servers, the completion.
    interpreter = Path(doorkey).resolve().with_name("python")
    rooms = "tui.app.app, tui.auth.service, tui.auth.tenant.provider, api_server.local_tenant.app"
    run([str(interpreter), "-I", "-c", f"import {rooms}"], **home)
    for words in (["--help"], ["api", "--help"], ["tenant", "--help"], ["completion", "bash"]):
        assert run([doorkey, *words], **home)
    (tmp_path / "token").write_text("Bearer a.b.c")
    asked = subprocess.run(
        [doorkey, "jwt", str(tmp_path / "token")],
        env=os.environ | home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (asked.returncode, asked.stdout[:13]) == (1, "NOT verified:"), asked.stderr
