"""`python -m tests.bench [NAME ...]`: run the benchmarks of that name, or all."""

import os
import pkgutil
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Final, cast

from tests.bench.report import say

PACKAGE: Final = "tests.bench"


def benchmarks() -> dict[str, Callable[[], None]]:
    """Find the modules beside this one that have a main()."""
    path = import_module(PACKAGE).__path__
    names = [module.name for module in pkgutil.iter_modules(path) if module.name != "__main__"]
    modules = {name: import_module(f"{PACKAGE}.{name}") for name in names}
    return {
        name: cast("Callable[[], None]", module.main)
        for name, module in modules.items()
        if hasattr(module, "main")
    }


def main(chosen: list[str]) -> None:
    """Run what was chosen, one after the other."""
    known = benchmarks()
    unknown = [name for name in chosen if name not in known]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are: {', '.join(known)}")
    # As installed programs run, whose modules are compiled once and for all.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for name in chosen or known:
        say(f"\n{name}\n{'=' * len(name)}")
        known[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
