"""The address of a sign-in in a file, for terminals that let nobody copy a long line."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from tui.private_file import make_private_folder

NAME: Final = "sign-in-address.txt"


def write_address(url: str, folder: Path) -> Path:
    """Write `url` to a file that only its owner can read, and return its path; raises OSError."""
    path = folder / NAME
    make_private_folder(folder)
    path.unlink(missing_ok=True)
    # O_EXCL: neither a file that others can read nor one that a link leads to.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(url + "\n")
    return path


def remove_address(folder: Path) -> None:
    """Remove the file; once its sign-in has ended, the address is worth nothing."""
    with suppress(OSError):
        (folder / NAME).unlink(missing_ok=True)
