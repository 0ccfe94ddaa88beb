"""`doorkey proxy` as a program has it: one line on stdout, requests through, an end in order."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.apis.scripted_api import PATIENCE_SECONDS, Asked, ScriptedApi
from tests.support.builders.configs import CONFIG, write_config
from tests.support.builders.sessions import session
from tests.support.clocks import Clock
from tests.support.processes.other_user import NOBODY, listening_as, needs_root
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.api.proxy.server import Proxy
from tui.api.proxy.tokens import Tokens
from tui.auth.service import AuthService
from tui.auth.store.file_store import session_store
from tui.auth.store.store import MemoryStore
from tui.commands.proxy import listen_address
from tui.config.load import Config, load_config
from tui.errors import ConfigInvalid


@pytest.fixture
async def api() -> AsyncIterator[ScriptedApi]:
    async with ScriptedApi() as scripted:
        yield scripted


@pytest.fixture
def config(tmp_path: Path, api: ScriptedApi) -> Config:
    return load_config(write_config(tmp_path, apiUrl=api.url))


@asynccontextmanager
async def proxy(config: Config, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the command until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tui", "proxy", "--config", str(config.path), *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def first_line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


async def test_a_program_that_knows_only_the_url_gets_through(
    config: Config, api: ScriptedApi
) -> None:
    session_store(config).save(session(obtained_at=datetime.now(UTC)))
    async with proxy(config) as process, httpx.AsyncClient(timeout=PATIENCE_SECONDS) as program:
        base = await first_line(process)
        assert (await program.get(f"{base}/api/external")).json() == {}
        process.send_signal(signal.SIGTERM)
        out, err = await process.communicate()
    assert process.returncode == 0
    assert out == b""
    assert b"GET /api/external 200" in err
    assert api.asked[0].header("authorization") == ["Bearer the-access-token"]
    assert urlsplit(base).path.strip("/").encode() not in err


async def test_signing_in_later_is_enough(config: Config) -> None:
    async with proxy(config) as process, httpx.AsyncClient(timeout=PATIENCE_SECONDS) as program:
        base = await first_line(process)
        refused = await program.get(f"{base}/x")
        assert (refused.status_code, refused.json()["error"]) == (401, "sign_in_needed")
        session_store(config).save(session(obtained_at=datetime.now(UTC)))
        assert (await program.get(f"{base}/x")).status_code == 200
        assert process.stderr is not None
        first = await process.stderr.readline()
    assert b"Nobody is signed in" in first
    assert b"each request is answered 401" in first


async def test_a_session_that_ends_elsewhere_is_told_until_somebody_signs_in(
    config: Config,
) -> None:
    store = session_store(config)
    store.save(session(obtained_at=datetime.now(UTC)))
    async with proxy(config) as process, httpx.AsyncClient(timeout=PATIENCE_SECONDS) as program:
        base = await first_line(process)
        assert (await program.get(f"{base}/x")).status_code == 200
        store.clear()
        refused = await program.get(f"{base}/x")
        assert (refused.status_code, refused.json()["error"]) == (401, "sign_in_needed")
        assert "doorkey login" in refused.json()["error_description"]
        store.save(session(obtained_at=datetime.now(UTC)))
        assert (await program.get(f"{base}/x")).status_code == 200


async def test_a_session_that_the_tenant_ends_is_told_until_somebody_signs_in(
    config: Config, api: ScriptedApi
) -> None:
    clock = Clock()
    tenant, store = ScriptedTenant(clock, config.issuer), session_store(config)
    tenant.responses["/token"] = lambda _: httpx.Response(400, json={"error": "invalid_grant"})
    store.save(session())
    async with AuthService(config, store=store, transport=tenant, clock=clock) as service:
        passing = Proxy(api.url, Tokens(service).sign)
        base = await passing.listen("127.0.0.1", 0)
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as program:
            assert (await program.get(f"{base}/x")).status_code == 200
            clock.advance(3601)
            for _ in range(2):
                refused = await program.get(f"{base}/x")
                assert (refused.status_code, refused.json()["error"]) == (401, "sign_in_needed")
                assert "Sign in" in refused.json()["error_description"]
            session_store(config).save(session(obtained_at=clock()))
            assert (await program.get(f"{base}/x")).status_code == 200
        await passing.aclose()
    assert len(api.asked) == 2


async def test_a_port_that_is_taken_names_its_holder(config: Config, api: ScriptedApi) -> None:
    host = urlsplit(api.url).netloc
    async with proxy(config, "--listen", host) as process:
        _, err = await process.communicate()
    assert process.returncode == 2
    assert f"{host} is taken by".encode() in err
    assert b"Name another port with --listen" in err


@pytest.mark.parametrize(
    "text",
    ["0.0.0.0:1", "192.0.2.1:80", "127.0.0.1", "127.0.0.1:99999", "[::]:1", "localhost:1/x",
     "evil.example:1", "localhost:", "127.0.0.1:1@x:2", ":1"],
)  # fmt: skip
def test_it_listens_on_loopback_only(text: str) -> None:
    """security.md 7."""
    with pytest.raises(ConfigInvalid, match="loopback"):
        listen_address(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8700", ("127.0.0.1", 8700)),
        ("[::1]:8700", ("::1", 8700)),
        ("localhost:0", ("127.0.0.1", 0)),
    ],
)
def test_any_address_of_loopback_will_do(text: str, expected: tuple[str, int]) -> None:
    assert listen_address(text) == expected


async def test_localhost_is_asked_at_127_0_0_1_first(
    tmp_path: Path, api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md 53: whoever listens on [::1] at the API's port gets no token."""
    look_up = socket.getaddrinfo

    def second_family_first(host: str, *rest: Any, **named: Any) -> Any:
        return look_up("::1" if host == "localhost" else host, *rest, **named)

    monkeypatch.setattr("socket.getaddrinfo", second_family_first)
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1))
        writer.close()

    port = urlsplit(api.url).port
    config = load_config(write_config(tmp_path, apiUrl=f"http://localhost:{port}"))
    store = MemoryStore(session(obtained_at=datetime.now(UTC)))
    async with (
        await asyncio.start_server(hear, "::1", port),
        AuthService(config, store=store) as service,
        httpx.AsyncClient(timeout=PATIENCE_SECONDS) as program,
    ):
        proxy = Proxy(config.api_url, Tokens(service).sign)
        base = await proxy.listen("127.0.0.1", 0)
        assert (await program.get(f"{base}/api/external")).status_code == 200
        await proxy.aclose()
    assert (len(api.asked), heard) == (1, [])


