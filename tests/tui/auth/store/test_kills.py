"""Killed at any moment, the session is the old one or the new one, never half of one."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.support.heavy import rounds

pytestmark = pytest.mark.heavy


def run(module: str, folder: Path, times: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.support.processes.{module}", str(folder), str(times)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_kill_during_a_save_leaves_the_old_session_or_the_new_one(tmp_path: Path) -> None:
    times = rounds(40, 1000)
    assert run("killed_saver", tmp_path, times) == str(times)


def test_a_kill_during_a_renewal_loses_only_an_answer_that_was_on_its_way(tmp_path: Path) -> None:
    times = rounds(20, 1000)
    lost = int(run("killed_renewal", tmp_path, times))
    assert lost < times
