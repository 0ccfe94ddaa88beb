"""The store on disk, the JSON that it writes there, and which store a config asks for."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from tui.auth.dpop.session_key import SessionKey
from tui.auth.session import Profile, Session, TokenSet
from tui.auth.store.session_file import SessionFile, Signature
from tui.auth.store.store import LOCK_SECONDS, MemoryStore, SessionStore, StorageKind
from tui.config.load import Config
from tui.config.paths import shown, state_dir
from tui.errors import StoreFailed
from tui.json_value import Json
from tui.private_file import make_private_folder

LOCK_POLL_SECONDS: Final = 0.05

VERSION: Final = 1

BOUND_VERSION: Final = 2
"""Of a session with a key, which a release that knows no keys must not use as if it had none."""


def session_store(config: Config, folder: Path | None = None) -> SessionStore:
    """Return the store that `sessionStorage` asks for, in the state folder by default."""
    if config.session_storage == "memory":
        return MemoryStore()
    identity = config.session_identity
    return FileStore(SessionFile(folder or state_dir(), identity, config.session_storage))


class FileStore:
    """Keeps the session in one file, for this process and all others of the same person."""

    def __init__(self, file: SessionFile) -> None:
        self._file = file
        self.path: Final = file.path

    @property
    def description(self) -> str:
        """Where the file is, and what protects it."""
        return self._file.description

    @property
    def kind(self) -> StorageKind:
        """A file, sealed with a key in the keyring or not."""
        return "keyring" if self._file.is_sealed else "file"

    def signature(self) -> Signature:
        """Tell cheaply whether another process has changed what is kept."""
        return self._file.signature()

    def load(self) -> Session | None:
        """Return the session; a damaged file is set aside and counts as none.

        Raises:
            StoreFailed: it cannot be read, or is not to be.
        """
        signature = self.signature()
        try:
            content = self._file.read()
            return None if content is None else session_from_json(content)
        except ValueError:
            if self.signature() == signature:  # else another process has just replaced it
                self._file.set_aside()
            return None

    def save(self, session: Session) -> None:
        """Replace the file, sealed where that is asked for and possible; raises StoreFailed."""
        self._file.write(session_to_json(session))

    def reserve(self) -> None:
        """Fetch the key from the keyring, and take the space on the disk; raises StoreFailed."""
        self._file.reserve()

    def clear(self) -> None:
        """Delete the file and its key, and whatever else there is with secrets in it."""
        self._file.clear()

    @asynccontextmanager
    async def lock(self, patience_seconds: float = LOCK_SECONDS) -> AsyncIterator[None]:
        """Hold a lock file beside the session, never the session's file itself.

        Raises:
            StoreFailed: another process holds it for longer than that, or the disk says no.
        """
        import filelock  # loads asyncio, which `token` with a valid session does without

        path = self.path.with_suffix(".lock")
        lock = filelock.AsyncFileLock(
            path, timeout=patience_seconds, mode=0o600, run_in_executor=False
        )
        try:
            make_private_folder(path.parent)
            await lock.acquire(poll_interval=LOCK_POLL_SECONDS)
        except filelock.Timeout:
            raise StoreFailed(
                f"Another process has held {shown(path)} for {patience_seconds:.0f} s; "
                "a renewal takes a few. End the process that hangs."
            ) from None
        except OSError as error:
            raise self._file.failure("locked", error) from None
        try:
            yield
        finally:
            self._file.discard()
            await lock.release()


def session_to_json(session: Session) -> bytes:
    """Write `session` as JSON in UTF-8."""
    tokens = session.token_set
    members: dict[str, Json] = {
        "version": BOUND_VERSION if session.key else VERSION,
        "access_token": tokens.access_token,
        "access_token_expiry": tokens.access_token_expiry.isoformat(),
        "id_token": tokens.id_token,
        "token_expiry": tokens.token_expiry.isoformat(),
        "refresh_token": tokens.refresh_token,
        "scope": tokens.scope,
        "obtained_at": tokens.obtained_at.isoformat(),
        "profile": dict(session.profile.claims),
        "signed_in_at": session.signed_in_at.isoformat(),
        "renewed_at": [time.isoformat() for time in session.renewed_at],
        "clock_skew_seconds": session.clock_skew_seconds,
        "signed_in_elsewhere": session.signed_in_elsewhere,
    }
    if session.key is not None:
        members["key"] = dict(session.key.members)
    return json.dumps(members).encode("ascii")


def session_from_json(content: bytes) -> Session:
    """Read a session.

    Raises:
        ValueError: not a session, or one of another version.
    """
    try:
        members = json.loads(content)
        version = members["version"]
        if version not in (VERSION, BOUND_VERSION):
            raise ValueError("another version")
        token_set = TokenSet(
            access_token=_text(members["access_token"]),
            access_token_expiry=_time(members["access_token_expiry"]),
            id_token=_text(members["id_token"]),
            token_expiry=_time(members["token_expiry"]),
            refresh_token=_text_or_none(members["refresh_token"]),
            scope=_text(members["scope"]),
            obtained_at=_time(members["obtained_at"]),
        )
        return Session(
            token_set,
            Profile(dict(members["profile"])),
            _time(members["signed_in_at"]),
            tuple(_time(time) for time in members["renewed_at"]),
            float(members["clock_skew_seconds"]),
            SessionKey.from_members(members["key"]) if version == BOUND_VERSION else None,
            members.get("signed_in_elsewhere") is True,  # releases before this one wrote none
        )
    except (LookupError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a session: {type(error).__name__}") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is expected")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _time(value: object) -> datetime:
    time = datetime.fromisoformat(_text(value))
    if time.tzinfo is None:
        raise ValueError("an aware time is expected")
    return time
