"""A proxy before a scripted API, and a program that talks to it byte for byte."""

from collections.abc import AsyncIterator

import pytest

from tests.support.apis.proxied import SECRET, Session, World
from tests.support.apis.scripted_api import ScriptedApi
from tui.api.proxy.server import Proxy


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with ScriptedApi() as api:
        made = World(api, Session())
        proxy = Proxy(
            api.url,
            made.session.sign,
            log=made.log.append,
            draw_secret=lambda: SECRET,
        )
        made.base = await proxy.listen("127.0.0.1", 0)
        yield made
        await proxy.aclose()
