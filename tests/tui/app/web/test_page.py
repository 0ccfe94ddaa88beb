"""`doorkey web` against those who should not get in (security checklist 56)."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import Morsel
from pathlib import Path

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar, WSServerHandshakeError
from aiohttp.http_exceptions import BadHttpMessage
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import BaseRequest, Response

from tests.support.processes.other_user import NOBODY, needs_root, request_of, send_as
from tests.support.processes.server import children
from tui.app.web.page import Gate, GuardedPage, shell_line

PATIENCE_SECONDS = 20

HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
    "img-src 'self' data:; connect-src ws://{origin}; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)

APP = [sys.executable, "-c", "import sys; print('__GANGLION__', flush=True); sys.stdin.read(1)"]
"""As much of a Textual app as a page needs."""


class Visit:
    """A browser at the page: it keeps cookies, and says where it comes from."""

    def __init__(self, page: GuardedPage, browser: ClientSession) -> None:
        self.page = page
        self.origin = page.address.partition("/open/")[0]
        self.browser = browser

    async def open(self) -> ClientResponse:
        return await self.browser.get(self.page.address)

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with self.browser.get(self.origin + path, headers=headers) as answer:
            return answer.status, await answer.text()

    async def cannot_connect(self, **headers: str) -> bool:
        """Whether the WebSocket is refused, for that very reason."""
        with pytest.raises(WSServerHandshakeError) as refused:
            await self.browser.ws_connect(f"{self.origin}/ws", headers=headers)
        return refused.value.status == 403

    @property
    def cookie(self) -> "Morsel[str]":
        return next(iter(self.browser.cookie_jar))


@asynccontextmanager
async def visit_page() -> AsyncIterator[Visit]:
    page = GuardedPage(APP, 0)
    async with page.serve(), ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        yield Visit(page, browser)
    # textual-serve tells the app to quit, and does not wait for its end.
    async with asyncio.timeout(PATIENCE_SECONDS):
        while children(os.getpid()):  # noqa: ASYNC110 - the end of a process sets no event
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)


async def test_whoever_brings_the_secret_gets_the_page_and_the_socket() -> None:
    async with visit_page() as visit:
        opened = await visit.open()
        assert opened.status == 200
        assert 'url=/"' in await opened.text()
        status, page = await visit.get("/")
        assert status == 200
        assert f"{visit.origin.replace('http', 'ws')}/ws" in page
        assert (await visit.get("/static/js/textual.js"))[0] == 200
        async with visit.browser.ws_connect(
            f"{visit.origin}/ws", headers={"Origin": visit.origin}
        ) as socket:
            await socket.send_json(["ping", 7])
            assert await socket.receive_json() == ["pong", 7]


async def test_the_secret_becomes_a_cookie_that_no_script_and_no_other_site_has() -> None:
    async with visit_page() as visit:
        await visit.open()
        assert visit.cookie["httponly"]
        assert visit.cookie["samesite"] == "Strict"
        assert not visit.cookie["domain"] or visit.cookie["domain"] == "127.0.0.1"
        assert visit.cookie.value not in visit.page.address


async def test_connections_that_ask_nothing_keep_nobody_out_and_cost_nobody_the_page() -> None:
    """security.md 16: another user may open as many as he likes."""
    async with visit_page() as visit:
        await visit.open()
        port = int(visit.origin.rpartition(":")[2])
        headers = {"Origin": visit.origin}
        async with visit.browser.ws_connect(f"{visit.origin}/ws", headers=headers) as page:
            silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(65)]
            async with asyncio.timeout(PATIENCE_SECONDS):
                assert await silent[0][0].read() == b""
            assert (await visit.get("/"))[0] == 200
            assert not silent[-1][0].at_eof()
            await page.send_json(["ping", 7])
            assert await page.receive_json() == ["pong", 7]
            for _, writer in silent:
                writer.close()


async def test_what_is_not_http_is_refused_and_writes_nothing_to_the_terminal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """security.md 50: who sends it need not have been let in."""
    async with visit_page() as visit:
        port = int(visit.origin.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.0 400 ")
        writer.close()
    assert not caplog.records


@pytest.mark.parametrize(
    ("error", "is_logged"),
    [(None, True), (ValueError("ours"), True), (BadHttpMessage("theirs"), False)],
)
def test_of_aiohttps_log_only_what_is_our_fault_is_shown(
    error: Exception | None, is_logged: bool
) -> None:
    raised = (type(error), error, None) if error else None
    record = logging.LogRecord("aiohttp.server", logging.ERROR, "", 1, "it failed", (), raised)
    assert bool(logging.getLogger("aiohttp.server").filter(record)) is is_logged


@pytest.mark.parametrize(
    ("platform", "line"),
    [("linux", "'a b' '$c' d"), ("darwin", "'a b' '$c' d"), ("win32", '"a b" $c d')],
)
def test_the_app_is_started_by_a_line_for_the_systems_own_shell(
    platform: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert shell_line(["a b", "$c", "d"]) == line


@pytest.mark.parametrize("path", ["/", "/ws", "/page.css", "/static/js/textual.js", "/download/x"])
async def test_without_the_cookie_nothing_is_served(path: str) -> None:
    async with visit_page() as visit:
        status, why = await visit.get(path, Origin=visit.origin)
        assert (status, "was not let in" in why) == (403, True)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", ""])
async def test_the_socket_of_another_website_is_refused_with_the_cookie_too(origin: str) -> None:
    async with visit_page() as visit:
        await visit.open()
        assert await visit.cannot_connect(Origin=origin)
        status, why = await visit.get("/ws", Origin=origin)
        assert (status, why) == (403, "Another website asks.\n")
        assert (await visit.get("/", Origin=origin))[0] == 403


async def test_a_socket_that_does_not_say_where_it_comes_from_is_refused() -> None:
    async with visit_page() as visit:
        await visit.open()
        assert await visit.get("/ws") == (403, "Another website asks.\n")


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1", ""])
async def test_a_name_that_leads_here_is_refused(host: str) -> None:
    async with visit_page() as visit:
        await visit.open()
        assert await visit.get("/", Host=host) == (403, "The host is not this page's.\n")
        assert (await visit.get("/open/guess", Host=host))[0] == 403


async def test_the_address_works_once_and_its_second_use_ends_the_page() -> None:
    async with visit_page() as visit, ClientSession() as thief:
        ended: list[bool] = []
        visit.page.end_when_abused(lambda: ended.append(True))
        await visit.open()
        stolen = await thief.get(visit.page.address)
        assert (stolen.status, await stolen.text()) == (403, "This address was opened already.\n")
        assert "Set-Cookie" not in stolen.headers
        assert ended == [True]
        assert visit.page.is_abused


async def test_the_browser_that_was_let_in_may_reload_the_address() -> None:
    async with visit_page() as visit:
        await visit.open()
        assert (await visit.open()).status == 200
        assert not visit.page.is_abused


async def test_a_guessed_secret_opens_nothing_and_uses_nothing_up() -> None:
    async with visit_page() as visit:
        for guess in ("x", "é", visit.page.address[-42:], "%00"):
            status, _ = await visit.get(f"/open/{guess}")
            assert status == 403, guess
        assert not list(visit.browser.cookie_jar)
        assert (await visit.open()).status == 200


@pytest.mark.parametrize("path", ["/", "/open/x", "/static/js/textual.js", "/nowhere"])
async def test_no_answer_may_be_framed_or_load_anything_from_elsewhere(path: str) -> None:
    async with visit_page() as visit:
        await visit.open()
        async with visit.browser.get(visit.origin + path) as answer:
            assert HEADERS.items() <= answer.headers.items()
            policy = answer.headers["Content-Security-Policy"]
            assert policy == POLICY.format(origin=visit.origin.removeprefix("http://"))


def test_no_two_pages_have_the_same_secret() -> None:
    first, second = (Gate(8000).address.rpartition("/")[2] for _ in range(2))
    assert len(first) == 43  # 256 bits
    assert first != second


async def test_no_two_pages_set_the_same_cookie() -> None:
    async with visit_page() as first, visit_page() as second:
        await first.open()
        await second.open()
        assert first.cookie.value != second.cookie.value


async def passed_on(_request: BaseRequest) -> Response:
    return Response(text="the page")


@pytest.mark.parametrize("transport", [None, asyncio.Transport({"sockname": ("", 8000)})])
async def test_whoever_has_gone_before_it_is_known_whose_it_is_gets_nothing(
    transport: asyncio.Transport | None,
) -> None:
    gate = Gate(8000)
    asked = make_mocked_request("GET", "/", {"Host": gate.host})
    asked.protocol.transport = transport
    answer = await gate.guard(asked, passed_on)
    assert isinstance(answer, Response)
    assert (answer.status, answer.text) == (403, "Another user of this machine asks.\n")


async def test_it_listens_on_loopback_alone() -> None:
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    async with visit_page() as visit:
        port = f"{int(visit.origin.rpartition(':')[2]):04X}"
        lines = [line.split() for table in tables for line in table.read_text().splitlines()]
        listening = [line[1] for line in lines if line[3] == "0A" and line[1].endswith(port)]
        assert listening == [f"0100007F:{port}"]


@needs_root
async def test_another_user_of_the_machine_is_refused_with_the_secret_in_hand() -> None:
    async with visit_page() as visit:
        host, _, port = visit.origin.removeprefix("http://").partition(":")
        path = visit.page.address.removeprefix(visit.origin)
        request = request_of(host, int(port), path).replace("HTTP/1.1", "HTTP/1.0")
        command = send_as(NOBODY, host, int(port), request)
        nobody = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
        said = (await nobody.communicate())[0].decode()
        assert "403" in said
        assert "Another user of this machine asks." in said
        assert (await visit.open()).status == 200
