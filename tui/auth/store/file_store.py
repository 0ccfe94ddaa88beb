"""A session in a file: plain JSON, or sealed with a key in the system's keyring."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.auth.session import Session
from tui.auth.store.session_json import session_from_json, session_to_json
from tui.auth.store.store import LOCK_SECONDS, MemoryStore, SessionStore, Signature
from tui.config.load import Config
from tui.config.paths import shown, state_dir
from tui.errors import StoreFailed
from tui.private_file import (
    NotPrivate,
    Replacement,
    make_private_folder,
    read_private,
    remove_leftovers,
    session_name,
    sync_folder,
)

if TYPE_CHECKING:
    from tui.auth.store.sealing import KeyKeeper, Sealer

LOCK_POLL_SECONDS: Final = 0.05


def session_store(config: Config, folder: Path | None = None) -> SessionStore:
    """Return the store that `sessionStorage` asks for, in the state folder by default."""
    if config.session_storage == "memory":
        return MemoryStore()
    sealing = {"auto": "if_possible", "keyring": "always", "file": "never"}
    return FileStore(
        folder or state_dir(), config.session_identity, sealing[config.session_storage]
    )


class FileStore:
    """Keeps the session in one file of mode 0600, replaced as a whole.

    `sealing` is "never", "if_possible" or "always" and says how a session is written; what is
    there is read either way.
    """

    def __init__(
        self, folder: Path, identity: str, sealing: str = "never", keys: "KeyKeeper | None" = None
    ) -> None:
        self._name = session_name(identity)
        self._identity = identity
        self._folder = folder
        self._sealing = sealing
        self._keys = keys
        self._sealer_made: Sealer | None = None
        self._replacement: Replacement | None = None
        self.path: Final = folder / f"session-{self._name}.json"

    @property
    def description(self) -> str:
        """Where the file is, and what protects it."""
        return f"Kept in {shown(self.path)}, {self._protection()}."

    def signature(self) -> Signature:
        """Give what a replaced file has anew: its number, its time, its size."""
        try:
            status = self.path.lstat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def load(self) -> Session | None:
        """Read the file; a damaged one is set aside and counts as none."""
        signature = self.signature()
        try:
            content = read_private(self.path)
        except NotPrivate:
            raise StoreFailed(
                f"{shown(self.path)} can be read or changed by others; mode 0600 and you as "
                "its owner are expected. Look at who changed it, then delete it and sign in again."
            ) from None
        except OSError as error:
            raise self._failed("opened (a symbolic link is never followed)", error) from None
        if content is None:
            return None
        try:
            return session_from_json(self._opened(content))
        except ValueError:
            if self.signature() == signature:  # else another process has just replaced it
                self._set_aside()
            return None

    def save(self, session: Session) -> None:
        """Replace the file, sealed where that is asked for and possible."""
        content = self._closed(session_to_json(session))
        try:
            self._reserve().put(content)
        except OSError as error:
            raise self._failed("written", error) from None
        finally:
            self._discard()

    def reserve(self) -> None:
        """Fetch the key from the keyring, and take the space on the disk; raises StoreFailed."""
        if self._sealing != "never":
            self._fetch_key()
        try:
            self._reserve()
        except OSError as error:
            raise self._failed("written", error) from None

    def clear(self) -> None:
        """Delete the file, and whatever else there is with secrets in it."""
        try:
            self.path.unlink(missing_ok=True)
            remove_leftovers(self.path)
            for damaged in self._folder.glob(f"{self.path.stem}.damaged-*"):
                damaged.unlink(missing_ok=True)
            if self._folder.exists():
                sync_folder(self._folder)
        except OSError as error:
            raise self._failed("deleted", error) from None

    @asynccontextmanager
    async def lock(self, patience_seconds: float = LOCK_SECONDS) -> AsyncIterator[None]:
        """Hold a lock file beside the session, never the session's file itself."""
        import filelock  # loads asyncio; only a renewal needs it

        path = self.path.with_suffix(".lock")
        lock = filelock.AsyncFileLock(
            path, timeout=patience_seconds, mode=0o600, run_in_executor=False
        )
        try:
            make_private_folder(self._folder)
            await lock.acquire(poll_interval=LOCK_POLL_SECONDS)
        except filelock.Timeout:
            raise StoreFailed(
                f"Another process has held {shown(path)} for {patience_seconds:.0f} s; "
                "a renewal takes a few. End the process that hangs."
            ) from None
        except OSError as error:
            raise self._failed("locked", error) from None
        try:
            yield
        finally:
            self._discard()
            await lock.release()

    # Sealing.

    @property
    def _sealer(self) -> "Sealer":
        if self._sealer_made is None:
            from tui.auth.store.sealing import Sealer, SystemKeyring

            keys = self._keys or SystemKeyring()
            self._sealer_made = Sealer(self._identity, self._name, keys)
        return self._sealer_made

    def _fetch_key(self) -> None:
        from tui.auth.store.sealing import KeyUnavailable

        with suppress(KeyUnavailable):
            self._sealer.prepare(create=True)

    def _closed(self, content: bytes) -> bytes:
        if self._sealing == "never":
            return content
        if self._sealer.has_key:
            return self._sealer.seal(content)
        if self._sealing == "if_possible":
            return content
        raise StoreFailed(
            "The session is to be sealed with a key in the system's keyring (`sessionStorage`), "
            "but no keyring answers. Unlock it, or set `sessionStorage` to auto or file."
        )

    def _opened(self, content: bytes) -> bytes:
        if content.startswith(b"{"):
            return content
        from tui.auth.store.sealing import KeyUnavailable

        try:
            return self._sealer.open(content)
        except KeyUnavailable:
            raise StoreFailed(
                "The session is sealed with a key in the system's keyring, which does not answer "
                "or does not have it. Unlock the keyring, or sign in again; the session is kept "
                "until then."
            ) from None

    def _protection(self) -> str:
        sealer = self._sealer_made
        if sealer is not None and sealer.has_key and self._sealing != "never":
            return "sealed with a key in the system's keyring"
        if sealer is not None and sealer.has_failed:
            return "readable by you alone; no keyring answered"
        return "readable by you alone"

    # The file.

    def _reserve(self) -> Replacement:
        make_private_folder(self._folder)
        if self._replacement is None:
            self._replacement = Replacement(self.path)
        return self._replacement

    def _discard(self) -> None:
        if self._replacement is not None:
            self._replacement.discard()
            self._replacement = None

    def _set_aside(self) -> None:
        import secrets

        with suppress(OSError):
            self.path.replace(self.path.with_suffix(f".damaged-{secrets.token_hex(4)}"))

    def _failed(self, done: str, error: OSError) -> StoreFailed:
        return StoreFailed(
            f"The session cannot be {done}: {shown(self.path)}: {error.strerror}. "
            "Check the folder's owner, mode and free space."
        )
