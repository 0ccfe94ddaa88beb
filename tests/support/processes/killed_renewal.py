"""Renews a session over and over in child processes, and kills each at a random moment.

Run as `python -m tests.support.processes.killed_renewal FOLDER ROUNDS`;
prints how many sessions were lost.
The tenant rotates refresh tokens and remembers the current one in a file, as it would on its side.
"""

import asyncio
import os
import random
import select
import signal
import sys
from pathlib import Path

import httpx

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import expired, session
from tests.support.builders.stores import file_store
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.auth.service import AuthService
from tui.auth.store.file_store import FileStore

LATEST_KILL_SECONDS = 0.06


class RotatingTenant(ScriptedTenant):
    """Knows across processes which refresh token is current."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Clock())
        self.current = folder / "current"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/token":
            return await super().handle_async_request(request)
        known = self.current.read_text()
        self.refresh_tokens, self.issued = {known}, int(known.split("-")[1])
        response = await super().handle_async_request(request)
        if response.status_code == 200:
            replace_text(self.current, f"refresh-{self.issued}")
        return response


def replace_text(path: Path, text: str) -> None:
    temporary = path.with_suffix(".new")
    temporary.write_text(text)
    temporary.replace(path)


async def renew_for_ever(store: FileStore, tenant: RotatingTenant) -> None:
    service = AuthService(CONFIG, store=store, transport=tenant, clock=tenant.clock)
    service.take_up()
    while True:
        await service.renew_tokens()


def main(folder: Path, rounds: int) -> None:
    store = file_store(folder / "state", "killed")
    tenant = RotatingTenant(folder)
    lost = 0
    start_over(store, tenant)
    for _ in range(rounds):
        child = os.fork()
        if child == 0:
            asyncio.run(renew_for_ever(store, tenant))
        select.select([], [], [], random.random() * LATEST_KILL_SECONDS)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kept = store.load()
        assert kept is not None, "half a file"
        current, held = tenant.current.read_text(), kept.token_set.refresh_token
        if held != current:
            # Lost between the tenant's rotation and our save; nothing older may ever be held.
            lost += 1
            number = int(current.split("-")[1])
            assert held == f"refresh-{number - 1}", "more than one renewal was lost"
            start_over(store, tenant)
    print(lost)


def start_over(store: FileStore, tenant: RotatingTenant) -> None:
    replace_text(tenant.current, "refresh-1")
    store.save(expired(session(refresh_token="refresh-1")))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
