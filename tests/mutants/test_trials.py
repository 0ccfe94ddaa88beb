"""Breaks that a test notices and breaks that none does, tried for real in both ways."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutants.breaks import Break, breaks_of
from tests.mutants.swap import Living, Unreached
from tests.support import ROOT
from tests.support.heavy import rounds

GATE = """
from typing import Final

MOST: Final = 8
OPEN: Final = 4

def is_open(number, most=not False):
    return number < OPEN and most

def shut(number):
    return number == OPEN

class Door:
    step: Final = 2
    width: Final = 4
"""

TESTS = """
from tui.mutants_gate import MOST, Door, is_open, shut

def test_four_is_not_open():
    assert not is_open(4)
    assert is_open(3)

def test_what_is_shut():
    shut(1)

def test_a_step():
    assert Door.step == 2
    assert MOST > 1
"""

TRY = """
import json, sys
from pathlib import Path
from tests.mutants.breaks import breaks_of
from tests.mutants.record import House
from tests.mutants.trying import keys_of, try_all

root, path = Path.cwd(), Path("tui/mutants_gate.py")
found = breaks_of(root, path)
breaks = dict(zip(keys_of(found), found))
outcomes = try_all(House(root, ["tests"], [path]), breaks)
print(json.dumps({breaks[key].after: how.noticed for key, how in outcomes.items()}))
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in ("tui", "api_server", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tui/__init__.py").touch()
    (tmp_path / "tui/mutants_gate.py").write_text(GATE)
    (tmp_path / "tests/test_gate.py").write_text(TESTS)
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\nmarkers = ['heavy']\n")
    return tmp_path


@pytest.mark.heavy
@pytest.mark.skipif(not rounds(0, 1), reason="takes seconds: it starts all that make mutants does")
def test_what_is_noticed_and_what_is_not(tree: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", TRY], cwd=tree, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(tree), str(ROOT)))},
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert json.loads(run.stdout.splitlines()[-1]) == {
        # functions, whose code is swapped
        "most": True,
        "number < OPEN": False,
        "number <= OPEN": True,
        "number != OPEN": False,
        # constants, which are set
        "OPEN = 8": True,
        "MOST = 16": False,
        # what is computed at the import alone
        "False": True,
        "step = 4": True,
        "width = 8": False,
    }


@pytest.fixture
def gate(tree: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The file, imported by a name that no other test has."""
    monkeypatch.syspath_prepend(tree / "tui")
    return import_module("mutants_gate")


def broken(tree: Path, after: str) -> Break:
    (found,) = (
        each for each in breaks_of(tree, Path("tui/mutants_gate.py")) if each.after == after
    )
    return found


def test_a_functions_code_is_broken_where_it_is_imported(tree: Path, gate: ModuleType) -> None:
    is_open = gate.is_open
    assert not is_open(4)
    Living(tree).swap(broken(tree, "number <= OPEN"))
    assert is_open(4)


@pytest.mark.parametrize("after", ["False", "step = 4"])
def test_what_is_computed_at_the_import_cannot_be_swapped(
    tree: Path, gate: ModuleType, after: str
) -> None:
    with pytest.raises(Unreached):
        Living(tree).swap(broken(tree, after))
