"""A real Chromium goes through the pages, with its own ideas of cookies, policies and forms."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from api_server.local_tenant.records.device_codes import GRANT_TYPE
from tests.support.heavy import some
from tests.support.people.chromium import chromium
from tests.support.people.visitor import REQUEST, claims_of
from tests.support.ports import free_port
from tests.support.processes.server import DEADLINE_SECONDS, Server

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[str]:
    """A tenant in a process of its own, as in life; it asks for consent once."""
    port = free_port()
    issuer = f"http://localhost:{port}/"
    command = ["-m", "api_server.local_tenant", "--stop-with-stdin"]
    command += ["--issuer", issuer, "--client-id", "doorkey-local"]
    command += ["--audience", "http://localhost:3001", "--state-dir", str(tmp_path)]
    command += ["--redirect-uri", "http://127.0.0.1:8642/callback"]
    command += ["--redirect-uri", "http://[::1]:8642/callback"]
    server = Server.start(command, port)
    yield issuer
    server.stop()


class App(ThreadingHTTPServer):
    """Where the browser is sent back to."""

    def __init__(self, host: str) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), Callback)
        self.origin = f"http://{f'[{host}]' if ':' in host else host}:{self.server_port}"


class Callback(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<h1>Back in the app</h1>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(params=some(["127.0.0.1", "::1"], 1))
def app(request: pytest.FixtureRequest) -> Iterator[App]:
    with App(request.param) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page with cookies of its own; the tenant's pages work without JavaScript."""
    made = await browser.new_page(java_script_enabled=False)
    yield made
    await made.close()


async def test_person_lets_a_terminal_in(page: Page, issuer: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    device = {"client_id": "doorkey-local", "scope": "openid"}
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_SECONDS) as terminal:
        codes = (await terminal.post(f"{issuer}device_authorization", data=device)).json()

        await page.goto(codes["verification_uri"])
        await page.get_by_label("Code").fill(codes["user_code"].lower().replace("-", " "))
        await page.get_by_role("button", name="Continue").click()
        await page.get_by_label("Username").fill("bob")
        await page.get_by_label("Password").fill("bob-password")
        await page.keyboard.press("Enter")
        await page.get_by_text(codes["user_code"]).wait_for()
        await page.get_by_role("button", name="Allow").click()
        await page.get_by_role("heading", name="Your terminal is connected").wait_for()

        poll = {"client_id": "doorkey-local", "grant_type": GRANT_TYPE}
        poll["device_code"] = codes["device_code"]
        tokens = (await terminal.post(f"{issuer}token", data=poll)).json()
    assert claims_of(tokens["id_token"])["sub"] == "local|bob"
    assert complaints == []


async def test_person_signs_in_allows_and_signs_out(page: Page, app: App, issuer: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    origin = app.origin
    request = REQUEST | {"redirect_uri": f"{origin}/callback"}

    await page.goto(f"{issuer}authorize?{urlencode(request)}")
    await page.get_by_label("Username").fill("alice")
    await page.get_by_label("Password").fill("alice-password")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Allow").click()
    await page.wait_for_url(f"{origin}/callback?*")
    assert await page.get_by_role("heading").inner_text() == "Back in the app"
    answer = parse_qs(urlsplit(page.url).query)
    assert (answer["state"], answer["iss"]) == (["the-state"], [issuer])

    logout = {"client_id": "doorkey-local", "post_logout_redirect_uri": f"{origin}/signed-out"}
    await page.goto(f"{issuer}logout?{urlencode(logout)}")
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url(f"{origin}/signed-out")
    assert complaints == []


async def test_person_signs_in_with_a_code_for_a_request_that_was_pushed(
    page: Page, app: App, issuer: str
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    request = REQUEST | {"redirect_uri": f"{app.origin}/callback", "acr_values": "2"}
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_SECONDS) as terminal:
        pushed = (await terminal.post(f"{issuer}par", data=request)).json()

    named = {"client_id": "doorkey-local", "request_uri": pushed["request_uri"]}
    await page.goto(f"{issuer}authorize?{urlencode(named)}")
    await page.get_by_label("Username").fill("carol")
    await page.get_by_label("Password").fill("carol-password")
    await page.get_by_label("One-time code").fill("123456")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Allow").click()
    await page.wait_for_url(f"{app.origin}/callback?*")
    assert parse_qs(urlsplit(page.url).query)["state"] == ["the-state"]
    assert complaints == []