@needs_root
async def test_another_users_server_never_gets_the_token(tmp_path: Path) -> None:
    """security.md 53: the connection is looked at, so nobody can slip in between."""
    with listening_as(NOBODY) as (port, _):
        config = load_config(write_config(tmp_path, apiUrl=f"http://127.0.0.1:{port}"))
        session_store(config).save(session(obtained_at=datetime.now(UTC)))
        async with proxy(config) as process, httpx.AsyncClient(timeout=PATIENCE_SECONDS) as program:
            base = await first_line(process)
            refused = await program.get(f"{base}/x")
    assert refused.status_code == 502
    assert refused.json()["error"] == "foreign_server"


async def test_an_hour_of_tokens_that_live_a_minute_costs_a_program_nothing(
    api: ScriptedApi,
) -> None:
    clock = Clock()
    tenant = ScriptedTenant(clock)
    tenant.token_members = {"expires_in": 90}
    seen: set[str] = set()

    async def answer(asked: Asked) -> None:
        seen.update(asked.header("authorization"))
        await asked.answer()

    api.answer = answer
    store = MemoryStore(session(lifetime_seconds=90))
    async with AuthService(CONFIG, store=store, transport=tenant, clock=clock) as service:
        service.take_up()
        tokens = Tokens(service)
        passing = Proxy(api.url, tokens.sign)
        base = await passing.listen("127.0.0.1", 0)
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as program:
            for _ in range(60):
                assert (await program.get(f"{base}/x")).status_code == 200
                assert service.access_token_expiry is not None
                assert service.access_token_expiry - clock() >= timedelta(seconds=30)
                clock.advance(60)
        await passing.aclose()
    assert len(seen) >= 30
