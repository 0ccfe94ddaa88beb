"""A sign-in for tests: a real service, a scripted tenant, and what was told meanwhile."""

import asyncio

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.auth.service import AuthService
from tui.auth.session import LoginEvent, SignInProgress
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.sign_in.browser import BrowserOpener
from tui.auth.store.store import MemoryStore
from tui.config.load import Config


class SignIns:
    """A service with its tenant, and what it told."""

    def __init__(
        self, tenant: ScriptedTenant, clock: Clock, config: Config = CONFIG,
        open_url: BrowserOpener | None = None,
    ) -> None:  # fmt: skip
        self.naps: list[float] = []
        self.naps_allowed = 200
        """A device that has waited that often waits on without asking."""
        self.store = MemoryStore()
        self.tenant = tenant
        self.service = AuthService(
            config, store=self.store, transport=tenant, clock=clock,
            open_url=open_url or tenant.browser, sleep=self.sleep,
        )  # fmt: skip
        self.events: list[LoginEvent] = []
        self.service.subscribe(self.events.append)
        self.progress: list[SignInProgress] = []
        self.waits = asyncio.Event()

    def watch(self, progress: SignInProgress) -> None:
        self.progress.append(progress)
        if progress.phase == "waiting":
            self.waits.set()

    def begin(self, **options: object) -> "asyncio.Task[LoginEvent]":
        """Start a sign-in that waits for a person."""
        asked = SignInOptions(open_browser=False, **options)  # type: ignore[arg-type] # a test's
        self.sign_in = self.service.begin_login(options=asked, watch=self.watch)
        return asyncio.create_task(self.sign_in.answer())

    async def sleep(self, seconds: float) -> None:
        """Let time pass for everybody."""
        if len(self.naps) == self.naps_allowed:
            await asyncio.Event().wait()
        self.naps.append(seconds)
        self.tenant.clock.advance(seconds)
        await asyncio.sleep(0)

    async def waiting(self) -> SignInProgress:
        await self.waits.wait()
        self.waits.clear()
        await self.tenant.no_browser(self.progress[-1].url)
        return self.progress[-1]

    async def browser_is(self, browser: str) -> None:
        """Wait until the browser is told to be that."""
        while not self.progress or self.progress[-1].browser != browser:
            self.waits.clear()
            await self.waits.wait()

    def answer(self, **parameters: str | None) -> str:
        """Return the address that the person's browser would end at."""
        right = {"code": "c", "state": self.tenant.authorization["state"], "iss": CONFIG.issuer}
        found = {**right, **parameters}
        query = "&".join(f"{name}={text}" for name, text in found.items() if text is not None)
        return f"{self.progress[-1].redirect_uri}?{query}"
