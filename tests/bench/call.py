"""`doorkey call` beside curl: what it adds is a start of `doorkey token` and httpx's import."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from tests.bench.measures.report import at_most, say
from tests.bench.measures.trees import Tree
from tests.support.processes.worlds import World, new_world, run_servers

ROUNDS: Final = 30

BUDGET: Final = 1.3

DOORKEY: Final = str(Path(sys.executable).with_name("doorkey"))


def main(trees: Sequence[Tree]) -> None:
    """Print for each tree how much longer a call takes than curl's, as a ratio."""
    for tree in trees:
        with tempfile.TemporaryDirectory() as folder, run_servers(new_world(Path(folder))) as world:
            assert world.run("login").returncode == 0
            _compare(tree, world)


def _compare(tree: Tree, world: World) -> None:
    environment = {
        **world.environment,
        **tree.environment,
        "DOORKEY_CONFIG": str(world.config.path),
    }
    environment["DOORKEY_STATE_DIR"] = str(world.state_dir)
    header = world.folder / "header"
    header.write_text(world.run("token", "--format", "header").stdout)
    commands = {
        "call": [DOORKEY, "call", "GET", "/api/external"],
        "token": [DOORKEY, "token"],
        "curl": ["curl", "-sS", "-H", f"@{header}", f"{world.config.api_url}/api/external"],
        "httpx": [sys.executable, "-c", "import httpx"],
        "nothing": [sys.executable, "-c", "pass"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            taken[name].append(_seconds(command, environment))
    times = {name: median(each) for name, each in taken.items()}
    ratio = (times["call"] - times["curl"]) / (times["token"] + times["httpx"] - times["nothing"])
    shown = ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in times.items())
    say(f"  {tree.name} {shown}")
    say(f"  call over curl: {ratio:.2f} x token and httpx's import ({at_most(ratio, BUDGET)})")


def _seconds(command: Sequence[str], environment: Mapping[str, str]) -> float:
    started = perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - started
