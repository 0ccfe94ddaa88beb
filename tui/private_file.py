"""A file that only its owner can read, and that is replaced as a whole or not at all."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hashlib import sha256
else:
    # Python's own, as its `random` takes it: hashlib loads OpenSSL, 3 ms of a `doorkey token`.
    try:
        from _sha2 import sha256  # from 3.12 on
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:
            from hashlib import sha256

LARGEST_BYTES: Final = 4 * 1024 * 1024
"""A session has a few KiB; tokens with many groups in them a few hundred."""


CAREFULLY: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Never through a symbolic link, and never waiting for whoever is at the other end of a pipe."""

RESERVED_BYTES: Final = 64 * 1024
"""What a session is sure to fit in."""


class NotPrivate(Exception):
    """Others can read or change the file."""


def read_private(path: Path) -> bytes | None:
    """Return the content, or None where there is no file.

    Raises:
        NotPrivate: another owner, or a mode that lets others in.
        OSError: it cannot be read; ELOOP for a symbolic link, which is never followed.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | CAREFULLY)
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
        if not _is_private(os.fstat(descriptor)):
            raise NotPrivate
        return file.read(LARGEST_BYTES)


class Replacement:
    """What will stand in a file's place; nobody else may be replacing the same file.

    It takes its space on the disk when it is made, so that there is room when it matters.
    """

    def __init__(self, path: Path) -> None:
        """Reserve the space.

        Raises:
            OSError: there is no room, or no right to write here.
        """
        remove_leftovers(path)
        self._path = path
        self._temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
        self._descriptor = create_private(self._temporary)
        try:
            _take_space(self._descriptor, RESERVED_BYTES)
        except OSError:
            self.discard()
            raise

    def put(self, content: bytes) -> os.stat_result:
        """Put `content` in the file's place, synced, then renamed; return the new file's status.

        Raises:
            OSError: it cannot be written; what was there stays, and nothing else is left.
        """
        try:
            with open(self._descriptor, "wb", closefd=False) as file:
                file.write(content)
                file.flush()
                file.truncate()
                os.fsync(self._descriptor)
            self._temporary.replace(self._path)
            sync_folder(self._path.parent)
            return os.fstat(self._descriptor)
        finally:
            self.discard()

    def discard(self) -> None:
        """Free the space, where nothing was put in the file's place."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        with suppress(OSError):
            self._temporary.unlink()


class DigestFile:
    """SHA-256 of texts, one in hexadecimal a line, the latest last; the oldest is dropped first."""

    def __init__(self, path: Path, most: int) -> None:
        self._path = path
        self._most = most

    def __contains__(self, text: str) -> bool:
        return digest(text) in self._read()

    def add(self, text: str) -> None:
        """Remember `text`.

        Raises:
            OSError: that cannot be written.
        """
        lines = [*(line for line in self._read() if line != digest(text)), digest(text)]
        make_private_folder(self._path.parent)
        content = "".join(f"{line}\n" for line in lines[-self._most :])
        Replacement(self._path).put(content.encode())

    def _read(self) -> list[str]:
        """Return the lines; none where the file is not for us alone, or damaged."""
        try:
            return (read_private(self._path) or b"").decode("ascii").split()
        except (NotPrivate, OSError, UnicodeDecodeError):
            return []


def create_private(path: Path) -> int:
    """Create a file that only its owner can read, and return its descriptor.

    Raises:
        FileExistsError: something is there, be it a link: it is neither written to nor followed.
        OSError: it cannot be created.
    """
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)


def open_log(path: Path) -> int:
    """Open a log to add to, in a folder that only its owner can enter; return its descriptor.

    Raises:
        OSError: it cannot be opened, is another user's or a symbolic link, or others can enter its
            folder and it is not for us to close.
    """
    make_private_folder(path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | CAREFULLY, 0o600)
    if _is_ours(os.fstat(descriptor)):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EPERM, "it is another user's, or no file")


def remove_leftovers(path: Path) -> None:
    """Remove what a process that was killed while replacing `path` has left; it holds secrets."""
    for leftover in path.parent.glob(f".{path.name}.*"):
        with suppress(OSError):
            leftover.unlink()


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, or close one of ours that others can.

    Raises:
        OSError: it cannot be made, or is not for us alone to close: everybody's, or another's.
    """
    for missing in reversed([each for each in folder.parents if not each.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)  # `parents=True` would open them to all
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.stat()
    if not stat.S_IMODE(status.st_mode) & 0o077 or not hasattr(os, "getuid"):
        return
    if status.st_uid != os.getuid() or status.st_mode & 0o002:
        raise OSError(errno.EPERM, "others can write to the folder")
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


def digest(text: str) -> str:
    """Return the SHA-256 of `text`, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def _is_private(status: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):
        return True  # Windows: the user's profile folder is the user's alone
    return _is_ours(status) and not stat.S_IMODE(status.st_mode) & 0o077


def _is_ours(status: os.stat_result) -> bool:
    is_own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return is_own and stat.S_ISREG(status.st_mode)


def _take_space(descriptor: int, size_bytes: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size_bytes)
    else:
        os.pwrite(descriptor, bytes(size_bytes), 0)
