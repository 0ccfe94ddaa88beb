from collections.abc import AsyncIterator

import pytest

from tests.builders import Clock
from tests.scripted_tenant import ScriptedTenant
from tests.tui.auth.signing import Signing


@pytest.fixture
async def signing(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[Signing]:
    made = Signing(tenant, clock)
    yield made
    await made.service.aclose()
