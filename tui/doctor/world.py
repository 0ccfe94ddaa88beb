"""What an examination looks at, all of which a test may set."""

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tui.auth.session import Session
from tui.auth.store.file_store import session_store
from tui.auth.store.sealing import KeyKeeper, SystemKeyring
from tui.config.load import Config
from tui.config.paths import state_dir
from tui.doctor.connection import require_name
from tui.errors import ConfigInvalid
from tui.moments import Clock, utc_now

if TYPE_CHECKING:
    import httpx


LookUp = Callable[[str, Mapping[str, str]], Awaitable[None]]
"""Raises ExchangeFailed where the host of an address, in this environment, has none."""


def _kept(config: Config) -> Session | None:
    return session_store(config).load()


@dataclass(frozen=True, slots=True)
class World:
    """The config, or why there is none, and everything around it."""

    config: Config | ConfigInvalid
    tenant: "httpx.AsyncBaseTransport | None" = None
    api: "httpx.AsyncBaseTransport | None" = None
    clock: Clock = utc_now
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    look_up: LookUp = require_name
    load_session: Callable[[Config], Session | None] = _kept
    keyring: KeyKeeper = field(default_factory=SystemKeyring)
    state_folder: Callable[[], Path] = state_dir
    in_use: bool = False
    """Whether the config was read a while ago, and its file may say something else by now."""

    async def require_name(self, url: str) -> None:
        """Look the host's name up where we have to; raises ExchangeFailed where it is unknown."""
        await self.look_up(url, self.environ)
