"""The dialog of a sign-in: every key, and every way out."""

import re
from dataclasses import replace
from pathlib import Path

import httpx
from textual.widgets import Input

from tests.support.app.stage import (
    answer_url,
    dialog_of,
    has_dialog,
    is_waiting,
    stage,
    text_of,
    until,
)
from tests.support.silence import nobody_listens

SIZE = (80, 30)


async def test_the_whole_address_as_one_link_and_the_time_left_are_shown() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        screen = dialog_of(on)
        address = screen.query_one("#address")
        strips = address.render_lines(address.region.reset_offset)
        assert "".join(strip.text.strip() for strip in strips) == screen.progress.url
        assert len(strips) > 2
        assert {
            segment.style.link
            for strip in strips
            for segment in strip
            if segment.style and segment.text.strip()
        } == {screen.progress.url}
        assert all(strip.text.strip() in text_of(on.app) for strip in strips)
        assert "gives up in 5:00" in text_of(on.app)
        on.clock.advance(62)
        await until(pilot, lambda: "gives up in 3:58" in text_of(on.app))


async def test_escape_cancels_and_nobody_is_signed_in() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("2")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("escape")
        await until(pilot, lambda: not has_dialog(on))
        assert on.app.current_mode == "home"
        assert not on.app.account.signed_in


async def test_a_dialog_that_has_closed_is_told_nothing_any_more() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        closed = dialog_of(on)
        await pilot.press("escape")
        await until(pilot, lambda: not closed.is_running)
        closed.progress = replace(closed.progress, browser="failed")  # by a slow browser
        closed.failure = "The tenant cannot be reached."
        closed.action_cancel()
        await pilot.pause()
        assert on.app.current_mode == "home"
        assert not has_dialog(on)


async def test_ctrl_c_cancels_too_whatever_is_being_typed() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("v", "x", "ctrl+c")
        await until(pilot, lambda: not has_dialog(on))
        assert not on.app.account.signed_in


async def test_esc_closes_the_box_for_a_pasted_address_and_then_the_sign_in() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("v", *"nonsense")
        await until(pilot, lambda: "esc Close the box" in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: "esc Cancel" in text_of(on.app))
        assert is_waiting(on)
        assert "nonsense" not in text_of(on.app)
        await pilot.press("c")
        await until(pilot, lambda: on.copied)
        await pilot.press("escape")
        await until(pilot, lambda: not has_dialog(on))


async def test_c_copies_the_address_and_cancels_nothing() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        screen = dialog_of(on)
        await pilot.press("c")
        await until(pilot, lambda: on.app.clipboard == screen.progress.url)
        assert dialog_of(on) is screen
        assert on.copied == [screen.progress.url]


async def test_enter_presses_a_button_that_is_seen_and_no_other() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("enter")
        await pilot.pause()
        assert not on.copied
        assert is_waiting(on)
        await pilot.press("escape")
        await until(pilot, lambda: not has_dialog(on))
        await pilot.resize_terminal(100, 40)
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("enter")
        await until(pilot, lambda: on.copied)


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


async def test_a_wrong_paste_is_told_also_on_the_smallest_terminal_and_the_sign_in_goes_on() -> (
    None
):
    on = stage(browser="fails")
    async with on.app.run_test(size=(60, 20)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("v", *"nonsense")
        await until(pilot, lambda: "nonsense" in text_of(on.app))
        await pilot.press("enter")
        await until(pilot, lambda: "✗ The tenant does not know this code" in text_of(on.app))
        assert "gives up in" in text_of(on.app)
        assert is_waiting(on)


async def test_the_whole_address_can_be_scrolled_to_on_the_smallest_terminal() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=(60, 20)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        assert "audience=" not in text_of(on.app)
        await pilot.press(*["down"] * 12)
        await until(pilot, lambda: "audience=" in text_of(on.app).replace("\n", ""))


async def test_f1_explains_the_ways_and_goes_again() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("f1")
        await until(pilot, lambda: "whichever works" in text_of(on.app))
        await pilot.press("f1")
        await until(pilot, lambda: "whichever works" not in text_of(on.app))
        assert is_waiting(on)


async def test_hints_name_the_keys_of_the_keymap(tmp_path: Path) -> None:
    path = tmp_path / "keymap.json"
    path.write_text('{"device-code": "f5", "paste-answer": "x"}')
    on = stage(browser="fails", keymap=path)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        assert " F5  shows a short code" in text_of(on.app)
        assert "press  x " in text_of(on.app)
        await pilot.press("f5")
        await until(pilot, lambda: "W D J B - M J H T" in text_of(on.app))


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


async def test_a_tenant_that_has_gone_meanwhile_is_told_before_any_browser_opens() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("s")
        await until(pilot, lambda: on.tenant.authorization and not has_dialog(on))
        on.tenant.authorization.clear()
        on.tenant.responses["/.well-known/openid-configuration"] = nobody_listens
        await pilot.press("s")
        await until(pilot, lambda: "✗ The sign-in did not work" in text_of(on.app))
        assert "tenant.example cannot be reached" in text_of(on.app)
        assert not on.tenant.authorization


async def test_how_long_the_tenant_asks_to_wait_is_told_wherever_it_does() -> None:
    on = stage(signed_in=True)
    busy = httpx.Response(503, headers={"Retry-After": "20"})
    for path in ("/.well-known/openid-configuration", "/token"):
        on.tenant.responses[path] = lambda _request: busy

    def words() -> str:
        return re.sub(r"[\s▌│]+", " ", text_of(on.app))  # unwrapped, and out of their frames

    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("r")
        await until(pilot, lambda: "Not renewed" in words() and "Try again in 20 s." in words())
        on.app.clear_notifications()
        await pilot.press("s")
        failed = "The sign-in did not work"
        await until(pilot, lambda: failed in words() and "again in 20 s." in words())


async def test_a_refusal_by_the_tenant_is_told() -> None:
    on = stage()
    on.tenant.answer_parameters = {"code": None, "error": "access_denied"}
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "✗ The sign-in did not work" in text_of(on.app))
        assert not on.app.account.signed_in


async def test_what_came_otherwise_than_asked_for_is_told_after_the_sign_in() -> None:
    on = stage()
    on.tenant.token_members = {"refresh_token": None}
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "gave no refresh token" in text_of(on.app))
        assert on.app.account.signed_in
