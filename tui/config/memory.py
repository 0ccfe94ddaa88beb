"""What the app remembers between its runs, beside the session: the colours, the last request."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tui.config.paths import state_dir
from tui.json_value import Json, json_object
from tui.private_file import NotPrivate, Replacement, make_private_folder, read_private

FILE_NAME: Final = "app.json"


def memory_path() -> Path:
    """Return the file in the state folder."""
    return state_dir() / FILE_NAME


class AppMemory:
    """A handful of values in one file. Losing it is no harm, so nothing here raises."""

    def __init__(self, path: Path | None) -> None:
        """Read what is remembered at `path`; None remembers nothing beyond this run."""
        self._path = path
        self._values = dict(_read(path)) if path is not None else {}

    def get(self, name: str) -> Json:
        """Return what is remembered under `name`, or None; it may be of any type."""
        return self._values.get(name)

    def set(self, name: str, value: Json) -> None:
        """Remember `value`, at once."""
        if self._values.get(name) == value:
            return
        self._values[name] = value
        if self._path is not None:
            with contextlib.suppress(OSError):
                _write(self._path, self._values)


def _read(path: Path) -> Mapping[str, Json]:
    try:
        return json_object(read_private(path) or b"") or {}
    except (NotPrivate, OSError):
        return {}


def _write(path: Path, values: Mapping[str, Json]) -> None:
    make_private_folder(path.parent)
    Replacement(path).put(json.dumps(values).encode())
