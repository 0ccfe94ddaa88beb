"""What goes on beside the screens: the look around, and the servers that one can start."""

import asyncio
import itertools
import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.support.apis.scripted_api import ScriptedApi
from tests.support.app.at_the_api import at_the_api, recording
from tests.support.app.stage import stage, text_of, until
from tests.support.builders.configs import CONFIG
from tests.support.people.terminal import Terminal
from tests.support.processes.server import children
from tests.support.processes.worlds import DOORKEY, new_world, serve
from tests.support.silence import Silent, never, nobody_listens
from tui.app.background import WATCH_AFAR_SECONDS
from tui.config.load import Config
from tui.servers.checks import Finding
from tui.servers.processes import ServerStatus, State

SIZE = (100, 34)


class Surroundings:
    """What a look around finds; counts the looks."""

    def __init__(self, api: Finding) -> None:
        self.api = api
        self.looks = 0

    async def look(self, config: Config) -> tuple[Finding, ...]:
        self.looks += 1
        return (Finding("tenant", "good", "ready", config.issuer), self.api)


UP = Finding("api", "good", "ready", "it is there")
DOWN = Finding(
    "api", "bad", "silent", "nobody listens there", "Start it: doorkey api.", can_start=True
)


async def test_a_call_without_an_answer_is_followed_by_a_look_at_once() -> None:
    around = Surroundings(UP)
    on = stage(signed_in=True, api=nobody_listens, look=around.look)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "it is there" in text_of(on.app))
        around.api = DOWN
        await pilot.press("3", "p")
        await until(pilot, lambda: "gave no answer" in text_of(on.app) and around.looks > 1)
        await pilot.press("1")
        await until(pilot, lambda: "✗ silent" in text_of(on.app))


async def test_a_sign_in_that_fails_is_followed_by_a_look_at_once() -> None:
    around = Surroundings(UP)
    on = stage(look=around.look)
    on.tenant.responses["/.well-known/openid-configuration"] = nobody_listens
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "it is there" in text_of(on.app))
        around.api = DOWN
        await pilot.press("l")
        await until(pilot, lambda: "did not work" in text_of(on.app) and around.looks > 1)


async def test_a_server_that_falls_silent_while_nobody_does_anything_is_noticed() -> None:
    around = Surroundings(UP)

    async def sleep(seconds: float) -> None:
        if seconds != WATCH_AFAR_SECONDS:
            await asyncio.Event().wait()
        around.api = DOWN

    on = stage(look=around.look, api_url="http://localhost:3001", sleep=sleep)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "✗ silent" in text_of(on.app))
        assert "w Start it" in text_of(on.app).splitlines()[-1]


async def test_servers_are_not_asked_for_nothing_while_one_is_elsewhere_in_the_app() -> None:
    around = Surroundings(UP)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        if seconds == WATCH_AFAR_SECONDS and len(slept) < 5:
            slept.append(seconds)
            await pilot.press("3")
        else:
            await asyncio.Event().wait()

    on = stage(signed_in=True, look=around.look, api_url="http://localhost:3001", sleep=sleep)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: len(slept) == 5)
        assert around.looks == 1


async def test_what_is_looked_at_again_says_so_at_once() -> None:
    going_on = asyncio.Event()
    looks = itertools.count()

    async def look(config: Config) -> tuple[Finding, ...]:
        if next(looks):
            await going_on.wait()
        return (Finding("tenant", "good", "ready", config.issuer), UP)

    on = stage(look=look)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "it is there" in text_of(on.app))
        await pilot.press("c")
        await until(pilot, lambda: text_of(on.app).count("◌ looking") == 2)
        assert "checked at" not in text_of(on.app)
        going_on.set()
        await until(pilot, lambda: text_of(on.app).count("✓ ready") == 2)
        assert "checked at 09:26:53 · d looks at everything" in text_of(on.app)


async def test_what_is_ours_and_not_there_offers_its_key_and_what_is_there_does_not() -> None:
    around = Surroundings(DOWN)
    on = stage(look=around.look)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "w starts it here, for as long as the app" in text_of(on.app))
        assert "w Start it" in text_of(on.app).splitlines()[-1]
        around.api = UP
        await pilot.press("c")
        await until(pilot, lambda: "it is there" in text_of(on.app))
        assert "Start it" not in text_of(on.app)


async def test_a_stranger_who_answers_in_the_place_of_our_server_is_not_taken_for_it() -> None:
    on = stage(look=Surroundings(UP).look)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "it is there" in text_of(on.app))
        why = "Port 3001 is held by process 7 (nc)"
        taken = ServerStatus("api", "failed", CONFIG.api_url, why, is_port_taken=True)
        on.app.servers = (taken,)
        await until(pilot, lambda: "held by process 7" in text_of(on.app))
        await pilot.press("c")
        await until(pilot, lambda: len(on.app.findings) == 2)
        assert "✗ failed" in text_of(on.app)
        assert "it is there" not in text_of(on.app)


@pytest.mark.parametrize("state", ["failed", "stopped", "starting", "ready"])
async def test_who_answers_where_our_own_api_may_have_ended_is_sent_no_token(state: State) -> None:
    """One that is ready was started by another window, which may have quit."""
    seen: list[httpx.Request] = []
    async with ScriptedApi() as stranger:
        on = recording(seen, stranger.url)
        async with on.app.run_test(size=SIZE) as pilot:
            await at_the_api(pilot, on)
            on.app.servers = (ServerStatus("api", state, stranger.url),)
            await pilot.press("p")
            await until(pilot, lambda: "✗ The API was not called" in text_of(on.app))
            assert "Your token was not sent." in " ".join(text_of(on.app).split())
        assert not seen
        assert not any(asked.header("authorization") for asked in stranger.asked)


