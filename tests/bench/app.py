"""The running app: from a key to another screen, at rest, and its memory."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.measures.report import at_most, say
from tests.bench.measures.trees import Tree, names, say_change
from tests.bench.measures.watched import Watched
from tests.support import ROOT
from tests.support.processes.worlds import new_world, run_servers

ROUNDS: Final = 20

REPAINT_TARGET_MS: Final = 25

FIRST_VISIT_TARGET_MS: Final = 100

ESC_TARGET_MS: Final = 100

F1, ESC = "\x1bOP", "\x1b"

REST_SECONDS: Final = 20.0

SETTLE_SECONDS: Final = 4.0

MEMORY_TARGET: Final = 1.45

TOUR: Final = {"2": b"ID token", "3": b"Ping", "1": b"Hello, Alice"}

BARE: Final = (["-m", "tests.bench.bare_app"], b"Bare and painted")
APP: Final = (["-m", "tui"], b"Hello, Alice")

Environments = Mapping[Tree, Mapping[str, str]]


def main(trees: Sequence[Tree]) -> None:
    """Measure all three, with the local tenant and the API there and Alice signed in."""
    with signed_in(trees) as environments:
        _repaint(environments)
        _at_rest(environments)


@contextmanager
def signed_in(trees: Sequence[Tree]) -> Iterator[Environments]:
    """Sign Alice in with each tree, at the same tenant; each keeps its state for itself."""
    with tempfile.TemporaryDirectory() as folder, run_servers(new_world(Path(folder))) as world:
        environments = {}
        for tree in trees:
            environments[tree] = tree.environment | {
                "DOORKEY_CONFIG": str(world.config.path),
                "DOORKEY_STATE_DIR": f"{folder}/{tree.name}",
            }
            tree.sign_in(environments[tree])
        yield environments


class Measured:
    """One tree's app, and how long it took to show what was asked for, in milliseconds."""

    def __init__(self, app: Watched) -> None:
        self.app = app
        self.first: dict[str, float] = {}
        self.taken: list[float] = []
        self.esc: list[float] = []
        app.seconds_until(APP[1])
        app.rest(SETTLE_SECONDS)

    def tour(self) -> None:
        """Visit each place once."""
        for key, words in TOUR.items():
            took = self._press(key, words)
            if key in self.first:
                self.taken.append(took)
            else:
                self.first[key] = took

    def leave_help(self) -> None:
        """Open the help, and come back by Esc."""
        self._press(F1, b"Keys here")
        self.esc.append(self._press(ESC, APP[1]))

    def _press(self, key: str, words: bytes) -> float:
        pressed = self.app.press(key)
        took = (self.app.seconds_until(words) - pressed) * 1000
        self.app.rest(0.3)
        return took


def _repaint(environments: Environments) -> None:
    with ExitStack() as stack:
        apps = {
            tree: Measured(stack.enter_context(Watched(APP[0], environment)))
            for tree, environment in environments.items()
        }
        for _ in range(ROUNDS + 1):
            for app in apps.values():
                app.tour()
                app.leave_help()
    for name, tree in names(list(apps)).items():
        _say_repaint(name, apps[tree])
    figures: dict[str, Callable[[Measured], Sequence[float]]] = {
        "key to another screen": lambda app: app.taken,
        "first visits": lambda app: list(app.first.values()),
        "Esc": lambda app: app.esc,
    }
    for what, figure in figures.items():
        say_change(what, {tree.name: figure(app) for tree, app in apps.items()})


def _say_repaint(name: str, app: Measured) -> None:
    keys, first, esc = median(app.taken), max(app.first.values()), median(app.esc)
    visits = ", ".join(f"{key}: {value:.0f}" for key, value in app.first.items())
    say(
        f"  {name}: key to another screen {keys:.0f} ms at the median, {max(app.taken):.0f} at "
        f"worst ({at_most(keys, REPAINT_TARGET_MS)} at the median)"
    )
    say(f"  {name}: first visits {visits} ms ({at_most(first, FIRST_VISIT_TARGET_MS)})")
    say(f"  {name}: Esc to the screen below {esc:.0f} ms ({at_most(esc, ESC_TARGET_MS)})")


def _at_rest(environments: Environments) -> None:
    cpu: dict[str, float] = {}
    memory: dict[str, float] = {}
    bare = Tree("bare app", ROOT)
    named = {"bare app": (bare.environment, *BARE)} | {
        tree.name: (environment, *APP) for tree, environment in environments.items()
    }
    for name, (environment, arguments, words) in named.items():
        with Watched(arguments, environment) as program:
            program.seconds_until(words)
            program.rest(SETTLE_SECONDS)
            before = program.cpu_seconds()
            program.rest(REST_SECONDS)
            cpu[name] = (program.cpu_seconds() - before) / REST_SECONDS * 100
            memory[name] = program.resident_mebibytes()
    ratios = {tree.name: memory[tree.name] / memory["bare app"] for tree in environments}
    say("  at rest, % of a CPU: " + ", ".join(f"{name} {each:.2f}" for name, each in cpu.items()))
    say("  memory, MiB: " + ", ".join(f"{name} {each:.0f}" for name, each in memory.items()))
    for name, ratio in ratios.items():
        say(f"  memory, {name} tree / bare app: {ratio:.2f} ({at_most(ratio, MEMORY_TARGET)})")
    say_change("memory", {name: [ratio] for name, ratio in ratios.items()})
