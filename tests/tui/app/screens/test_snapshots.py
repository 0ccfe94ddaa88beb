"""What each screen looks like in each state, at four sizes."""

import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from textual.pilot import Pilot

from tests.support.app.looks import SIZES, Looks, RunBefore
from tests.support.app.stage import (
    ALICE,
    Stage,
    amiss,
    api_needs_scope,
    api_refuses,
    session_of,
    stage,
    text_of,
    until,
)
from tests.support.builders.sessions import expired
from tests.support.silence import nobody_listens
from tui.app.themes import LIGHT
from tui.auth.store.store import MemoryStore
from tui.servers.processes import ServerStatus

pytestmark = pytest.mark.snapshot

LOG = Path("/home/pat/.local/state/doorkey/logs")


def keys(on: Stage, *pressed: str, then: Callable[[], object] | None = None) -> RunBefore:
    """Press keys once the session is restored, and wait until `then` holds."""

    async def run(pilot: "Pilot[None]") -> None:
        await until(pilot, lambda: on.app.account.state != "restoring")
        for key in pressed:
            await pilot.press(key)
        await until(pilot, then or (lambda: True))

    return run


def servers(on: Stage, *statuses: ServerStatus) -> RunBefore:
    async def run(pilot: "Pilot[None]") -> None:
        await keys(on)(pilot)
        on.app.servers = statuses
        await pilot.pause()

    return run


async def test_home_signed_out(looks: Looks) -> None:
    on = stage()
    await looks(on, keys(on))


async def test_home_signed_in(looks: Looks) -> None:
    on = stage(signed_in=True)
    await looks(on, keys(on))


async def test_home_while_the_servers_start(looks: Looks) -> None:
    on = stage()
    starting = servers(
        on,
        ServerStatus("tenant", "starting", "http://localhost:3002", log=LOG / "tenant-3002.log"),
        ServerStatus("api", "starting", "http://localhost:3001", log=LOG / "api-3001.log"),
    )
    await looks(on, starting)


async def test_home_when_the_servers_are_ready(looks: Looks) -> None:
    on = stage()
    ready = servers(
        on,
        ServerStatus("tenant", "ready", "http://localhost:3002", log=LOG / "tenant-3002.log"),
        ServerStatus("api", "ready", "http://localhost:3001", "was running already"),
    )
    await looks(on, ready)


async def test_home_when_a_server_has_failed(looks: Looks) -> None:
    on = stage()
    reason = "Port 3001 is taken by something that is not this config's API. End that program."
    failed = servers(
        on,
        ServerStatus("tenant", "ready", "http://localhost:3002", log=LOG / "tenant-3002.log"),
        ServerStatus("api", "failed", "http://localhost:3001", reason, LOG / "api-3001.log"),
    )
    await looks(on, failed)


async def test_home_when_something_is_amiss(looks: Looks) -> None:
    on = stage(look=amiss)
    await looks(on, keys(on, then=lambda: on.app.findings))


async def test_profile(looks: Looks) -> None:
    on = stage(signed_in=True)
    shown = keys(on, "2", *"jjjjjj", then=lambda: on.app.current_mode == "profile")
    await looks(on, shown)


@pytest.mark.parametrize("tab", ["access-token", "session"])
async def test_profile_tabs(looks: Looks, tab: str) -> None:
    on = stage(signed_in=True)
    pressed = {"access-token": "t", "session": "tt"}[tab]
    shown = keys(on, "2", *pressed, then=lambda: on.app.current_mode == "profile")
    await looks(on, shown)


async def test_ping_without_the_scope(looks: Looks) -> None:
    on = stage(signed_in=True, api=api_needs_scope)
    pinged = keys(on, "3", "p", then=lambda: "Why it was refused" in text_of(on.app))
    await looks(on, pinged)


async def test_help(looks: Looks) -> None:
    on = stage(signed_in=True)
    await looks(on, keys(on, "2", "f1", then=lambda: "Who you are" in text_of(on.app)))


async def test_offline(looks: Looks) -> None:
    on = stage(store=MemoryStore(expired(session_of(ALICE))))
    on.tenant.responses["/token"] = lambda _request: httpx.Response(
        503, headers={"Retry-After": "30"}
    )
    await looks(on, keys(on, then=lambda: on.app.offline))


async def test_external_api_before_a_ping(looks: Looks) -> None:
    on = stage(signed_in=True)
    shown = keys(on, "3", then=lambda: on.app.current_mode == "external-api")
    await looks(on, shown)


async def test_ping_succeeded(looks: Looks) -> None:
    on = stage(signed_in=True)
    pinged = keys(on, "3", "p", then=lambda: "✓ Your Access Token" in text_of(on.app))
    await looks(on, pinged)


async def test_ping_refused(looks: Looks) -> None:
    on = stage(signed_in=True, api=api_refuses)
    pinged = keys(on, "3", "p", then=lambda: "✗ Error" in text_of(on.app))
    await looks(on, pinged)


async def test_ping_unanswered(looks: Looks) -> None:
    on = stage(signed_in=True, api=nobody_listens)
    pinged = keys(on, "3", "p", then=lambda: "✗ The API gave" in text_of(on.app))
    await looks(on, pinged)


async def test_log_out_question(looks: Looks) -> None:
    on = stage(signed_in=True)
    asked = keys(on, "o", then=lambda: "Log out?" in text_of(on.app))
    await looks(on, asked, [*SIZES, (40, 12)])


async def test_logged_out(looks: Looks) -> None:
    on = stage(signed_in=True)
    on.tenant.metadata["end_session_endpoint"] = None
    done = keys(on, "o", "y", then=lambda: "You are logged out" in text_of(on.app))
    await looks(on, done)


async def test_profile_in_light_colours(looks: Looks) -> None:
    on = stage(signed_in=True)
    on.app.theme = LIGHT.name
    shown = keys(on, "2", then=lambda: on.app.current_mode == "profile")
    await looks(on, shown, [(120, 36)])


async def test_the_list_of_themes(looks: Looks) -> None:
    on = stage(signed_in=True)

    async def opened(pilot: "Pilot[None]") -> None:
        await keys(on)(pilot)
        await on.app.run_action("change_theme")
        await until(pilot, lambda: "⏎ Take" in text_of(on.app))

    await looks(on, opened)


async def test_home_without_colours(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "NO_COLOR", "1")
    on = stage(signed_in=True)
    await looks(on, keys(on), [(80, 24)])
