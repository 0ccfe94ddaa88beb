from collections.abc import AsyncIterator

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tests.support.tenants.services import Make
from tests.support.tenants.sign_ins import SignIns
from tui.auth.service import AuthService
from tui.auth.session import Session
from tui.auth.store.store import MemoryStore, SessionStore


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tenant(clock: Clock) -> ScriptedTenant:
    return ScriptedTenant(clock)


@pytest.fixture
async def make(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[Make]:
    made: list[AuthService] = []

    def service(kept: Session | None = None, store: SessionStore | None = None) -> AuthService:
        made.append(
            AuthService(
                CONFIG,
                store=store or MemoryStore(kept),
                transport=tenant,
                clock=clock,
                open_url=tenant.no_browser,
            )
        )
        made[-1].take_up()
        return made[-1]

    yield service
    for each in made:
        await each.aclose()


@pytest.fixture
async def service(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[AuthService]:
    made = AuthService(
        CONFIG,
        store=MemoryStore(),
        transport=tenant,
        clock=clock,
        open_url=tenant.browser,
    )
    yield made
    await made.aclose()


@pytest.fixture
async def signing(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[SignIns]:
    made = SignIns(tenant, clock)
    yield made
    await made.service.aclose()
