"""Who is signed in by each config that there is, as it is kept on this machine."""

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


def kept_sessions(in_use: Path | None = None) -> tuple[KeptSession, ...]:
    """Return a row for each config, as `known_configs` has them; a broken one says why."""
    return tuple(_kept_by(known) for known in known_configs(in_use))


def _kept_by(known: KnownConfig) -> KeptSession:
    if known.config is None:
        return KeptSession(known, problem=known.problem)
    store = session_store(known.config)
    try:
        return KeptSession(known, store.load(), store.kind)
    except StoreFailed as error:
        return KeptSession(known, storage=store.kind, problem=str(error))
