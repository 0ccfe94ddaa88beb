"""The other ways of a sign-in: by a code, by pasting, through a tunnel, from a file."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.support.app.stage import (
    Stage,
    answer_url,
    dialog_of,
    has_dialog,
    is_waiting,
    stage,
    text_of,
    until,
)
from tests.support.ports import taken_port
from tests.support.silence import never
from tui.auth.sign_in.surroundings import Surroundings

SIZE = (80, 30)


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


async def test_on_a_tiny_terminal_the_time_left_stands_apart_and_what_is_beside_it_still() -> None:
    on = stage(browser="fails", device_sleep=never)
    async with on.app.run_test(size=(40, 12)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("d")
        await until(pilot, lambda: "gives up in 10:00" in text_of(on.app))
        assert "│ ● Enter the code  gives up in 10:00  │\n│ on the other " in text_of(on.app)
        on.clock.advance(1)
        await until(pilot, lambda: "gives up in 9:59" in text_of(on.app))
        assert "│ ● Enter the code   gives up in 9:59  │\n│ on the other " in text_of(on.app)


async def test_after_the_qr_code_the_keys_of_the_sign_in_work_as_before() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("k", "escape")
        await until(pilot, lambda: has_dialog(on))
        await pilot.press("v")
        await until(pilot, lambda: on.app.screen.query("#pasted:focus"))
        assert "Paste the address, or just the code" in text_of(on.app)


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
    with taken_port() as port:
        yield f"http://127.0.0.1:{port}/callback"


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
        await pilot.press("s")
        await until(pilot, lambda: bool(on.copied))
        assert on.copied == [f"ssh -L {port}:127.0.0.1:{port} pat@192.0.2.7"]


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


async def test_k_says_that_an_address_is_too_long_for_any_code() -> None:
    on = stage(browser="fails", scope="openid " + "x" * 3000)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        await pilot.press("k")
        await until(pilot, lambda: "too long for any QR code. Or go back" in text_of(on.app))
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


async def at_a_tenant_of_this_machine(pilot: "Pilot[None]", on: Stage) -> None:
    """Tell the dialog that the address to open is of this machine."""
    await pilot.press("l")
    await until(pilot, lambda: is_waiting(on))
    screen = dialog_of(on)
    screen.progress = replace(screen.progress, url="http://localhost:3002/authorize?client_id=x")
    await until(pilot, lambda: "localhost:3002/authorize" in text_of(on.app))


async def test_at_a_tenant_of_this_machine_no_way_of_another_device_is_offered() -> None:
    on = stage(browser="fails")
    async with on.app.run_test(size=SIZE) as pilot:
        await at_a_tenant_of_this_machine(pilot, on)
        shown = text_of(on.app)
        assert shown.count("No other device can open it") == 1
        assert "2  With a code, in another browser on this machine" in shown
        assert all(words not in shown for words in ("another machine", "v Paste", "k QR code"))
        await pilot.press("k", "v", "s")
        await pilot.pause()
        assert not on.copied
        assert is_waiting(on)
        assert not on.app.screen.query_one("#pasted").display


@pytest.mark.parametrize("around", [Surroundings(over_ssh=True), Surroundings(on_web_page=True)])
async def test_over_ssh_a_tenant_of_that_machine_is_reached_by_the_line_alone(
    around: Surroundings,
) -> None:
    on = stage(browser="fails", around=around)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_a_tenant_of_this_machine(pilot, on)
        shown = text_of(on.app)
        assert "on another machine" not in shown
        assert ("-L 3002:127.0.0.1:3002" in shown) == around.over_ssh
