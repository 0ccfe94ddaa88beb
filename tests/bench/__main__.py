"""`python -m tests.bench [NAME ...] [--against PATH]`: run the benchmarks named, or all."""

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tests.bench import api, app, call, calls, dpop, insides, proxy, sign_in, startup, token
from tests.bench.measures.report import say
from tests.bench.measures.trees import Tree, trees

BENCHMARKS: Final[dict[str, Callable[[Sequence[Tree]], None]]] = {
    "startup": startup.main,
    "app": app.main,
    "calls": calls.main,
    "insides": insides.main,
    "token": token.main,
    "call": call.main,
    "sign_in": sign_in.main,
    "api": api.main,
    "dpop": dpop.main,
    "proxy": proxy.main,
}


def main() -> None:
    """Run what was chosen, one after the other."""
    parser = ArgumentParser("python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument(
        "--against", type=Path, metavar="PATH", help="another tree, measured in turn with this one"
    )
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    # As installed programs run, whose modules are compiled once and for all.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as bytecode:
        measured = trees(chosen.against, Path(bytecode))
        for name in chosen.names or BENCHMARKS:
            say(f"\n{name}\n{'=' * len(name)}")
            BENCHMARKS[name](measured)


if __name__ == "__main__":
    main()
