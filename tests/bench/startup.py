"""From the start of the process to the first paint: the app against a bare Textual app."""

import tempfile
from collections.abc import Sequence
from operator import truediv
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.measures.report import at_most, say
from tests.bench.measures.trees import Tree, names, say_change
from tests.bench.measures.watched import Watched
from tests.support import ROOT
from tests.support.builders.configs import write_config

ROUNDS: Final = 16

TARGET: Final = 1.10

BARE: Final = "bare app"


def main(trees: Sequence[Tree]) -> None:
    """Let all start in turn, and compare the medians."""
    named = names(trees)
    with tempfile.TemporaryDirectory() as folder:
        config = write_config(Path(folder), sessionStorage="file")
        environment = {"DOORKEY_STATE_DIR": folder, "DOORKEY_CONFIG": str(config)}
        app = (["-m", "tui"], b"Sign in from your terminal")
        bare = (["-m", "tests.bench.bare_app"], b"Bare and painted")
        first = Tree(BARE, ROOT, trees[0].bytecode)
        programs = {BARE: (first, *bare)} | {name: (tree, *app) for name, tree in named.items()}
        taken: dict[str, list[float]] = {name: [] for name in programs}
        for number in range(ROUNDS + 1):
            for name, (tree, arguments, words) in programs.items():
                with Watched(arguments, tree.environment | environment) as program:
                    seconds = program.seconds_until(words) - program.started
                if number:  # the first round warms the caches
                    taken[name].append(seconds)
    for name, seconds_each in taken.items():
        say(
            f"  {name:19} {median(seconds_each) * 1000:6.0f} ms "
            f"({min(seconds_each) * 1000:.0f} at best)"
        )
    for name in named:
        ratio = median(map(truediv, taken[name], taken[BARE]))
        best = min(taken[name]) / min(taken[BARE])
        say(f"  {name} / bare app: {ratio:.2f} ({at_most(ratio, TARGET)}); at best {best:.2f}")
    say_change("first paint", {tree.name: taken[name] for name, tree in named.items()})
