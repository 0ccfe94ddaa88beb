"""What tests of the service share: how it is made, a browser for it, tenants that say no."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant, browse
from tui.auth.service import AuthService
from tui.auth.session import LoginEvent, Session
from tui.auth.store.store import MemoryStore
from tui.errors import IdTokenRejected

Make = Callable[..., AuthService]


def events_of(service: AuthService) -> list[LoginEvent]:
    events: list[LoginEvent] = []
    service.subscribe(events.append)
    return events


def refuse(error: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(400, json={"error": error} if error else None)


async def refused(service: AuthService) -> str:
    with pytest.raises(IdTokenRejected) as raised:
        await service.login()
    assert not service.is_authenticated()
    return str(raised.value)


class BrowserThatFollows:
    """Goes where it is sent: to our own address, then to the tenant's page, then back."""

    def __init__(self, *, comes_back: bool = True, state: str = "") -> None:
        self.opened: list[str] = []
        self.location = ""
        self.comes_back = comes_back
        self.back: asyncio.Task[str] | None = None

    async def __call__(self, url: str) -> bool:
        self.opened.append(url)
        head = (await browse(url)).partition("\r\n\r\n")[0]
        lines = (line.partition(": ") for line in head.split("\r\n"))
        self.location = next(value for name, _, value in lines if name.lower() == "location")
        if self.comes_back:
            query = httpx.URL(self.location).params
            self.back = asyncio.create_task(browse(query["post_logout_redirect_uri"]))
        return True


def service_with_browser(
    tenant: ScriptedTenant, clock: Clock, opener: BrowserThatFollows, kept: Session
) -> AuthService:
    store = MemoryStore(kept)
    service = AuthService(CONFIG, store=store, transport=tenant, clock=clock, open_url=opener)
    service.take_up()
    return service
