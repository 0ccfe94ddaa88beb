"""A tenant to test, made from a copy of one that was prepared once: RSA keys take their time."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from api_server.local_tenant.app import build_app
from api_server.local_tenant.records.tenant import Tenant, open_tenant
from api_server.local_tenant.settings import Settings
from tests.support.clocks import Seconds
from tests.support.people.visitor import Visitor

SETTINGS = Settings(
    issuer="http://localhost:3002/",
    client_id="doorkey-local",
    audience="http://localhost:3001",
    redirect_uris=("http://127.0.0.1:8642/callback", "http://127.0.0.1:18642/callback"),
    state_dir=Path("/nonexistent"),
    host="127.0.0.1",
    port=3002,
)


@pytest.fixture(scope="session")
def prepared_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with keys and people in it."""
    folder = tmp_path_factory.mktemp("prepared")
    open_tenant(replace(SETTINGS, state_dir=folder), clock=Seconds()).close()
    return folder


@pytest.fixture
def settings(prepared_dir: Path, tmp_path: Path) -> Settings:
    shutil.copytree(prepared_dir, tmp_path / "tenant")
    return replace(SETTINGS, state_dir=tmp_path / "tenant")


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def open_one(clock: Seconds) -> Iterator[Callable[[Settings], Tenant]]:
    """Open tenants that are closed at the end of the test."""
    opened = []

    def open_it(settings: Settings) -> Tenant:
        tenant = open_tenant(settings, clock=clock)
        opened.append(tenant)
        return tenant

    yield open_it
    for tenant in opened:
        tenant.close()


@pytest.fixture
def tenant(settings: Settings, open_one: Callable[[Settings], Tenant]) -> Tenant:
    return open_one(settings)


@pytest.fixture
async def visitor(tenant: Tenant) -> AsyncIterator[Visitor]:
    """Somebody with a browser, and the app that they use."""
    transport = httpx.ASGITransport(build_app(tenant))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3002") as client:
        yield Visitor(client)
