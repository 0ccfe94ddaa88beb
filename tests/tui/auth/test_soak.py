"""Hundreds of renewals leave nothing behind."""

import asyncio
from pathlib import Path

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.builders.stores import file_store
from tests.support.clocks import Clock
from tests.support.heavy import BLOCKS, least_growth, rounds
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.auth.service import AuthService

pytestmark = pytest.mark.heavy

RENEWALS = rounds(20, 500)

LARGEST_GROWTH_BYTES = 64 * 1024
"""Of the block that grew least. A token set that is kept at each renewal takes more, in full."""


async def renew(service: AuthService, clock: Clock, tenant: ScriptedTenant, times: int) -> None:
    for _ in range(times):
        clock.advance(2)
        await asyncio.gather(*(service.get_access_token() for _ in range(3)))
        tenant.requests.clear()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_many_renewals_of_short_lived_tokens_leak_nothing(tmp_path: Path) -> None:
    clock = Clock()
    tenant = ScriptedTenant(clock)
    tenant.token_members = {"expires_in": 2}
    store = file_store(tmp_path, "soak")
    store.save(session(lifetime_seconds=2))
    service = AuthService(CONFIG, store=store, transport=tenant, clock=clock)
    service.take_up()
    await renew(service, clock, tenant, 20)
    tasks, descriptors = len(asyncio.all_tasks()), names_in(Path("/proc/self/fd"))
    grown_bytes = await least_growth(lambda: renew(service, clock, tenant, RENEWALS // BLOCKS))
    assert tenant.issued == 20 + RENEWALS
    assert len(asyncio.all_tasks()) == tasks
    assert names_in(Path("/proc/self/fd")) == descriptors
    assert grown_bytes < LARGEST_GROWTH_BYTES
    assert [Path(name).suffix for name in names_in(tmp_path)] == [".json", ".lock"]
    await service.aclose()
