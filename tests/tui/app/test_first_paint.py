"""What the first paint waits for, and what it does not."""

import gc
import subprocess
import sys

import pytest

from tests.support.app.stage import stage, text_of, until
from tui.app.app import DoorkeyApp
from tui.app.doors import Doors
from tui.app.screens.home import GREETING
from tui.auth.service import AuthService
from tui.config.load import Config

HEAVY = ("httpx", "jwt", "cryptography", "starlette", "granian", "keyring", "h11", "argparse")

LATER = (
    "tui.auth.service",
    "tui.app.widgets.home_board",
    "tui.app.screens.profile",
    "tui.servers.checks",
)


def test_nothing_is_imported_that_the_first_paint_can_do_without() -> None:
    code = (
        "import sys, tui.cli, tui.app.launch, tui.app.app, tui.app.screens.home;"
        f"print([name for name in {(*HEAVY, *LATER)} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


async def test_the_greeting_is_there_before_the_service_is() -> None:
    greeted_first: list[bool] = []
    on = stage()

    def make_service(config: Config) -> AuthService:
        greeted_first.append(GREETING in text_of(app))
        return on.service

    app = DoorkeyApp(Doors(on.service.config, make_service))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: greeted_first)
    assert greeted_first == [True]


async def test_garbage_is_collected_again_once_the_app_stands() -> None:
    on = stage()
    gc.disable()
    try:
        async with on.app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: on.app.painted)
            assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()


@pytest.mark.parametrize("name", ["sign_in", "profile", "external_api/screen"])
async def test_what_other_places_look_like_is_read_ahead(name: str) -> None:
    on = stage()
    async with on.app.run_test(size=(80, 24)) as pilot:
        sources = on.app.stylesheet.source
        await until(pilot, lambda: any(path.endswith(f"{name}.tcss") for path, _ in sources))


SIGNED_IN = """
import asyncio, sys
from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tui.app.app import DoorkeyApp
from tui.app.doors import LOADED_AHEAD, SIGN_IN, Doors
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore
from datetime import UTC, datetime

async def look(config):
    return ()

async def main():
    kept = MemoryStore(session(obtained_at=datetime.now(UTC)))
    app = DoorkeyApp(Doors(CONFIG, lambda _: AuthService(CONFIG, store=kept), look_around=look))
    async with app.run_test() as pilot:
        async with asyncio.timeout(30):
            while not app.account.signed_in or any(each.group == "load" for each in app.workers):
                await pilot.pause()
    assert set(LOADED_AHEAD) <= set(sys.modules)
    print(SIGN_IN in sys.modules)

asyncio.run(main())
"""


def test_what_a_sign_in_needs_is_not_loaded_for_who_is_signed_in() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SIGNED_IN], capture_output=True, text=True, check=False
    )
    assert run.stdout.strip() == "False", run.stderr
