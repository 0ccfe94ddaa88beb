"""`doorkey ping` and `doorkey logout`: data to stdout, everything else to stderr."""

import asyncio
import sys
from argparse import Namespace
from typing import Final

from tui.auth.service import AuthService
from tui.auth.session import LogOutStep
from tui.config.load import Config, load_config
from tui.errors import ApiRefused
from tui.text import printable

SYMBOLS: Final = {"done": "✓", "skipped": "-", "failed": "✗", "waiting": "…"}


def ping(arguments: Namespace) -> int:
    """Call the API with an access token that is valid."""
    sys.stdout.write(asyncio.run(_ping(load_config(arguments.config))) + "\n")
    sys.stdout.flush()
    return 0


def logout(arguments: Namespace) -> int:
    """Wipe the session here, revoke it, sign out at the tenant unless `--local`.

    Exit code 1 where one of these fails.
    """
    config = load_config(arguments.config)
    steps = asyncio.run(_logout(config, at_tenant=not arguments.local))
    return 1 if any(step.outcome == "failed" for step in steps) else 0


async def _ping(config: Config) -> str:
    from tui.api import client as api_client

    async with AuthService(config) as service:
        service.take_up()
        result = await api_client.ping(config.api_url, await service.get_access_token())
    if not result.ok:
        challenge = f"\n{printable(result.challenge)}" if result.challenge else ""
        raise ApiRefused(printable(result.message) + challenge)
    return printable(result.message)


async def _logout(config: Config, *, at_tenant: bool) -> tuple[LogOutStep, ...]:
    async with AuthService(config) as service:
        return await service.log_out(at_tenant=at_tenant, watch=_show_step)


def _show_step(step: LogOutStep) -> None:
    sys.stderr.write(f"{SYMBOLS[step.outcome]} {printable(step.message)}\n")
    sys.stderr.flush()
