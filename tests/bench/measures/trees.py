"""The trees that are measured: this one, and another that it is compared with."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import truediv
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.measures.report import say
from tests.support import ROOT

LARGEST_LOSS: Final = 1.03
"""How many times what the other tree takes this one may take: less than that is noise."""

PERSON: Final = f"env PYTHONPATH={ROOT} {sys.executable} -m tests.support.people.person %s"
"""The browser of a sign-in, from this tree for both."""


@dataclass(frozen=True)
class Tree:
    """One state of the code, run by this tree's Python and libraries."""

    name: str
    root: Path
    bytecode: Path | None = None
    """Where compiled modules are kept; None for the usual place beside each."""

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to run the modules of this tree."""
        found = {**os.environ, "PYTHONPATH": str(self.root)}
        return found | ({"PYTHONPYCACHEPREFIX": str(self.bytecode)} if self.bytecode else {})

    def sign_in(self, environment: Mapping[str, str]) -> None:
        """Run this tree's own `doorkey login`; what it keeps is this tree's own as well."""
        subprocess.run(
            [sys.executable, "-m", "tui", "login"],
            env={**self.environment, **environment, "BROWSER": PERSON},
            cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=True,
        )  # fmt: skip


def trees(against: Path | None, bytecode: Path) -> list[Tree]:
    """Return this tree, and the one to compare it with; both then compile to the same place."""
    if against is None:
        return [Tree("this", ROOT)]
    found = [Tree("this", ROOT, bytecode), Tree("other", against.resolve(), bytecode)]
    for tree in found:
        _must_run(tree)
    return found


def say_change(
    what: str, taken: Mapping[str, Sequence[float]], *, more_is_better: bool = False
) -> None:
    """Print this tree's figures over the other's, round by round, where two were measured.

    What else the machine does in a round falls on both, so the median of the rounds' ratios is
    steadier than the ratio of the medians.
    """
    if "other" not in taken:
        return
    ratio = median(map(truediv, taken["this"], taken["other"]))
    loss = 1 / ratio if more_is_better else ratio
    verdict = "holds" if loss <= LARGEST_LOSS else "WORSE"
    say(f"  {what}: {ratio:.3f} x the other tree's (no worse than 3 %: {verdict})")


def _must_run(tree: Tree) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import json, tui; print(json.dumps(tui.__file__))"],
        env=tree.environment, cwd="/", capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    if Path(json.loads(said)).parent.parent != tree.root:
        sys.exit(f"{tree.root} holds no tree of doorkey: {said.strip()} is what runs there")


def names(trees: Sequence[Tree]) -> dict[str, Tree]:
    """Return the trees by the words that a line of the report begins with."""
    return {f"doorkey, {tree.name} tree" if len(trees) > 1 else "doorkey": tree for tree in trees}
