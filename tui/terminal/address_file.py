"""The address of a sign-in in a file, for terminals that let nobody copy a long line."""

from contextlib import suppress
from pathlib import Path
from typing import Final

from tui.private_file import create_private, make_private_folder

NAME: Final = "sign-in-address.txt"


def write_address(url: str, folder: Path) -> Path:
    """Write `url` to a file that only its owner can read, and return its path; raises OSError."""
    path = folder / NAME
    make_private_folder(folder)
    path.unlink(missing_ok=True)
    with open(create_private(path), "w", encoding="ascii") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(url + "\n")
    return path


def remove_address(folder: Path) -> None:
    """Remove the file; once its sign-in has ended, the address is worth nothing."""
    with suppress(OSError):
        (folder / NAME).unlink(missing_ok=True)
