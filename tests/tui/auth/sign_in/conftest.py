from collections.abc import AsyncIterator

import pytest

from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tests.support.tenants.sign_ins import SignIns


@pytest.fixture
async def signing(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[SignIns]:
    made = SignIns(tenant, clock)
    yield made
    await made.service.aclose()
