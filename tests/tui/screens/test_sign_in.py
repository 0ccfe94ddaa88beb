"""The dialog of a sign-in: every key, and every way out."""

import httpx
from textual.widgets import Input

from tests.scripted_tenant import ScriptedTenant
from tests.tui.screens.stage import Stage, stage, text_of, until
from tui.screens.sign_in import SignInScreen

SIZE = (80, 30)


def dialog(on: Stage) -> SignInScreen | None:
    return on.app.screen if isinstance(on.app.screen, SignInScreen) else None


def is_waiting(on: Stage) -> bool:
    screen = dialog(on)
    return screen is not None and screen.progress.browser in ("opened", "failed")


def answer_url(on: Stage, tenant: ScriptedTenant) -> str:
    request = httpx.URL(screen.progress.url if (screen := dialog(on)) else "").params
    return str(
        httpx.URL(
            request["redirect_uri"],
            params={"code": "the-code", "state": request["state"], "iss": tenant.issuer},
        )
    )


async def test_the_whole_address_and_the_time_left_are_shown() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        screen = dialog(on)
        assert screen is not None
        x, y, width, height = screen.query_one("#address").region
        lines = text_of(on.app).split("\n")[y : y + height]
        shown = "".join(line[x : x + width].strip() for line in lines)
        assert shown == screen.progress.url
        assert "gives up in 5:00" in text_of(on.app)
        on.clock.advance(62)
        await until(pilot, lambda: "gives up in 3:58" in text_of(on.app))


async def test_escape_cancels_and_nobody_is_signed_in() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("2")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("escape")
        await until(pilot, lambda: dialog(on) is None)
        assert on.app.current_mode == "home"
        assert not on.app.account.signed_in


async def test_c_copies_the_address() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        screen = dialog(on)
        assert screen is not None
        await pilot.press("c")
        assert on.app.clipboard == screen.progress.url


async def test_enter_copies_the_address_and_never_cancels() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("enter")
        assert dialog(on) is not None
        assert on.app.clipboard.startswith(on.tenant.issuer)


async def test_b_opens_the_browser_again() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("b")
        await until(pilot, lambda: on.app.account.signed_in)


async def test_a_pasted_answer_completes_the_sign_in() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("v")
        on.app.screen.query_one("#pasted", Input).value = answer_url(on, on.tenant)
        await pilot.press("enter")
        await until(pilot, lambda: on.app.current_mode == "external-api")
        assert on.app.account.signed_in


async def test_a_pasted_answer_to_something_else_is_told_and_the_sign_in_goes_on() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("v", *"nonsense", "enter")
        await until(pilot, lambda: "Copy the whole address" in text_of(on.app))
        assert is_waiting(on)


async def test_a_tenant_that_is_down_is_told_and_r_tries_again() -> None:
    on = stage()
    discovery = "/.well-known/openid-configuration"
    on.tenant.responses[discovery] = lambda _request: httpx.Response(503)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("2")
        await until(pilot, lambda: "✗ The sign-in did not work" in text_of(on.app))
        del on.tenant.responses[discovery]
        await pilot.press("r")
        await until(pilot, lambda: on.app.current_mode == "profile")


async def test_a_refusal_by_the_tenant_is_told() -> None:
    on = stage()
    on.tenant.answer_parameters = {"code": None, "error": "access_denied"}
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "✗ The sign-in did not work" in text_of(on.app))
        assert not on.app.account.signed_in
