"""A world whose bundled servers are processes of the test itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.processes.worlds import World, new_world, servers_of
from tui.servers.processes import Servers


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Ports, a config and folders of its own."""
    return new_world(tmp_path)


@pytest.fixture
async def servers(world: World) -> AsyncIterator[Servers]:
    """Both servers of the world, not yet started."""
    made = servers_of(world)
    yield made
    await made.stop()
