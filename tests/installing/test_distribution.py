"""What is built: the same bytes whoever builds it, with all that runs and no more."""

import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.installing.distribution import build
from tests.support import ROOT

OTHERS = {"", ".pyc"}
"""No suffix of a file that is needed to run."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build(tmp_path_factory.mktemp("built"))


def test_the_same_source_makes_the_same_bytes(built: dict[str, Path], tmp_path: Path) -> None:
    again = build(tmp_path, changed_at=1_650_000_000, umask=0o077)
    for kind, path in built.items():
        assert path.read_bytes() == again[kind].read_bytes(), kind
        assert path.name == again[kind].name


def test_the_wheel_has_all_that_runs_and_no_tests(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = set(wheel.namelist())
    needed = {
        str(path.relative_to(ROOT))
        for room in ("tui", "api_server")
        for path in (ROOT / room).rglob("*")
        if path.is_file() and path.suffix not in OTHERS
    }
    assert needed <= names
    assert {"tui/app/app.tcss", "api_server/local_tenant/pages/page.css"} <= names
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {
        "tui",
        "api_server",
    }
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert not any(name.endswith(".pyc") for name in names)


def test_the_sdist_has_what_make_and_the_tests_need(built: dict[str, Path]) -> None:
    with tarfile.open(built["sdist"]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {
        "pyproject.toml", "Makefile", "requirements.txt", "requirements-dev.txt", "README.md",
        "LICENSE", "CHANGELOG.md", "auth_config.json", "docs/programs.md", "docs/schemas/jwt.json",
        "tests/installing/test_distribution.py", "tui/app/app.tcss",
    } <= names  # fmt: skip
    assert not any("__pycache__" in name or name.startswith(".venv") for name in names)
