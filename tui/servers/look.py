"""A look around over the network, without anybody waiting for what that loads."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from tui.errors import ConfigInvalid

if TYPE_CHECKING:
    from tui.config.load import Config
    from tui.servers.checks import Finding

Look = Callable[["Config"], Awaitable["tuple[Finding, ...]"]]
"""Finds out whether tenant, API and clock are right."""


async def look_over_the_network(config: "Config") -> "tuple[Finding, ...]":
    """Look at tenant, API and clock; neither the first paint nor a key waits for httpx."""
    await asyncio.to_thread(_load_network)
    from tui.servers.checks import check

    return await check(config)


def _load_network() -> None:
    import_module("tui.servers.checks")
    from tui.http import tls_context

    with suppress(ConfigInvalid):  # which the checks tell of
        tls_context()
