"""The tenant's database: one SQLite file per issuer.

It is used from the event loop without threads: every statement is far below a millisecond, and
so nothing can come between the statements of a transaction in this process. `BEGIN IMMEDIATE`
does the same against another process, such as the tenant that replaces this one in a restart.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from logging import getLogger
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from api_server.bearer.strict_encoding import encode_base64url
from api_server.local_tenant.errors import DatabaseUnusable, RequestRefused
from api_server.local_tenant.settings import Randomness, Settings

logger = getLogger(__name__)

FOLDER: Final = "local_tenant"
SCHEMA_VERSION: Final = 4
MIGRATIONS: Final = {
    2: "ALTER TABLE grants ADD COLUMN jkt TEXT; ALTER TABLE codes ADD COLUMN dpop_jkt TEXT;",
    3: "ALTER TABLE browsers ADD COLUMN acr TEXT NOT NULL DEFAULT '1';"
    "ALTER TABLE grants ADD COLUMN acr TEXT NOT NULL DEFAULT '1';",
}
"""From each version to the next: no update may end a session."""

PATIENCE_SECONDS: Final = 5.0
"""With another process that uses the file."""

PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    # in WAL a power cut may lose the last commits but never damages the file
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)

SECRET_BYTES: Final = 32
"""256 bits; RFC 6749 10.10 asks for at least 128 in what end users do not handle."""


@dataclass(frozen=True, slots=True)
class Database:
    """One open connection."""

    connection: sqlite3.Connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit at the end, roll back on failure.

        A RequestRefused commits: it is an outcome, and what led to it, such as a used code or a
        revoked family of tokens, must last.
        """
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except RequestRefused:
            self.connection.execute("COMMIT")
            raise
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def close(self) -> None:
        """Write everything into the one file and close it."""
        self.connection.close()


def open_database(settings: Settings, patience_seconds: float = PATIENCE_SECONDS) -> Database:
    """Open or make the issuer's file; raise DatabaseUnusable."""
    path = settings.state_dir / FOLDER / f"{settings.short_name}.sqlite3"
    try:
        _make_private(path)
        # SQLite itself does not wait for another process that is making the file right now
        with FileLock(path.with_suffix(".lock"), patience_seconds, mode=0o600):
            return Database(_connect_or_start_afresh(path, patience_seconds))
    except Timeout as error:
        raise DatabaseUnusable(
            f"cannot use {path}: another tenant is starting with it; try again"
        ) from error
    except OSError as error:
        raise DatabaseUnusable(
            f"cannot use {path}: {error.strerror}; choose another --state-dir"
        ) from error
    except sqlite3.Error as error:
        raise DatabaseUnusable(
            f"cannot use {path}: {error}; stop what else uses it, or choose another --state-dir"
        ) from error


def _make_private(path: Path) -> None:
    path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # our own folder is made private even if it was not; the one that it is in may be anybody's
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.parent.chmod(0o700)
    # SQLite gives its -wal and -shm files the mode of the main one
    flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o600)
    os.close(descriptor)
    path.chmod(0o600)


def _connect_or_start_afresh(path: Path, patience_seconds: float) -> sqlite3.Connection:
    """Open a file; one that is damaged or of another version is set aside.

    It holds demo people and their sign-ins: to begin anew is better than not to begin.
    """
    try:
        return _connect(path, patience_seconds)
    except sqlite3.OperationalError:
        # locked, unreadable, disk full: the file itself may be fine
        raise
    except sqlite3.DatabaseError as error:
        aside = path.with_suffix(".old")
        path.replace(aside)
        for leftover in ("-wal", "-shm"):
            path.with_name(path.name + leftover).unlink(missing_ok=True)
        logger.warning("%s: %s; it is now %s, and the tenant starts afresh", path, error, aside)
        _make_private(path)
        return _connect(path, patience_seconds)


def _connect(path: Path, patience_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=patience_seconds, isolation_level=None, check_same_thread=False
    )
    try:
        connection.row_factory = sqlite3.Row
        for pragma in PRAGMAS:
            connection.execute(pragma)
        _apply_schema(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _apply_schema(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in (0, *MIGRATIONS, SCHEMA_VERSION):
        raise sqlite3.DatabaseError(f"it was made by another version of Doorkey ({version})")
    for old in range(version or SCHEMA_VERSION, SCHEMA_VERSION):
        change = f"{MIGRATIONS[old]} PRAGMA user_version = {old + 1};"
        connection.executescript(f"BEGIN IMMEDIATE; {change} COMMIT;")
    connection.executescript((files(__package__) / "schema.sql").read_text("utf-8"))
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def draw_secret(randomness: Randomness) -> str:
    """Draw a new secret of 43 URL-safe characters: a code, a cookie, a refresh token."""
    return encode_base64url(randomness(SECRET_BYTES))


def digest(secret: str) -> str:
    """Return what is stored of a secret, so that a stolen database opens nothing."""
    return sha256(secret.encode()).hexdigest()
