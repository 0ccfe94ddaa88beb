"""What the app remembers between its runs, beside the session: the colours, the last request."""

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.config.paths import state_dir

if TYPE_CHECKING:
    from tui.json_value import Json

FILE_NAME: Final = "app.json"

LARGEST_BYTES: Final = 64 * 1024
"""It has a few dozen; a larger one is not ours."""


def memory_path() -> Path:
    """Return the file in the state folder."""
    return state_dir() / FILE_NAME


class AppMemory:
    """A handful of values in one file. Losing it is no harm, so nothing here raises."""

    def __init__(self, path: Path | None) -> None:
        """Read what is remembered at `path`; None remembers nothing beyond this run."""
        self._path = path
        self._values = dict(_read(path)) if path is not None else {}

    def get(self, name: str) -> "Json":
        """Return what is remembered under `name`, or None; it may be of any type."""
        return self._values.get(name)

    def set(self, name: str, value: "Json") -> None:
        """Remember `value`, at once."""
        if self._values.get(name) == value:
            return
        self._values[name] = value
        if self._path is not None:
            with contextlib.suppress(OSError):
                _write(self._path, self._values)


def _read(path: Path) -> Mapping[str, "Json"]:
    try:
        with path.open("rb") as file:
            values = json.loads(file.read(LARGEST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _write(path: Path, values: Mapping[str, "Json"]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Whole or not at all: another window may be reading it.
    import tempfile  # loads random and more, which reading has no use for

    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(values, file)
    Path(name).replace(path)
