"""What the sign-in looks like in each of its states, at three sizes."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.tui.screens.looks import Looks, RunBefore
from tests.tui.screens.stage import Stage, stage, text_of, until
from tests.tui.screens.test_sign_in import dialog, is_waiting
from tui.auth.sign_in.surroundings import Surroundings

pytestmark = pytest.mark.snapshot

URIS = ("http://127.0.0.1:8642/callback", "http://127.0.0.1:18642/callback")

URL = (
    "https://tenant.example/authorize?response_type=code&client_id=the-client"
    "&redirect_uri=http%3A%2F%2F127.0.0.1%3A8642%2Fcallback"
    "&scope=openid+profile+email+offline_access&state=IzvNdZvKeS50N_M0gnED9SUsvqGB1y8uy8g"
    "&nonce=et_a5bXME8dxUEKCaPizyYv_CVhIp9&code_challenge=8PVutdzP6EB236e9jpDsMdr_jaZ2lp"
    "&code_challenge_method=S256&audience=https%3A%2F%2Fapi.example"
)

OVER_SSH = Surroundings(over_ssh=True, has_display=False, ssh_target="pat@192.0.2.7")

IN_CONTAINER = Surroundings(in_container=True, has_display=False)


async def never(_seconds: float) -> None:
    await asyncio.Event().wait()


def pressed(on: Stage, *keys: str, then: Callable[[], object] = lambda: True) -> RunBefore:
    """Sign in, press keys once it waits, and show an address that is the same each time."""

    async def run(pilot: "Pilot[None]") -> None:
        await until(pilot, lambda: on.app.account.state != "restoring")
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))
        screen = dialog(on)
        assert screen is not None
        for key in keys:
            await pilot.press(key)
        await until(pilot, then)
        screen.progress = replace(screen.progress, url=URL, redirect_uri=URIS[0])
        await pilot.pause()

    return run


async def test_finish_in_the_browser(looks: Looks) -> None:
    on = stage(browser="waits")
    await looks(on, pressed(on))


async def test_no_browser_did_open(looks: Looks) -> None:
    on = stage(browser="fails")
    await looks(on, pressed(on))


async def test_over_ssh_with_a_code(looks: Looks) -> None:
    on = stage(browser="fails", around=OVER_SSH, device_sleep=never)
    await looks(on, pressed(on, "d", then=lambda: "W D J B - M J H T" in text_of(on.app)))


async def test_in_a_container_with_a_wrong_paste(looks: Looks) -> None:
    on = stage(browser="fails", around=IN_CONTAINER)
    on.tenant.metadata["device_authorization_endpoint"] = None
    typed = ("v", *"nonsense", "enter")
    await looks(on, pressed(on, *typed, then=lambda: "does not know this" in text_of(on.app)))


async def test_the_code_as_a_qr_code(looks: Looks) -> None:
    on = stage(browser="fails", device_sleep=never)
    shown = pressed(on, "d", then=lambda: "W D J B" in text_of(on.app))

    async def scan(pilot: "Pilot[None]") -> None:
        await shown(pilot)
        await pilot.press("k")
        await until(pilot, lambda: "Scan this" in text_of(on.app))
        await until(pilot, lambda: "▀▀▀▀▀" in text_of(on.app))

    await looks(on, scan)


async def test_a_sign_in_that_failed(looks: Looks) -> None:
    on = stage()
    on.tenant.metadata["issuer"] = "https://other.example/"

    async def fail(pilot: "Pilot[None]") -> None:
        await until(pilot, lambda: on.app.account.state != "restoring")
        await pilot.press("l")
        await until(pilot, lambda: "did not work" in text_of(on.app))

    await looks(on, fail)
