"""`doorkey web` in a real Chromium: the browser that was let in, and a page that should not be."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.async_api import Page, WebSocket

from tests.support.builders.configs import UNREACHABLE
from tests.support.heavy import rounds
from tests.support.people.chromium import chromium_page
from tests.support.processes.worlds import DOORKEY, PATIENCE_SECONDS, new_world
from tui.config.paths import profile_path
from tui.config.write import write_config

pytestmark = pytest.mark.browser

EVIL = """<!DOCTYPE html><title>evil</title><iframe src="{origin}/"></iframe><script>
const socket = new WebSocket("{origin}/ws".replace("http", "ws"));
socket.onopen = () => document.title = "opened";
socket.onclose = () => document.title = "refused";
</script>"""
"""A page of another server on the same host, so that the browser sends the cookie along."""

FORM = (
    ("http://127.0.0.1:9/", b"f a native (public) application"),
    ("my-client", b"he API's identifier"),
    ("my-api", b"mpty: http://localhost:3001"),
    ("", b"mpty: ~/own/doorkey"),
)
"""What is typed, and what is drawn anew of the next field, whose first letter the cursor covers."""


@asynccontextmanager
async def served_page(folder: Path, *, has_config: bool = True) -> AsyncIterator[str]:
    """Run `doorkey web` in a folder of its own; yields the address that it prints."""
    world = new_world(folder)
    if not has_config:
        world.config.path.unlink()
    process = await asyncio.create_subprocess_exec(
        *DOORKEY, "--trust", "web", "--port", "0",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=folder,
        env=world.environment | {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "own")},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
        process.terminate()
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class Terminal:
    """What the page's socket has brought."""

    def __init__(self, page: Page) -> None:
        self._shown = b""
        self._more = asyncio.Event()
        page.on("websocket", self._follow)

    async def until_shown(self, words: bytes) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while words not in self._shown:
                self._more.clear()
                await self._more.wait()

    def forget(self) -> None:
        """Wait from now on for what is shown anew."""
        self._shown = b""

    def _follow(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._add)

    def _add(self, frame: str | bytes) -> None:
        self._shown += frame if isinstance(frame, bytes) else frame.encode()
        self._more.set()


async def test_the_browser_that_opens_the_address_is_let_in_without_a_config_too(
    tmp_path: Path,
) -> None:
    async with (
        chromium_page() as page,
        served_page(tmp_path, has_config=False) as address,
    ):
        terminal, complaints = Terminal(page), complaints_of(page)
        await page.goto(address)
        await terminal.until_shown(b"Which tenant?")
        assert page.url == address.partition("open/")[0]
        assert "once" not in await page.content()
        await page.keyboard.type("q")
        await page.wait_for_selector("#ended", state="visible")
        assert not [each for each in complaints if "Content Security" in each], complaints


@pytest.mark.heavy
@pytest.mark.skipif(not rounds(0, 1), reason="takes many seconds: three apps, one after the other")
async def test_a_tenant_is_set_up_on_the_page_and_another_is_switched_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three apps follow one another on one page, the first of them without a config."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    write_config(profile_path("work"), UNREACHABLE)
    async with (
        chromium_page() as page,
        served_page(tmp_path, has_config=False) as address,
    ):
        terminal, complaints = Terminal(page), complaints_of(page)
        await page.goto(address)
        await terminal.until_shown(b"Which tenant?")
        await page.keyboard.type("o")
        await terminal.until_shown(b"Connect your own tenant")
        for typed, next_field in FORM:
            await page.keyboard.type(typed)
            terminal.forget()
            await page.keyboard.press("Enter")
            await terminal.until_shown(next_field)
        await page.keyboard.type("play")
        await page.keyboard.press("F3")
        await terminal.until_shown(b"cannot be looked up")
        await page.keyboard.type("y")
        await terminal.until_shown(b"I have registered it")
        await page.keyboard.type("s")
        await terminal.until_shown("play · http://127.0.0.1:9".encode())
        await terminal.until_shown(b"Try again")
        terminal.forget()
        await page.keyboard.press("Escape")
        await terminal.until_shown(b" Tenants ")  # Home's keys: the dialog is gone
        await page.keyboard.type("t")
        await terminal.until_shown(b"New tenant")
        await page.keyboard.type("G\r")
        await terminal.until_shown("work · 127.0.0.1:9".encode())
        await terminal.until_shown(b"signed out")
        await page.keyboard.type("q")
        await page.wait_for_selector("#ended", state="visible")
        assert not [each for each in complaints if "Content Security" in each], complaints


async def test_a_page_of_another_server_gets_neither_the_socket_nor_a_frame(
    tmp_path: Path,
) -> None:
    async with chromium_page() as page, served_page(tmp_path) as address:
        terminal = Terminal(page)
        await page.goto(address)
        await terminal.until_shown(b"signed out")
        (tmp_path / "evil.html").write_text(EVIL.replace("{origin}", address.partition("/open")[0]))
        handler = partial(QuietHandler, directory=str(tmp_path))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            Thread(target=server.serve_forever).start()
            try:
                await page.goto(f"http://127.0.0.1:{server.server_port}/evil.html")
                await page.wait_for_function("document.title != 'evil'")
                assert await page.title() == "refused"
                assert "Doorkey" not in await page.frames[1].content()
            finally:
                server.shutdown()


def complaints_of(page: Page) -> list[str]:
    """Collect what the page complains of from now on."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder, and keeps no log."""

    def log_message(self, *_arguments: object) -> None:
        return
