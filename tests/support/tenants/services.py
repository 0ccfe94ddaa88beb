"""What tests of the service share: how it is made, and tenants that say no."""

from collections.abc import Callable

import httpx
import pytest

from tui.auth.service import AuthService
from tui.auth.session import LoginEvent
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
