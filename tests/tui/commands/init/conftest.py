"""A home without any config, and a tenant to set up."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes.worlds import World, new_world, serve


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's config folder, which is not there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return tmp_path / "own" / "doorkey"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A local tenant that answers."""
    (tmp_path / "world").mkdir()
    made = new_world(tmp_path / "world")
    with serve(made, "tenant"):
        yield made
