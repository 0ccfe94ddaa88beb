"""The work beside the screens: keeps the session, runs the servers, looks around, loads ahead."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Coroutine
from importlib import import_module
from typing import TYPE_CHECKING, Final

from textual.app import App

from tui.app.doors import Doors, Rest
from tui.app.keys.caps import with_start_key
from tui.app.messages import (
    PLACES,
    FindingsChanged,
    OfflineChanged,
    Opening,
    OpeningRequested,
    Place,
    ServersChanged,
    SessionChanged,
    told_taken_over,
)
from tui.app.textual_internals import parse_ahead
from tui.errors import DoorkeyError
from tui.text import printable
from tui.web_address import is_of_this_machine

if TYPE_CHECKING:
    from textual.worker import Worker

    from tui.auth.keeper import Offline, SessionKeeper
    from tui.auth.session import LoginEvent
    from tui.servers.checks import Finding
    from tui.servers.processes import Servers, ServerStatus

LOOK_AGAIN_SECONDS: Final = 10.0
"""While something is amiss; somebody may just be mending it."""

WATCH_SECONDS: Final = 20.0
"""While all is well and Home is looked at: a look takes 20 ms of a processor, 0.1 % of it."""

WATCH_AFAR_SECONDS: Final = 60.0
"""The same, where only one of tenant and API is a bundled server, and the other is elsewhere."""

MUTE_SECONDS: Final = 0.5
"""A renewal that takes longer says that it is under way: nothing else on the screen changes."""

LONGEST_RENEWAL_SECONDS: Final = 60.0
"""The notice of it goes with the outcome; an exchange takes 15 s at most, and there are few."""

LOADED_AHEAD: Final = (
    "tui.app.screens.profile", "tui.app.screens.external_api.screen", "tui.api.client",
    "tui.app.screens.help",
)  # fmt: skip
"""What the places beside Home are made of."""

SIGN_IN: Final = ("tui.app.screens.sign_in", "tui.auth.tenant.session_from_tokens")
"""What a sign-in is made of: 10 MiB that a session can do without."""


class Background:
    """Everything that goes on while the app is open; tells of it by messages to the app."""

    def __init__(self, app: App[None], doors: Doors, servers: "Servers | None") -> None:
        self._app = app
        self._doors = doors
        self._servers = servers
        self._unsubscribe: list[Callable[[], None]] = []
        self._keeper: SessionKeeper | None = None
        self._is_tenant_amiss = False

    def begin(self) -> None:
        """Begin with everything; to be called when there is something to see."""
        if not gc.isenabled():  # as the launcher has it
            gc.freeze()  # nor need it look again and again at what stays for good
            gc.enable()
        service = self._doors.service
        self._unsubscribe.append(service.subscribe(self._tell_session))
        self._work(self._keep_session(), "keep")
        if self._servers is not None:
            self._follow(self._servers)
            self._work(self._servers.start(), "servers")
        self.look_around()

    async def end(self) -> None:
        """Stop everything that was begun."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if self._servers is not None:
            await self._servers.stop()
        if self._unsubscribe:  # else there is no service yet
            await self._doors.service.aclose()

    async def wait_for_tenant(self, start: bool = False) -> None:
        """Wait until a tenant that this app has started itself is up, or has failed.

        With `start`, it is started first, where it can be and is not there.
        """
        if start and (starting := self._start_servers()) is not None:
            await starting.wait()
        if self._servers is not None:
            await self._servers.wait_until_settled()

    def look_around(self, *, start: bool = False) -> None:
        """Look whether tenant, API and clock are right, and go on looking; forget what was found.

        With `start`, what is ours and not there is started first; it ends with the app.
        """
        if start:
            self._start_servers()
        self._work(self._look_around(), "check")

    @property
    def _watch_seconds(self) -> float | None:
        """Between two looks while all is well; None where nothing of it is on this machine."""
        config = self._doors.config
        here = [is_of_this_machine(url) for url in (config.issuer, config.api_url)]
        if not any(here):
            return None  # those elsewhere are there for others, too, and not asked for nothing
        return WATCH_SECONDS if all(here) else WATCH_AFAR_SECONDS

    def edit_config(self) -> None:
        """Open the config in an editor, and say what came of it."""
        self._work(self._edit_config(), "editor")

    def renew(self) -> None:
        """Get a new token set now, and say what came of it."""
        self._work(self._renew(), "renew")

    def load_ahead(self, build: Callable[[Rest], Awaitable[None]]) -> None:
        """Load what other places are made of, and what a sign-in is, where one is likely.

        Then `build` the places, with rests in between.
        """
        self._work(self._load_ahead(build), "load")

    async def _keep_session(self) -> None:
        notice = ""
        try:
            await self._doors.service.restore()
        except DoorkeyError as error:
            notice = str(error)
        finally:
            self._app.post_message(SessionChanged(notice))
        self._keeper = self._doors.keeper(self._tell_offline)
        await self._keeper.keep()

    async def _look_around(self) -> None:
        await self.wait_for_tenant()
        self._app.post_message(FindingsChanged(()))
        while True:
            findings = await self._doors.findings()
            self._app.post_message(FindingsChanged(findings))
            self._retry_at_return(findings)
            if any(finding.health != "good" for finding in findings):
                await self._doors.sleep(LOOK_AGAIN_SECONDS)
            elif (seconds := self._watch_seconds) is not None:
                await self._doors.sleep(seconds)
                while self._app.current_mode != "home":
                    await self._doors.sleep(seconds)
            else:
                return

    def _retry_at_return(self, findings: "tuple[Finding, ...]") -> None:
        """Have a renewal tried once the tenant is back; the keeper alone may take a minute."""
        is_amiss = any(each.name == "tenant" and each.health != "good" for each in findings)
        if self._is_tenant_amiss and not is_amiss and self._keeper is not None:
            self._keeper.retry_now()
        self._is_tenant_amiss = is_amiss

    async def _edit_config(self) -> None:
        outcome = await self._doors.edit_config(self._app)
        if isinstance(outcome, str):
            self._app.notify(printable(outcome), title="The config", markup=False, timeout=10)
            return
        mode, servers = self._app.current_mode, self._servers is not None
        place: Place = next((each for each in PLACES if each == mode), "home")
        told = told_taken_over(self._doors.config, outcome)
        self._app.post_message(OpeningRequested(Opening(outcome, servers, place, notice=told)))

    async def _renew(self) -> None:
        app, service, trouble = self._app, self._doors.service, ""
        later = asyncio.get_running_loop().call_later(MUTE_SECONDS, self._tell_renewing)
        try:
            await service.renew_tokens()
        except DoorkeyError as error:
            trouble = printable(with_start_key(str(error), app))
        finally:
            later.cancel()
        app.clear_notifications()  # what came of the renewal before is not so any more
        if not trouble:
            app.notify("You have new tokens.", title="Renewed", markup=False)
        elif service.session is not None:  # else it has ended: Home says so
            app.notify(trouble, title="Not renewed", severity="warning", markup=False)

    def _tell_renewing(self) -> None:
        self._app.clear_notifications()
        words = "The tenant is asked for new tokens, and has not answered yet."
        self._app.notify(words, title="Renewing", markup=False, timeout=LONGEST_RENEWAL_SECONDS)

    async def _load_ahead(self, build: Callable[[Rest], Awaitable[None]]) -> None:
        for name in LOADED_AHEAD:
            await asyncio.to_thread(import_module, name)
        for name in SIGN_IN if self._doors.service.session is None else ():  # by now it is known
            await asyncio.to_thread(import_module, name)
        parse_ahead(self._app.stylesheet)
        await build(self._doors.rest)

    def _start_servers(self) -> "Worker[None] | None":
        if self._servers is None:
            self._servers = self._doors.servers()
            self._follow(self._servers)
        elif not self._servers.is_settled:
            return None
        return self._work(self._servers.start(), "servers")

    def _follow(self, servers: "Servers") -> None:
        self._unsubscribe.append(servers.subscribe(self._tell_servers))
        self._tell_servers(servers.statuses)

    def _work(self, work: Coroutine[None, None, None], group: str) -> "Worker[None]":
        return self._app.run_worker(work, group=group, exclusive=True, exit_on_error=False)

    def _tell_session(self, event: "LoginEvent") -> None:
        self._app.post_message(SessionChanged(event.reason))

    def _tell_offline(self, offline: "Offline | None") -> None:
        self._app.post_message(OfflineChanged(offline))

    def _tell_servers(self, statuses: "tuple[ServerStatus, ...]") -> None:
        self._app.post_message(ServersChanged(statuses))
