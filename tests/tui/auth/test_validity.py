"""When an access token is good enough to be handed out, and when a clock is off."""

from datetime import timedelta

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import START, Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tests.support.tenants.sign_ins import SignIns
from tui.auth.clock_skew import clock_skew, seconds_to_wait
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore
from tui.auth.validity import is_good_for


def good(asked: float | None, *, lifetime: float, age: float) -> bool:
    """Judge a token of `lifetime` seconds that is `age` seconds old."""
    return is_good_for(
        None if asked is None else timedelta(seconds=asked),
        obtained_at=START,
        expiry=START + timedelta(seconds=lifetime),
        now=START + timedelta(seconds=age),
    )


@pytest.mark.parametrize(
    ("lifetime", "age", "is_good"),
    [(3600, 3539, True), (3600, 3541, False), (30, 14, True), (30, 16, False), (60, 61, False)],
)
def test_a_minute_or_half_its_life_is_enough_where_nothing_is_asked_for(
    lifetime: float, age: float, is_good: bool
) -> None:
    assert good(None, lifetime=lifetime, age=age) is is_good


@pytest.mark.parametrize(("age", "is_good"), [(0, True), (1799, True), (1801, False)])
def test_what_can_be_had_is_had(age: float, is_good: bool) -> None:
    assert good(1800, lifetime=3600, age=age) is is_good


@pytest.mark.parametrize("asked", [3600, 7200, 86400, 10 * 365 * 86400])
def test_more_than_a_token_ever_has_renews_one_that_is_not_new(asked: float) -> None:
    assert good(asked, lifetime=3600, age=0.1)
    assert good(asked, lifetime=3600, age=59)
    assert not good(asked, lifetime=3600, age=61)


def test_more_than_a_short_token_ever_has_renews_it_in_the_middle_of_its_life() -> None:
    assert good(60, lifetime=30, age=14)
    assert not good(60, lifetime=30, age=16)


@pytest.mark.parametrize(
    ("asked", "lifetime", "age", "is_good"),
    [
        (None, 3600, 3539.9, True),
        (None, 3600, 3540, False),
        (None, 30, 14.9, True),
        (None, 30, 15, False),
        (100, 3600, 3499.9, True),
        (100, 3600, 3500, False),
        (3600, 3600, 59.9, True),  # as good as it gets
        (3600, 3600, 60, False),
        (3599, 3600, 1, False),
        (50, 50, 24.9, True),
        (50, 50, 25, False),
        (0, 3600, 3539.9, True),
    ],
)
def test_a_token_is_good_to_its_very_limit(
    asked: float | None, lifetime: float, age: float, is_good: bool
) -> None:
    assert good(asked, lifetime=lifetime, age=age) is is_good


@pytest.mark.parametrize(
    ("behind", "counts"),
    [
        (timedelta(seconds=30), False),
        (timedelta(seconds=31), True),
        (timedelta(days=2, seconds=-1), True),
        (timedelta(days=2), False),
    ],
)
def test_a_clock_is_off_by_more_than_half_a_minute_and_less_than_two_days(
    behind: timedelta, counts: bool
) -> None:
    for off in (behind, -behind):
        assert clock_skew(START - off, START) == (off if counts else timedelta())


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


DATE = "Sat, 28 Nov 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("retry_after", "date", "seconds"),
    [
        ("40", "", 40),
        ("0", "", 0),
        ("Sat, 28 Nov 2026 09:00:40 GMT", DATE, 40),
        (DATE, DATE, 0),
        ("Sat, 28 Nov 2026 08:59:59 GMT", DATE, None),
        ("Sat, 28 Nov 2026 09:00:40 GMT", "", None),
        ("Sat, 28 Nov 2026 09:00:40", DATE, None),
        ("Sat, 28 Nov 9999 09:00:40 GMT", DATE, None),
        ("-1", DATE, None),
        ("\u0663", DATE, None),
        ("999999", DATE, None),
        ("soon", DATE, None),
        ("", DATE, None),
    ],
)
def test_a_wait_is_told_in_seconds_or_by_the_servers_own_clock(
    retry_after: str, date: str, seconds: int | None
) -> None:
    """RFC 9110 10.2.3."""
    assert seconds_to_wait({"retry-after": retry_after, "date": date}) == seconds
