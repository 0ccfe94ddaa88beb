from collections.abc import AsyncIterator

import pytest

from tests.support.clocks import Clock
from tests.support.scripted_tenant import ScriptedTenant
from tests.support.signing import Signing


@pytest.fixture
async def signing(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[Signing]:
    made = Signing(tenant, clock)
    yield made
    await made.service.aclose()
