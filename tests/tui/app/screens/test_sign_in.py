"""The dialog of a sign-in: every key, and every way out."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from textual.widgets import Input

from tests.support.scripted_tenant import ScriptedTenant
from tests.support.stage import (
    Stage,
    dialog_of,
    has_dialog,
    is_waiting,
    no_clipboard,
    stage,
    text_of,
    until,
)
from tui.app.screens.sign_in import SignInScreen
from tui.auth.sign_in.surroundings import Surroundings

SIZE = (80, 30)


def answer_url(on: Stage, tenant: ScriptedTenant) -> str:
    request = httpx.URL(dialog_of(on).progress.url).params
    return str(
        httpx.URL(
            request["redirect_uri"],
            params={"code": "the-code", "state": request["state"], "iss": tenant.issuer},
        )
    )


async def test_the_whole_address_as_one_link_and_the_time_left_are_shown() -> None:
    on = stage(browser="waits")
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
        assert "▲ Does the browser show an error" not in text_of(on.app)
        on.clock.advance(62)
        await until(pilot, lambda: "gives up in 3:58" in text_of(on.app))
        # The tenant's error page is seen by the person alone.
        await until(pilot, lambda: "▲ Does the browser show an error" in text_of(on.app))


async def test_escape_cancels_and_nobody_is_signed_in() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("2")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("escape")
        await until(pilot, lambda: not has_dialog(on))
        assert on.app.current_mode == "home"
        assert not on.app.account.signed_in


async def test_ctrl_c_cancels_too_whatever_is_being_typed() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("v", "x", "ctrl+c")
        await until(pilot, lambda: not has_dialog(on))
        assert not on.app.account.signed_in


async def test_c_and_enter_copy_the_address_and_cancel_nothing() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        screen = dialog_of(on)
        for key in ("c", "enter"):
            on.app.copy_to_clipboard("")
            await pilot.press(key)
            await until(pilot, lambda: on.app.clipboard == screen.progress.url)
        assert dialog_of(on) is screen
        assert on.copied == [screen.progress.url] * 2


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
        assert " f5  shows a short code" in text_of(on.app)
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


async def test_a_tenant_of_our_own_that_is_starting_is_waited_for() -> None:
    ready = asyncio.Event()

    async def until_ready() -> None:
        await ready.wait()

    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        on.app.push_screen(SignInScreen(on.service, on.clock, no_clipboard, until_ready))
        await until(pilot, lambda: "Getting ready" in text_of(on.app))
        assert not on.tenant.requests
        ready.set()
        await until(pilot, lambda: on.app.account.signed_in)


async def test_a_refusal_by_the_tenant_is_told() -> None:
    on = stage()
    on.tenant.answer_parameters = {"code": None, "error": "access_denied"}
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "✗ The sign-in did not work" in text_of(on.app))
        assert not on.app.account.signed_in


async def test_d_shows_a_code_and_whoever_enters_it_is_signed_in() -> None:
    allowed = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        await allowed.wait()

    on = stage(browser="fails", device_sleep=sleep)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("2")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("d")
        await until(pilot, lambda: "W D J B - M J H T" in text_of(on.app))
        assert "https://tenant.example/device" in text_of(on.app)
        assert "gives up in 10:00" in text_of(on.app)
        await pilot.press("k")
        await until(pilot, lambda: "compare the code: WDJB-MJHT" in text_of(on.app))
        on.tenant.device_allowed = True
        allowed.set()
        await until(pilot, lambda: on.app.current_mode == "profile")
        assert "compare the code" not in text_of(on.app)


async def test_a_code_that_cannot_be_had_is_told_and_the_browser_stays_awaited() -> None:
    on = stage(browser="waits")
    on.tenant.device_members = {"error": "unauthorized_client"}
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("d")
        await until(pilot, lambda: "unauthorized_client" in text_of(on.app))
        await pilot.press("b")
        await until(pilot, lambda: on.app.account.signed_in)


async def test_a_tenant_without_codes_offers_none() -> None:
    on = stage(browser="fails")
    on.tenant.metadata["device_authorization_endpoint"] = None
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        assert "With a code" not in text_of(on.app)
        await pilot.press("d")
        assert on.tenant.count("/device_authorization") == 0


@pytest.fixture
def taken_uri() -> Iterator[str]:
    """A redirect URI whose port somebody else listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/callback"


async def test_with_every_port_taken_a_code_still_signs_in(taken_uri: str) -> None:
    on = stage(redirect_uris=(taken_uri,), device_sleep=lambda _seconds: asyncio.sleep(0))
    on.tenant.device_allowed = True
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "No port is free" in text_of(on.app))
        await pilot.press("d")
        await until(pilot, lambda: on.app.account.signed_in)


async def test_with_every_port_taken_a_pasted_answer_still_signs_in(taken_uri: str) -> None:
    on = stage(redirect_uris=(taken_uri,))
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "No port is free" in text_of(on.app))
        await pilot.press("v")
        await until(pilot, lambda: "Open the address below there" in text_of(on.app))
        assert "In a browser on this machine" not in text_of(on.app)
        await pilot.press("v")
        answer = answer_url(on, on.tenant)
        await on.tenant.no_browser(dialog_of(on).progress.url)
        on.app.screen.query_one("#pasted", Input).value = answer
        await pilot.press("enter")
        await until(pilot, lambda: on.app.account.signed_in)


async def test_with_every_port_taken_the_sign_in_still_asks_for_what_it_was_for(
    taken_uri: str,
) -> None:
    on = stage(signed_in=True, redirect_uris=(taken_uri,))
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("s")
        await until(pilot, lambda: "No port is free" in text_of(on.app))
        await pilot.press("v")
        await until(pilot, lambda: "Open the address below there" in text_of(on.app))
        screen = dialog_of(on)
        assert httpx.URL(screen.progress.url).params["prompt"] == "login"


async def test_over_ssh_the_order_changes_and_nothing_is_withheld() -> None:
    around = Surroundings(over_ssh=True, has_display=False, ssh_target="pat@192.0.2.7")
    on = stage(browser="fails", around=around, redirect_uris=("http://127.0.0.1:0/callback",))
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        shown, screen = text_of(on.app), dialog_of(on)
        port = httpx.URL(screen.progress.redirect_uri).port
        assert f"ssh -L {port}:127.0.0.1:{port} pat@192.0.2.7" in shown
        assert shown.index("With a code") < shown.index("machine you sit at")
        assert shown.index("machine you sit at") < shown.index("on another machine")
        assert "No browser can be shown here" in shown


async def test_k_says_how_large_the_terminal_must_be_or_shows_the_code() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("k")
        await until(pilot, lambda: "too small for the QR code" in text_of(on.app))
        await pilot.resize_terminal(160, 60)
        await until(pilot, lambda: "█▀▀▀▀▀█" in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: is_waiting(on))


async def test_f_writes_the_address_to_a_file_for_its_owner_alone(state_dir: Path) -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        screen = dialog_of(on)
        await pilot.press("f")
        path = state_dir / "sign-in-address.txt"
        await until(pilot, path.exists)
        assert path.read_text() == screen.progress.url + "\n"
        assert path.stat().st_mode & 0o777 == 0o600
        await pilot.press("escape")
        await until(pilot, lambda: not path.exists())


async def test_what_came_otherwise_than_asked_for_is_told_after_the_sign_in() -> None:
    on = stage()
    on.tenant.token_members = {"refresh_token": None}
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "gave no refresh token" in text_of(on.app))
        assert on.app.account.signed_in
