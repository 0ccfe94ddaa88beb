"""The wheel and the sdist, built from a copy of what belongs to them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.support import ROOT

BUILT_AT: Final = "1700000000"
"""SOURCE_DATE_EPOCH: what the archives say of when their files were changed."""

LEFT_OUT: Final = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "dist", "*.egg-info")


def build(folder: Path, *, changed_at: int = 1_600_000_000, umask: int = 0o022) -> dict[str, Path]:
    """Build both from a fresh copy; return them by their kind."""
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=LEFT_OUT)
    shutil.copy(ROOT / ".gitignore", source)
    for path in source.rglob("*"):
        os.utime(path, (changed_at, changed_at))
        path.chmod((0o777 if path.is_dir() else 0o666) & ~umask)
    out = folder / "dist"
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(out)],
        cwd=source, env=os.environ | {"SOURCE_DATE_EPOCH": BUILT_AT}, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}
