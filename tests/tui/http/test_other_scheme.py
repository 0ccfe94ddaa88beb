"""https asked of a port that speaks http, and the other way round: the scheme is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import get_args

import pytest

from tests.support.builders.certificates import certificate
from tests.support.builders.configs import CONFIG, write_config
from tests.support.builders.sessions import session
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.config.load import load_config
from tui.errors import ExchangeFailed, Obstacle
from tui.http.exchange import HttpClient
from tui.http.other_scheme import require_scheme, with_scheme_told

BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%b"

SAID_BY_NGINX = b"<center>The plain HTTP request was sent to HTTPS port</center>"
SAID_BY_GO = b"Client sent an HTTP request to an HTTPS server.\n"


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a handshake takes longer."""
    monkeypatch.setattr("tui.http.other_scheme.LOOK_SECONDS", 30.0)


@asynccontextmanager
async def port_of(scheme: str, folder: Path) -> AsyncIterator[int]:
    """Speak one of the two on a port of loopback; a request is answered 400."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1):
            writer.write(BAD_REQUEST % (0, b""))
        writer.close()

    tls = certificate(folder)[0] if scheme == "https" else None
    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(("asked", "spoken"), [("https", "http"), ("http", "https")])
@pytest.mark.parametrize("key", ["domain", "apiUrl"])
async def test_each_command_says_which_string_to_write(
    key: str,
    asked: str,
    spoken: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    async with port_of(spoken, tmp_path) as port:
        path = write_config(tmp_path, **{key: f"{asked}://127.0.0.1:{port}"})
        session_store(load_config(path)).save(session(refresh_token=None, lifetime_seconds=1e9))
        command = ["login", "--no-browser"] if key == "domain" else ["ping"]
        assert await asyncio.to_thread(main, command) == 5
        said = capsys.readouterr().err
        assert await asyncio.to_thread(main, ["doctor", "--json"]) == 1
        rows = {row["rule"]: row for row in json.loads(capsys.readouterr().out)}
    right = f'"{key}": "{spoken}://127.0.0.1:{port}{"/" if key == "domain" else ""}"'
    assert f"speaks {spoken}, not {asked}. Write it so in the config: {right}." in said
    found = rows["connection" if key == "domain" else "api"]
    assert f"speaks {spoken}, not {asked}" in found["found"]
    assert right in found["remedy"]


@pytest.mark.parametrize("said", [SAID_BY_NGINX, SAID_BY_GO])
async def test_a_web_server_that_says_so_itself_is_believed(said: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(BAD_REQUEST % (len(said), said))
        writer.close()

    http = HttpClient()
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ExchangeFailed, match="speaks https, not http"):
            await http.exchange("GET", f"http://127.0.0.1:{port}/")
    await http.aclose()


async def test_a_port_that_speaks_neither_is_not_said_to_speak_the_other() -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    http = HttpClient()
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        for scheme in ("http", "https"):
            with pytest.raises(ExchangeFailed) as raised:
                await http.exchange("GET", f"{scheme}://127.0.0.1:{port}/")
            assert raised.value.obstacle != "scheme"
    await http.aclose()


@pytest.mark.parametrize("obstacle", get_args(Obstacle))
async def test_the_other_is_looked_for_where_the_wrong_one_may_have_been_in_the_way(
    obstacle: Obstacle, tmp_path: Path
) -> None:
    failed = ExchangeFailed(obstacle, "as it is")
    async with port_of("http", tmp_path) as port:
        told = await with_scheme_told(f"https://127.0.0.1:{port}/", failed)
    may_be_it = obstacle in ("broken", "nobody", "timeout", "tls")
    assert str(told) == ("speaks http, not https" if may_be_it else "as it is")


async def test_a_handshake_is_enough(tmp_path: Path) -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    failed = ExchangeFailed("broken", "the connection broke")
    tls = certificate(tmp_path)[0]
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=tls) as server:
        port = server.sockets[0].getsockname()[1]
        told = await with_scheme_told(f"http://127.0.0.1:{port}/", failed)
    assert told.obstacle == "scheme"


@pytest.mark.parametrize(("status", "said"), [(200, SAID_BY_GO), (404, SAID_BY_NGINX), (400, b"")])
def test_other_answers_do_not_say_so(status: int, said: bytes) -> None:
    require_scheme("http://127.0.0.1:1/", status, said)


async def test_nobody_but_this_machine_is_asked_in_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refuse(*_address: object, **_options: object) -> None:
        raise AssertionError("it asked")

    monkeypatch.setattr(asyncio, "open_connection", refuse)
    failed = ExchangeFailed("tls", "wrong version number")
    assert await with_scheme_told(CONFIG.issuer, failed) is failed
    with pytest.raises(AssertionError, match="it asked"):
        await with_scheme_told("https://localhost:9/", failed)
