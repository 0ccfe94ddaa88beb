"""Puts the app that asks for a tenant on stage, with a scripted tenant and keyring."""

from collections.abc import Callable

import httpx
from textual.pilot import Pilot
from textual.widgets import Input

from tests.support.app.stage import text_of, until
from tests.support.builders.stores import Keys
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.app.screens.set_up.registration import Outside
from tui.app.set_up import SetUpApp
from tui.terminal.clipboard import Taken


class SetUp:
    """The app, the tenant that answers it, its keyring, and what it copied."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.tenant = ScriptedTenant(Clock())
        self.keys = Keys()
        self.copied: list[str] = []
        self.outside = Outside(self._copy, self.keys, transport or self.tenant)
        self.app = SetUpApp(self.outside)

    async def _copy(self, text: str) -> Taken:
        self.copied.append(text)
        return "yes"

    def is_over(self) -> bool:
        return self.app.following is not None

    async def until_shown(self, pilot: "Pilot[None]", *words: str) -> None:
        """Let the app work until all `words` stand on the screen."""
        await until(pilot, self.shows(*words))

    def shows(self, *words: str) -> Callable[[], bool]:
        return lambda: all(each in text_of(self.app) for each in words)


async def fill(on: SetUp, pilot: "Pilot[None]", **values: str) -> None:
    """Open the form and type into its fields."""
    await pilot.press("o")
    await until(pilot, on.shows("Connect your own tenant"))
    given = {"issuer": "tenant.example", "client": "my-client", "audience": "my-api"} | values
    for name, value in given.items():
        on.app.screen.query_one(f"#{name} Input", Input).value = value
