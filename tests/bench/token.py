"""`doorkey token` with a valid session against an empty Python; `get_access_token` in memory."""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from operator import truediv
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from tests.bench.measures.report import at_most, say
from tests.bench.measures.trees import Tree, names, say_change
from tests.support import ROOT
from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.processes.worlds import new_world, run_servers
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore
from tui.commands.token.formats import FORMATS, GIT, HELPER

ROUNDS: Final = 40
CALLS: Final = 100_000

FILE_BUDGET: Final = 3.2
KEYRING_BUDGET: Final = 7.0
CALL_BUDGET_MICROSECONDS: Final = 2.0

DOORKEY: Final = [str(Path(sys.executable).with_name("doorkey"))]


def main(trees: Sequence[Tree]) -> None:
    """Print the ratios, medians of an interleaved run."""
    in_memory()
    with tempfile.TemporaryDirectory() as folder:
        with_storage("file", Path(folder), trees)
    with_keyring(trees)


def with_storage(storage: str, folder: Path, trees: Sequence[Tree]) -> None:
    """Sign each tree in, take the tenant away, and ask for the token that is kept."""
    environments: dict[Tree, Mapping[str, str]] = {}
    with run_servers(new_world(folder, sessionStorage=storage)) as world:
        for tree in trees:
            environments[tree] = tree.environment | {
                "DOORKEY_CONFIG": str(world.config.path),
                "DOORKEY_STATE_DIR": str(folder / tree.name),
            }
            tree.sign_in(environments[tree])
    for environment in environments.values():
        status = subprocess.run(
            [*DOORKEY, "status"], env=environment, capture_output=True, text=True, check=True
        )
        assert ("sealed" in status.stdout + status.stderr) == (storage == "keyring"), status
    compare(storage, environments, FILE_BUDGET if storage == "file" else KEYRING_BUDGET)
    if storage == "file":
        in_each_format(environments[trees[0]], world.config.api_url)


def compare(storage: str, environments: Mapping[Tree, Mapping[str, str]], budget: float) -> None:
    """Run all in turn, so that what else the machine does falls on all alike."""
    nothing: list[float] = []
    taken: dict[Tree, list[float]] = {tree: [] for tree in environments}
    for _ in range(ROUNDS):
        for tree, environment in environments.items():
            taken[tree].append(seconds([*DOORKEY, "token"], environment))
        nothing.append(seconds([sys.executable, "-c", "pass"], environment))
    for name, tree in names(list(taken)).items():
        ratio = median(map(truediv, taken[tree], nothing))
        say(
            f"  {name} token, {storage}: {ratio:.2f} x python -c pass, "
            f"{1000 * median(taken[tree]):.0f} ms ({at_most(ratio, budget)})"
        )
    say_change(f"token, {storage}", {tree.name: each for tree, each in taken.items()})


def in_each_format(environment: Mapping[str, str], api_url: str) -> None:
    """Ask for the same token in each format in turn, as the programs that it is for do."""
    protocol, _, host = api_url.partition("://")
    stdin = {GIT: f"protocol={protocol}\nhost={host}\n\n", HELPER: json.dumps({"uri": api_url})}
    taken: dict[str, list[float]] = {name: [] for name in FORMATS}
    nothing: list[float] = []
    for _ in range(ROUNDS // 2):
        for name, each in taken.items():
            words = [*DOORKEY, "token", "--format", name, *(["get"] if name in stdin else [])]
            each.append(seconds(words, environment, stdin.get(name, "")))
        nothing.append(seconds([sys.executable, "-c", "pass"], environment))
    for name, each in taken.items():
        ratio = median(map(truediv, each, nothing))
        say(f"  --format {name}, file: {ratio:.2f} x ({at_most(ratio, FILE_BUDGET)})")


def seconds(command: Sequence[str], environment: Mapping[str, str], stdin: str = "") -> float:
    started = perf_counter()
    subprocess.run(
        command, env=environment, input=stdin, stdout=subprocess.DEVNULL, text=True, check=True
    )
    return perf_counter() - started


def with_keyring(trees: Sequence[Tree]) -> None:
    """Do the same under gnome-keyring in a D-Bus session of its own, where both are installed."""
    if not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")):
        say("  keyring: left out, for dbus-run-session or gnome-keyring-daemon is missing")
        return
    unlock = "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
    with tempfile.TemporaryDirectory() as home:
        described = [f"{tree.name}={tree.root}={tree.bytecode or ''}" for tree in trees]
        subprocess.run(
            ["dbus-run-session", "--", "sh", "-c", f'{unlock}; exec "$0" -m "$@"',
             sys.executable, "tests.bench.token", home, *described],
            env=Tree("this", ROOT).environment | {"HOME": home}, cwd="/", check=True,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip


def in_memory() -> None:
    """Time one call of `get_access_token` with a valid token."""

    async def run() -> float:
        store = MemoryStore(session(obtained_at=datetime.now(UTC)))
        service = AuthService(CONFIG, store=store)
        service.take_up()
        started = perf_counter()
        for _ in range(CALLS):
            await service.get_access_token()
        return (perf_counter() - started) / CALLS * 1e6

    microseconds = median(asyncio.run(run()) for _ in range(5))
    verdict = at_most(microseconds, CALL_BUDGET_MICROSECONDS)
    say(f"  get_access_token, valid, in memory: {microseconds:.2f} microseconds ({verdict})")


if __name__ == "__main__":
    folder, *described = sys.argv[1:]
    parts = [each.split("=") for each in described]
    with_storage(
        "keyring",
        Path(folder),
        [Tree(name, Path(root), Path(cache) if cache else None) for name, root, cache in parts],
    )
