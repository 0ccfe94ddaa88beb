"""Each way to sign in, through a real browser or at a real terminal, against the local tenant."""

import asyncio
import json
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.support.people.chromium import chromium_page
from tests.support.people.person import last_address, visit
from tests.support.people.terminal import Terminal
from tests.support.ports import free_ports, taken_port
from tests.support.processes.worlds import DOORKEY, World, new_world, serve
from tui.auth.service import AuthService
from tui.auth.session import LoginEvent, SignInProgress
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.store.store import MemoryStore

UNSHOWN = SignInOptions(open_browser=False)


@pytest.fixture(scope="module")
def served_config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    """Give a config whose tenant is up for all tests here, and whose first port is taken."""
    with taken_port() as taken:
        ports = [taken, *free_ports(1)]
        uris = [f"http://127.0.0.1:{port}/callback" for port in ports]
        made = new_world(tmp_path_factory.mktemp("tenant"), redirectUris=uris)
        with serve(made, "tenant"):
            yield json.loads(made.config.path.read_text())


@pytest.fixture
def world(served_config: dict[str, object], tmp_path: Path) -> World:
    """Give a world with that config, in which nobody has signed in."""
    return new_world(tmp_path, **served_config)


class Waiting:
    """A sign-in under way, and what it has told so far."""

    def __init__(self, world: World) -> None:
        self.entered = asyncio.Event()
        """That a code was entered; it is asked for after that, instead of after five seconds."""
        self.service = AuthService(world.config, store=MemoryStore(), sleep=self._until_entered)
        self.progress = SignInProgress("preparing")
        self._news = asyncio.Event()

    def _watch(self, progress: SignInProgress) -> None:
        self.progress = progress
        self._news.set()

    async def begin(self, options: SignInOptions = UNSHOWN) -> "asyncio.Task[LoginEvent]":
        self.sign_in = self.service.begin_login(options=options, watch=self._watch)
        task = asyncio.create_task(self.sign_in.answer())
        while not self.progress.url:
            await self._next()
        return task

    async def code(self) -> str:
        self.sign_in.begin_device()
        while self.progress.device is None:
            await self._next()
        return self.progress.device.verification_uri_complete

    async def _until_entered(self, _seconds: float) -> None:
        await self.entered.wait()

    async def _next(self) -> None:
        await self._news.wait()
        self._news.clear()


async def sign_in(page: Page) -> None:
    await page.fill("input[name=username]", "alice")
    await page.fill("input[name=password]", "alice-password")
    await page.click("button[type=submit]")
    await page.click("button[value=allow]")


@pytest.mark.browser
async def test_chromium_comes_back_through_the_second_port(world: World) -> None:
    waiting = Waiting(world)
    async with chromium_page() as page:
        task = await waiting.begin()
        await page.goto(waiting.progress.url)
        await sign_in(page)
        assert (await task).logged_in
        await page.wait_for_selector("text=Back to your terminal")
        assert page.url.startswith(world.config.redirect_uris[1])
    await waiting.service.aclose()


@pytest.fixture
def refusing(tmp_path: Path) -> Iterator[World]:
    """Give a world whose callback port refuses the browser, as on another machine."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # held, but not listened on
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}/callback"
        made = new_world(tmp_path, redirectUris=[uri])
        with serve(made, "tenant"):
            yield made


@pytest.mark.browser
async def test_the_address_that_chromium_could_not_open_is_pasted(refusing: World) -> None:
    waiting = Waiting(refusing)
    async with chromium_page() as page:
        task = await waiting.begin(SignInOptions(way="paste", open_browser=False))
        await page.goto(waiting.progress.url)
        callback = waiting.progress.redirect_uri
        async with page.expect_event(
            "requestfailed", lambda request: request.url.startswith(callback)
        ) as failed:
            await sign_in(page)
        address = (await failed.value).url
        assert not task.done()
        assert (await waiting.service.handle_authentication(address)).logged_in
        await task
    await waiting.service.aclose()


@pytest.mark.browser
async def test_a_code_entered_in_chromium_signs_in(world: World) -> None:
    waiting = Waiting(world)
    async with chromium_page() as page:
        task = await waiting.begin()
        await page.goto(await waiting.code())
        await page.click("button[type=submit]")
        await sign_in(page)
        await page.wait_for_selector("text=Your terminal is connected")
        waiting.entered.set()
        assert (await task).logged_in
    await waiting.service.aclose()


@pytest.mark.pty
def test_without_browser_and_display_a_terminal_gets_in_by_a_code(world: World) -> None:
    environment = world.environment | {"BROWSER": "/bin/false"}
    command = [*DOORKEY, "--config", str(world.config.path)]
    with Terminal(command, environment) as terminal:
        terminal.wait_for("Sign in")
        terminal.send("l")
        terminal.wait_for("With a code", "in another browser")
        terminal.send("d")
        code = re.search(r"([A-Z] ){4}- ([A-Z] ?){4}", terminal.wait_for("/device", " - "))
        assert code is not None
        user_code = code.group().replace(" ", "")
        assert visit(f"{world.config.issuer}device?user_code={user_code}") == 0
        terminal.wait_for("Alice")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


@pytest.mark.pty
def test_login_paste_takes_the_address_at_its_prompt_and_tells_what_is_wrong(world: World) -> None:
    command = [*DOORKEY, "--config", str(world.config.path), "login", "--paste"]
    with Terminal(command, world.environment, columns=1000) as terminal:
        terminal.send("typed before it asks\r")
        shown = terminal.wait_for("and press Enter")
        address = re.search(r"http://\S+authorize\S+", shown)
        assert address is not None
        terminal.send("nonsemse\x7f\x7f\x7fnse\r")
        shown = terminal.wait_for("nonsense", "does not know this code")
        assert shown.count("✗") == 1  # what was typed too early is not judged
        # Longer than what a terminal takes in a line that it edits itself.
        terminal.send(f"{last_address(address.group())}&session_state={'x' * 5000}\r\x04")
        terminal.wait_for("Signed in as Alice")
        assert terminal.wait_for_exit() == 0
        assert terminal.edits_lines


@pytest.mark.pty
def test_ctrl_d_ends_login_paste_and_says_so(world: World) -> None:
    command = [*DOORKEY, "--config", str(world.config.path), "login", "--paste"]
    with Terminal(command, world.environment) as terminal:
        terminal.wait_for("and press Enter")
        terminal.send("\x04")
        assert terminal.wait_for_exit() == 130
        terminal.wait_for("doorkey: The sign-in was cancelled: the input ended (Ctrl-D)")
        assert terminal.edits_lines


@pytest.mark.pty
def test_ctrl_c_ends_a_login_at_once(world: World) -> None:
    command = [*DOORKEY, "--config", str(world.config.path), "login", "--device"]
    with Terminal(command, world.environment) as terminal:
        shown = terminal.wait_for("Waiting until somebody")
        assert re.search(r"^  \S+/device\n  [A-Z]{4}-[A-Z]{4}$", shown, re.MULTILINE)
        terminal.send("\x03")
        assert terminal.wait_for_exit() == 130
        assert "cancelled" in terminal.text


@pytest.mark.pty
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_login_paste_gives_the_terminal_back_however_it_ends(
    world: World, number: signal.Signals, code: int
) -> None:
    command = [*DOORKEY, "--config", str(world.config.path), "login", "--paste"]
    with Terminal(command, world.environment) as terminal:
        terminal.wait_for("and press Enter")
        terminal.send("x")
        terminal.wait_until(lambda: not terminal.edits_lines)
        terminal.signal(number)
        assert terminal.wait_for_exit() == code
        assert terminal.edits_lines
