"""The file in which a session is kept: whose it is, who may read it, whether it is sealed.

It knows bytes only and loads next to nothing: `doorkey token` reads a valid token with it alone.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tui.config.paths import shown
from tui.errors import NoKeyring, StoreFailed
from tui.private_file import (
    NotPrivate,
    Replacement,
    digest,
    make_private_folder,
    read_private,
    remove_leftovers,
    sync_folder,
)

if TYPE_CHECKING:
    from tui.auth.store.sealing import KeyKeeper, Sealer

Signature: TypeAlias = tuple[int, ...] | None
"""Changes whenever what is kept does; None where nothing is."""

Storage = Literal["auto", "keyring", "file"]
"""`sessionStorage`: sealed where a keyring answers, sealed or not at all, never sealed."""

SEAL: Final = b"doorkey-sealed-1\n"
"""What a sealed session begins with; JSON never does."""

MARK: Final = b'{"identity": '
"""What a plain session begins with, its identity behind it."""

EARLIER: Final = b'{"version": '
"""What one of an earlier release begins with."""


class SessionFile:
    """One file of mode 0600 for one identity, replaced as a whole; what was read is remembered."""

    def __init__(
        self,
        folder: Path,
        identity: str,
        storage: Storage = "file",
        keys: "KeyKeeper | None" = None,
    ) -> None:
        self._folder = folder
        self._identity = identity
        # Says nothing about the session, and names its key in the keyring.
        self._name = digest(identity)[:16]
        self._mark = MARK + json.dumps(identity).encode("ascii") + b", "
        self._storage = storage
        self._keys = keys
        self._sealer: Sealer | None = None
        self._known: tuple[Signature, bytes | None] = (), None
        self._known_is_sealed = False
        self._replacement: Replacement | None = None
        self.path: Final = folder / f"session-{self._name}.json"

    @property
    def description(self) -> str:
        """Where the file is, and what protects it."""
        return f"Kept in {shown(self.path)}, {self._protection()}."

    def signature(self) -> Signature:
        """Return what tells whether the file was replaced or changed; None where there is none."""
        try:
            return _signature(self.path.lstat())
        except OSError:
            return None

    def read(self) -> bytes | None:
        """Return the session's JSON, or None where nothing is kept.

        A file that has not changed since it was last read or written is not read again, nor is
        the keyring asked again.

        Raises:
            StoreFailed: it cannot be read, or is not to be: not private, another identity's, or
                not sealed as `sessionStorage` has it.
            ValueError: it is damaged.
        """
        signature = self.signature()
        if self._known[0] != signature:
            content = self._read_private()
            self._known_is_sealed = content is not None and content.startswith(SEAL)
            self._known = signature, None if content is None else self._open(content)
        return self._known[1]

    def write(self, content: bytes) -> None:
        """Replace the file by the JSON `content`, sealed where that is wanted; durable on return.

        Raises:
            StoreFailed: there is no room or no right to, or the key is missing.
        """
        closed = self._close(content)
        try:
            self._known = _signature(self._reserve_space().put(closed)), content
            self._known_is_sealed = closed.startswith(SEAL)
        except OSError as error:
            raise self.failure("written", error) from None
        finally:
            self.discard()

    def reserve(self) -> None:
        """Fetch the key from the keyring, and take the space on the disk; raises StoreFailed."""
        if self._storage != "file" and not self._holds_the_key():
            self._get_sealer().fetch_key(create=True)
        try:
            self._reserve_space()
        except OSError as error:
            raise self.failure("written", error) from None

    def discard(self) -> None:
        """Free the space that was taken and not used."""
        if self._replacement is not None:
            self._replacement.discard()
            self._replacement = None

    def clear(self) -> None:
        """Delete the file, whatever else there is with secrets in it, and its key in the keyring.

        Raises:
            StoreFailed: it cannot be deleted.
        """
        was_sealed = self._is_sealed()
        try:
            self.path.unlink(missing_ok=True)
            remove_leftovers(self.path)
            for damaged in self._folder.glob(f"{self.path.stem}.damaged-*"):
                damaged.unlink(missing_ok=True)
            if self._folder.exists():
                sync_folder(self._folder)
        except OSError as error:
            raise self.failure("deleted", error) from None
        if was_sealed:
            self._get_sealer().delete_key()

    def set_aside(self) -> None:
        """Rename a damaged file."""
        with suppress(OSError):
            self.path.replace(self.path.with_suffix(f".damaged-{os.urandom(4).hex()}"))

    def failure(self, done: str, error: OSError) -> StoreFailed:
        """Return the error for a file that cannot be `done`."""
        return StoreFailed(
            f"The session cannot be {done}: {shown(self.path)}: {error.strerror}. "
            "Check the folder's owner, mode and free space."
        )

    def _read_private(self) -> bytes | None:
        try:
            return read_private(self.path)
        except NotPrivate:
            raise StoreFailed(
                f"{shown(self.path)} can be read or changed by others; mode 0600 and you as "
                "its owner are expected. Look at who changed it, then delete it and sign in again."
            ) from None
        except OSError as error:
            raise self.failure("opened (a symbolic link is never followed)", error) from None

    def _open(self, content: bytes) -> bytes:
        if content.startswith(SEAL):
            if self._storage == "file":
                raise self._refusal("is sealed, and `sessionStorage` is file", "auto")
            return self._get_sealer().open(content.removeprefix(SEAL))
        if not content.startswith((MARK, EARLIER)):
            # JSON may begin with a blank, and so would pass what is refused below.
            raise ValueError("no release has written it")
        if self._storage == "keyring":
            raise self._refusal("is not sealed, and `sessionStorage` is keyring", "auto")
        if content.startswith(MARK) and not content.startswith(self._mark):
            raise self._refusal("belongs to another config's session", "")
        return content

    def _close(self, content: bytes) -> bytes:
        if self._storage != "file" and self._get_sealer().has_key:
            return SEAL + self._get_sealer().seal(content)
        if self._storage != "keyring":
            return self._mark + content.removeprefix(b"{")
        raise NoKeyring(
            "The session is to be sealed with a key in the system's keyring (`sessionStorage`), "
            "but no keyring answers. Unlock it, or set `sessionStorage` to auto or file."
        )

    def _refusal(self, what: str, storage: str) -> StoreFailed:
        way = f"Set `sessionStorage` to {storage} to go on with it, or sign" if storage else "Sign"
        return StoreFailed(f"{shown(self.path)} {what}. {way} in again: doorkey login.")

    def _holds_the_key(self) -> bool:
        """Return whether the key at hand is sure to be the keyring's: it sealed what is there now.

        Whoever deletes a sealed file deletes its key, too.
        """
        return self._known_is_sealed and self._known[0] == self.signature()

    def _is_sealed(self) -> bool:
        with suppress(OSError, NotPrivate):
            return (read_private(self.path) or b"").startswith(SEAL)
        return False

    def _get_sealer(self) -> "Sealer":
        if self._sealer is None:
            # Loads threads and asks for cryptography: a plain session needs neither.
            from tui.auth.store.sealing import Sealer, SystemKeyring

            self._sealer = Sealer(self._identity, self._name, self._keys or SystemKeyring())
        return self._sealer

    @property
    def is_sealed(self) -> bool:
        """Whether what it holds is sealed with a key in the keyring; never blocks."""
        return self._storage != "file" and self._sealer is not None and self._sealer.has_key

    def _protection(self) -> str:
        if self.is_sealed:
            return "sealed with a key in the system's keyring"
        if self._sealer is not None and self._sealer.has_failed:
            return "readable by you alone; no keyring answered"
        return "readable by you alone"

    def _reserve_space(self) -> Replacement:
        make_private_folder(self._folder)
        if self._replacement is None:
            self._replacement = Replacement(self.path)
        return self._replacement


def _signature(status: os.stat_result) -> tuple[int, ...]:
    return status.st_ino, status.st_ctime_ns, status.st_mtime_ns, status.st_size