async def test_the_api_that_was_started_here_is_called_without_a_question(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []
    async with ScriptedApi() as api:
        on = recording(seen, api.url)
        async with on.app.run_test(size=SIZE) as pilot:
            await at_the_api(pilot, on)
            on.app.servers = (ServerStatus("api", "ready", api.url, log=tmp_path / "api.log"),)
            await pilot.press("p")
            await until(pilot, lambda: seen)
        assert not api.asked


async def test_a_stranger_at_the_port_of_our_api_is_sent_no_token() -> None:
    seen: list[httpx.Request] = []
    on = recording(seen)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        why = "Port 3001 is held by process 7 (nc)."
        on.app.servers = (ServerStatus("api", "failed", CONFIG.api_url, why, is_port_taken=True),)
        await pilot.press("p")
        await until(pilot, lambda: "✗ The API was not called" in text_of(on.app))
        assert "held by process 7 (nc). Your token was not sent." in text_of(on.app)
        on.app.servers = (ServerStatus("api", "failed", CONFIG.api_url, why, is_port_taken=True),)
        await pilot.press("x")
        await until(pilot, lambda: "No proxy" in text_of(on.app))
        assert not seen


async def test_the_tenants_address_stays_the_same_whoever_tells_of_it() -> None:
    on = stage(base=replace(CONFIG, domain="localhost:3002"))
    async with on.app.run_test(size=SIZE) as pilot:
        await until(
            pilot, lambda: "✓ ready     Tenant   http://localhost:3002/ " in text_of(on.app)
        )
        on.app.servers = (ServerStatus("tenant", "ready", "http://localhost:3002", "was running"),)
        await until(pilot, lambda: "http://localhost:3002/, was running" in text_of(on.app))


async def test_the_clock_is_called_right_only_while_the_tenant_is_there() -> None:
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "✓ right" in text_of(on.app))
        on.app.servers = (ServerStatus("tenant", "stopped", CONFIG.issuer, "It has ended."),)
        await until(pilot, lambda: "· unknown" in text_of(on.app))
        assert "✓ right" not in text_of(on.app)


@pytest.mark.parametrize("found", [DOWN, UP])
async def test_where_a_stranger_has_the_port_there_is_nothing_to_start(found: Finding) -> None:
    on = stage(look=Surroundings(found).look)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: found.word in text_of(on.app))
        why = "Port 3001 is held by process 7 (nc)"
        on.app.servers = (ServerStatus("api", "failed", CONFIG.api_url, why, is_port_taken=True),)
        await until(pilot, lambda: "held by process 7" in text_of(on.app))
        assert "Start it" not in text_of(on.app)
        on.app.servers = (ServerStatus("api", "failed", CONFIG.api_url, "It broke."),)
        await until(pilot, lambda: "w Start it" in text_of(on.app))


async def test_where_a_call_gets_no_answer_a_key_is_offered_that_starts_our_server() -> None:
    on = stage(signed_in=True, api=nobody_listens, look=Surroundings(DOWN).look)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        await until(pilot, lambda: "Nothing called yet" in text_of(on.app))
        assert "Start it" not in text_of(on.app)  # nothing has failed here
        await pilot.press("p")
        await until(pilot, lambda: "▸ w starts it, for as long as" in text_of(on.app))
        assert "w Start it" in "".join(text_of(on.app).splitlines()[-2:])
        assert "doorkey dev" not in text_of(on.app)


async def test_a_call_that_was_cancelled_is_no_failure_of_the_api() -> None:
    around = Surroundings(DOWN)
    on = stage(signed_in=True, api_transport=Silent(), look=around.look, sleep=never)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "✗ silent" in text_of(on.app))
        await pilot.press("3", "p")
        await until(pilot, lambda: "◌ Calling the API" in text_of(on.app))
        looks = around.looks
        await pilot.press("escape")
        await until(pilot, lambda: "· You cancelled the call." in text_of(on.app))
        assert not re.search("starts? it", text_of(on.app), re.IGNORECASE)
        assert around.looks == looks


async def test_a_call_without_an_answer_says_when_it_was_once_its_server_is_there() -> None:
    around = Surroundings(DOWN)
    on = stage(
        signed_in=True, api=nobody_listens, look=around.look, api_url="http://localhost:3001"
    )
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "p")
        await until(pilot, lambda: "▸ w starts it" in text_of(on.app))
        assert "doorkey dev" not in text_of(on.app)
        assert "Result of" not in text_of(on.app)
        around.api = UP
        await pilot.press("1", "c")
        await until(pilot, lambda: "it is there" in text_of(on.app))
        await pilot.press("3")
        await until(pilot, lambda: f"Result of {on.clock():%H:%M:%S}, GET /" in text_of(on.app))


@pytest.mark.pty
def test_a_call_that_got_no_answer_is_made_again_once_its_server_is_started(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    command = [*DOORKEY, "--config", str(world.config.path), "dev"]
    with serve(world, "tenant"):
        world.run("login")
        with Terminal(command, world.environment, 100, 34) as terminal:
            terminal.wait_for("Alice Archer")
            terminal.wait_until(lambda: terminal.text.count("✓ ready") == 2)
            (api,) = children(terminal.process.pid)
            os.kill(api, signal.SIGKILL)
            terminal.wait_for("w starts it.")
            terminal.send("3")
            terminal.wait_for("Nothing called yet")
            terminal.send("p")
            terminal.wait_for("nobody listens there", "▸ w starts it")
            terminal.send("w")
            terminal.wait_for("Your Access Token was successfully validated!")
