"""Who is signed in by each config at hand, as it is kept on this machine."""

from dataclasses import dataclass, field
from pathlib import Path

from tui.auth.session import Session
from tui.auth.store.file_store import session_store
from tui.config.known import KnownConfig, known_configs
from tui.config.load import Config
from tui.errors import StoreFailed


@dataclass(frozen=True, slots=True)
class KeptSession:
    """One config, and the session that is kept for it."""

    known: KnownConfig
    session: Session | None = field(default=None, repr=False)
    storage: str = ""
    """Where the session is kept, in a word; empty where the config is wrong."""
    problem: str = ""
    """Why the config, or its session, cannot be used, for people; empty where all is well."""

    @property
    def config(self) -> Config | None:
        """What the config says; None where it is wrong."""
        return self.known.config

    @property
    def who(self) -> str:
        """Whoever is signed in, by their address or else their name; empty for nobody."""
        profile = self.session.profile if self.session else None
        return (profile.email or profile.name) if profile else ""


class KeptSessions:
    """Reads who is signed in by each config; a session is read anew only where it has changed.

    Each look into a sealed session asks the system's keyring for its key.
    """

    def __init__(self, in_use: Path | None = None) -> None:
        """`in_use` is the config that somebody has opened, wherever it is."""
        self._in_use = in_use
        self._seen: dict[Path, tuple[object, KeptSession]] = {}

    def look(self) -> tuple[KeptSession, ...]:
        """Return a row for each config, as `known_configs` has them; a broken one says why."""
        return tuple(self._row(known) for known in known_configs(self._in_use))

    def _row(self, known: KnownConfig) -> KeptSession:
        if known.config is None:
            return KeptSession(known, problem=known.problem)
        store = session_store(known.config)
        state = (known.config, store.signature())
        before = self._seen.get(known.path)
        if before is not None and before[0] == state:
            return before[1]
        try:
            row = KeptSession(known, store.load(), store.kind)
        except StoreFailed as error:
            row = KeptSession(known, storage=store.kind, problem=str(error))
        self._seen[known.path] = (state, row)
        return row
