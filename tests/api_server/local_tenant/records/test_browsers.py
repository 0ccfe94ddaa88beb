from tests.support.clocks import Seconds
from tests.support.people.visitor import Visitor, parameters_of

HOUR = 3600
DAY = 24 * HOUR


async def is_known_after(visitor: Visitor, clock: Seconds, seconds: int) -> bool:
    """Tell whether a form of a page that was opened before is still taken."""
    page = await visitor.get("/device")
    clock.advance(seconds)
    return (await visitor.submit(page, user_code="BBBB-BBBB")).status_code == 400


async def test_browser_without_anybody_signed_in_is_known_for_an_hour(
    visitor: Visitor, clock: Seconds
) -> None:
    assert await is_known_after(visitor, clock, HOUR - 1)
    visitor.client.cookies.clear()
    assert not await is_known_after(visitor, clock, HOUR)


async def test_session_lasts_a_day(visitor: Visitor, clock: Seconds) -> None:
    await visitor.sign_in()
    clock.advance(DAY - 1)
    assert "code" in parameters_of(await visitor.authorize(prompt="none"))
    clock.advance(1)
    assert parameters_of(await visitor.authorize(prompt="none"))["error"] == "login_required"


async def test_sign_in_that_begins_at_the_end_of_a_session_has_its_full_time(
    visitor: Visitor, clock: Seconds
) -> None:
    await visitor.sign_in()
    clock.advance(DAY - 60)
    page = await visitor.follow(await visitor.authorize(prompt="login"))
    clock.advance(899)
    assert "code" in parameters_of(await visitor.log_in(page))


async def test_sign_in_that_begins_makes_no_session_shorter(
    visitor: Visitor, clock: Seconds
) -> None:
    await visitor.sign_in()
    await visitor.authorize(prompt="login")
    clock.advance(2 * HOUR)
    assert "code" in parameters_of(await visitor.authorize(prompt="none"))


async def test_logging_in_ends_what_the_cookie_before_could_do(visitor: Visitor) -> None:
    """security.md 60: a replaced sign-in leaves nothing alive."""
    await visitor.sign_in("alice")
    old = dict(visitor.client.cookies)
    page = await visitor.follow(await visitor.authorize(prompt="login"))
    await visitor.log_in(page, "bob")
    visitor.client.cookies.clear()
    visitor.client.cookies.update(old)
    assert parameters_of(await visitor.authorize(prompt="none"))["error"] == "login_required"
