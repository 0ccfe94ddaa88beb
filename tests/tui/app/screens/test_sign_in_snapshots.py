"""What the sign-in looks like in each of its states, at three sizes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from tests.support.app.looks import Looks, RunBefore
from tests.support.app.stage import Stage, dialog_of, has_dialog, is_waiting, stage, text_of, until
from tests.support.clocks import START
from tui.app.screens.sign_in_words import WAYS_AFTER
from tui.auth.session import DevicePrompt, SignInProgress
from tui.auth.sign_in.surroundings import Surroundings

pytestmark = pytest.mark.snapshot

URL = (
    "https://tenant.example/authorize?response_type=code&client_id=the-client"
    "&redirect_uri=http%3A%2F%2F127.0.0.1%3A8642%2Fcallback"
    "&scope=openid+profile+email+offline_access&state=IzvNdZvKeS50N_M0gnED9SUsvqGB1y8uy8g"
    "&nonce=et_a5bXME8dxUEKCaPizyYv_CVhIp9&code_challenge=8PVutdzP6EB236e9jpDsMdr_jaZ2lp"
    "&code_challenge_method=S256&audience=https%3A%2F%2Fapi.example"
)

WAITING = SignInProgress(
    "waiting",
    url=URL,
    redirect_uri="http://127.0.0.1:8642/callback",
    deadline=START + timedelta(minutes=5),
    browser="opened",
    device_offered=True,
)

CODE = DevicePrompt(
    "WDJB-MJHT",
    "https://tenant.example/device",
    "https://tenant.example/device?user_code=WDJB-MJHT",
    START + timedelta(minutes=10),
)

UNOPENED = replace(WAITING, browser="failed")

LOCAL_URL = "http://localhost:3002/authorize?response_type=code&client_id=doorkey-local"

WITH_CODE = replace(UNOPENED, device=CODE, deadline=CODE.deadline)

OVER_SSH = Surroundings(over_ssh=True, has_display=False, ssh_target="pat@192.0.2.7")

IN_CONTAINER = Surroundings(in_container=True, has_display=False)

TAKEN = (
    "No port is free for the answer of the browser: 8642 (taken by python3, process 4711), "
    "18642 (taken). End the program that uses one of them, or add another to `redirectUris` "
    "in the config (and to the callback URLs that the tenant allows). "
    "A sign-in with a code, or by pasting, needs none."
)


def signing_in(on: Stage) -> RunBefore:
    """Open the dialog, and let it come to rest."""

    async def run(pilot: "Pilot[None]") -> None:
        await until(pilot, lambda: on.app.account.state != "restoring")
        await pilot.press("l")
        await until(pilot, lambda: is_waiting(on))

    return run


def told(on: Stage, progress: SignInProgress, after: timedelta = timedelta()) -> RunBefore:
    """Tell the dialog where the sign-in stands, some time after it began."""

    async def run(pilot: "Pilot[None]") -> None:
        screen = dialog_of(on)
        screen.failure, screen.ports_taken = "", False
        screen.progress = SignInProgress("preparing")
        on.clock.advance((START + after - on.clock()).total_seconds())
        on.app.now = on.clock()
        await pilot.pause()
        screen.ways_open = after >= WAYS_AFTER
        screen.progress = progress

    return run


def failed(on: Stage, reason: str, *, ports_taken: bool = False) -> RunBefore:
    """Tell the dialog that the sign-in has failed."""

    async def run(pilot: "Pilot[None]") -> None:
        screen = dialog_of(on)
        screen.failure = ""
        await pilot.pause()
        screen.ports_taken, screen.failure = ports_taken, reason

    return run


async def test_at_a_desktop(looks: Looks) -> None:
    on = stage(browser="waits")
    trouble = "The tenant gives this client no device code: unauthorized_client."
    states = {
        "preparing": told(on, SignInProgress("preparing")),
        "opening": told(on, replace(WAITING, browser="opening")),
        "finish-in-the-browser": told(on, WAITING),
        "the-other-ways": told(on, WAITING, WAYS_AFTER),
        "no-browser-did-open": told(on, UNOPENED),
        "no-code-after-all": told(on, replace(WAITING, device_trouble=trouble)),
        "completing": told(on, SignInProgress("completing")),
        "failed": failed(on, "You did not allow it."),
        "failed-by-the-config": failed(on, "The tenant does not know it. Correct `clientId`."),
        "no-port-is-free": failed(on, TAKEN, ports_taken=True),
        "by-code-alone": told(on, replace(WITH_CODE, url="", redirect_uri="", browser="off")),
    }
    await looks.each(on, signing_in(on), states)


async def test_over_ssh(looks: Looks) -> None:
    on = stage(browser="fails", around=OVER_SSH)
    states = {"waiting": told(on, UNOPENED), "with-a-code": told(on, WITH_CODE)}
    await looks.each(on, signing_in(on), states)


async def test_over_ssh_at_a_tenant_of_that_machine(looks: Looks) -> None:
    on = stage(browser="fails", around=OVER_SSH)
    here = replace(UNOPENED, url=LOCAL_URL)
    code = replace(CODE, verification_uri="http://localhost:3002/device")
    states = {"waiting": told(on, here), "with-a-code": told(on, replace(here, device=code))}
    await looks.each(on, signing_in(on), states)


async def test_on_a_web_page(looks: Looks) -> None:
    on = stage(browser="waits", around=Surroundings(on_web_page=True))
    await looks.each(on, signing_in(on), {"": told(on, WAITING)})


async def test_in_a_container_with_a_wrong_paste(looks: Looks) -> None:
    on = stage(browser="fails", around=IN_CONTAINER)

    async def paste(pilot: "Pilot[None]") -> None:
        await signing_in(on)(pilot)
        await pilot.press("v", *"nonsense", "enter")
        await until(pilot, lambda: "does not know this" in text_of(on.app))

    await looks.each(on, paste, {"": told(on, replace(UNOPENED, device_offered=False))})


async def test_as_a_qr_code(looks: Looks) -> None:
    on = stage(browser="fails")

    def scanned(progress: SignInProgress) -> RunBefore:
        async def run(pilot: "Pilot[None]") -> None:
            await pilot.press("_" if has_dialog(on) else "escape")
            await told(on, progress)(pilot)
            await pilot.press("k")
            await until(pilot, lambda: {"█▀▀▀▀▀█", "too small"} & words_of(on))

        return run

    await looks.each(
        on,
        signing_in(on),
        {"the-code": scanned(WITH_CODE), "the-address": scanned(UNOPENED)},
    )


def words_of(on: Stage) -> set[str]:
    shown = text_of(on.app)
    return {words for words in ("█▀▀▀▀▀█", "too small") if words in shown}
