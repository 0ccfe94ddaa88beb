"""A file that only its owner can read, and that is replaced as a whole or not at all."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

LARGEST_BYTES: Final = 4 * 1024 * 1024
"""A session has a few KiB; tokens with many groups in them a few hundred."""


class NotPrivate(Exception):
    """Others can read or change the file."""


def read_private(path: Path) -> bytes | None:
    """Give the content, or None where there is no file.

    Raises:
        NotPrivate: another owner, or a mode that lets others in.
        OSError: it cannot be read; ELOOP for a symbolic link, which is never followed.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
        if not _is_private(os.fstat(descriptor)):
            raise NotPrivate
        return file.read(LARGEST_BYTES)


def replace_private(path: Path, content: bytes) -> None:
    """Put `content` in the place of what is there: synced, then renamed over it.

    Raises:
        OSError: it cannot be written; what was there stays, and nothing else is left.
    """
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    try:
        _write_synced(temporary, content)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, or close one that others can; raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        folder.chmod(0o700)


def sync_folder(folder: Path) -> None:
    """Make a rename or a deletion in `folder` durable, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_private(status: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):
        return True  # Windows: the user's profile folder is the user's alone
    return status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & 0o077


def _write_synced(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(content)
        file.flush()
        os.fsync(descriptor)
