import pytest

from tests.builders import Clock
from tests.scripted_tenant import ScriptedTenant


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tenant(clock: Clock) -> ScriptedTenant:
    return ScriptedTenant(clock)
