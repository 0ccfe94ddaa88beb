"""What the README says of installing, of files, and of messages is so."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support import ROOT
from tests.support.documents import README, indented_after, quoted, table
from tests.support.processes.worlds import World, new_world, run_servers
from tui.config.paths import CONFIG_NAME

FILES = table("what", "where on Linux; `DOORKEY_STATE_DIR` moves the state")

STATE = "~/.local/state/doorkey"


def test_a_wheel_holds_all_that_runs(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(ZipFile(wheel).namelist())
    needed = {
        str(path.relative_to(ROOT))
        for room in ("tui", "api_server")
        for path in (ROOT / room).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert needed <= packed
    assert {"pipx install .", "uv tool install ."} <= set(README.replace("    ", "").splitlines())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which somebody has signed in."""
    with run_servers(new_world(tmp_path_factory.mktemp("world"))) as made:
        assert made.run("login").returncode == 0
        yield made


def test_files_lie_where_it_is_said_and_nowhere_else(world: World) -> None:
    found = [path for path in world.state_dir.rglob("*") if path.is_file()]
    named = [name for what, where in FILES for name in quoted(what) if quoted(where) == [STATE]]
    folders = {
        quoted(where)[0].removeprefix(STATE).strip("/") for _, where in FILES if STATE in where
    }
    assert found
    for path in found:
        inside = path.relative_to(world.state_dir)
        is_named = any(fnmatch(inside.name, name) for name in named)
        is_lock = inside.suffix == ".lock" and fnmatch(f"{inside.stem}.json", named[0])
        assert is_named or is_lock or str(inside.parent) in folders - {""}


def test_everything_is_removed_by_the_folders_that_are_named() -> None:
    removed = indented_after("takes the key out of the keyring; then").splitlines()[0].split()[2:]
    below = [quoted(where)[0] for _, where in FILES if "~" in where]
    assert all(any(path.startswith(root) for root in removed) for path in below)


@pytest.mark.parametrize(
    "message", [each for row in table("it says", "that is", "do") for each in quoted(row[0])]
)
def test_each_message_is_one_that_is_said(message: str) -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "tui").rglob("*.py"))
    assert message in code.replace("{CONFIG_NAME}", CONFIG_NAME)


def test_status_tells_programs_no_other_members_than_its_schema_names(world: World) -> None:
    said = json.loads(world.run("status", "--json").stdout)
    explained = world.run("help", "json").stdout
    assert set(said) <= set(re.findall(r'"(\w+)"', explained))
