from datetime import timedelta

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tests.support.tenants.sign_ins import SignIns
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore


@pytest.mark.parametrize("hours", [-5, -1, 1, 5])
async def test_a_clock_that_is_off_is_measured_and_the_sign_in_works(
    signing: SignIns, clock: Clock, hours: int
) -> None:
    signing.tenant.ahead = timedelta(hours=-hours)
    await signing.service.login()
    session = signing.service.session
    assert session is not None
    assert abs(session.clock_skew_seconds - hours * 3600) <= 1
    assert signing.service.is_access_token_valid()
    assert signing.service.is_id_token_valid()
    clock.advance(3601)
    assert not signing.service.is_access_token_valid()
    assert not signing.service.is_id_token_valid()


@pytest.mark.parametrize("seconds", [-29, 0, 29])
async def test_clocks_that_agree_well_enough_are_not_remarked_on(
    signing: SignIns, seconds: int
) -> None:
    signing.tenant.ahead = timedelta(seconds=seconds)
    await signing.service.login()
    session = signing.service.session
    assert session is not None
    assert session.clock_skew_seconds == 0


@pytest.mark.parametrize(
    "date",
    ["", "yesterday", "Thu, 01 Jan 1970 00:00:00 -0000", "Fri, 31 Dec 9999 23:59:59 GMT",
     "Mon, 01 Jan 2026 00:00:00 +99999999999999999999"],
)  # fmt: skip
async def test_a_tenant_without_a_usable_date_is_taken_to_agree(
    signing: SignIns, date: str
) -> None:
    class Undated(ScriptedTenant):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await super().handle_async_request(request)
            response.headers["Date"] = date
            return response

    tenant = Undated(signing.tenant.clock)
    service = AuthService(
        CONFIG, store=MemoryStore(), transport=tenant, clock=tenant.clock, open_url=tenant.browser
    )
    event = await service.login()
    assert event.logged_in
    assert service.session is not None
    assert service.session.clock_skew_seconds == 0
    await service.aclose()
