"""Tables of sockets that change while they are read, as those of a machine do."""

from collections.abc import Iterator
from pathlib import Path, PosixPath
from typing import ClassVar


class ChangingTables(PosixPath):
    """A folder like /proc whose `net/tcp` has other rows at each reading, and no `tcp6`."""

    readings: ClassVar[Iterator[list[str]]]
    """The rows of each reading, without the heading."""

    @classmethod
    def at(cls, path: Path, *readings: list[str]) -> "ChangingTables":
        """Return such a folder; each reading takes the next rows, and there is none too many."""
        (path / "net").mkdir()
        (path / "net" / "tcp").touch()
        cls.readings = iter(readings)
        return cls(path)

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        """Return the next rows."""
        if self.name != "tcp":
            raise FileNotFoundError
        return "\n".join(["heading", *next(self.readings)])
