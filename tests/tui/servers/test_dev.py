import asyncio
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.support.processes.server import children, wait_until_gone
from tests.support.processes.worlds import PATIENCE_SECONDS, World, servers_of, states
from tui.servers.bundled import bundled_servers
from tui.servers.port import probe
from tui.servers.processes import Servers, ServerStatus


async def test_both_servers_start_answer_and_end(world: World, servers: Servers) -> None:
    told: list[tuple[ServerStatus, ...]] = []
    servers.subscribe(told.append)
    assert states(servers) == {"tenant": "starting", "api": "starting"}
    await servers.start()
    assert states(servers) == {"tenant": "ready", "api": "ready"}
    assert told[-1] == servers.statuses
    for status in servers.statuses:
        assert status.log is not None
        assert status.log.stat().st_mode & 0o777 == 0o600
    await servers.wait_until_settled()
    await servers.stop()
    for server in bundled_servers(world.config, world.state_dir):
        assert await probe(server) == "nobody"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells the limits of a process")
async def test_no_server_that_holds_tokens_leaves_a_core_dump(servers: Servers) -> None:
    """Security checklist 64."""
    await servers.start()
    mains = children(os.getpid())
    family = {*mains, *(child for main in mains for child in children(main))}
    assert len(family) >= 2
    assert {core_limit(process) for process in family} == {"0"}


def core_limit(process: int) -> str:
    limits = Path(f"/proc/{process}/limits").read_text().splitlines()
    return next(line for line in limits if line.startswith("Max core file size")).split()[4]


async def test_a_server_of_our_own_that_runs_already_is_used(
    world: World, servers: Servers
) -> None:
    await servers.start()
    second = servers_of(world)
    await second.start()
    assert states(second) == {"tenant": "ready", "api": "ready"}
    assert {status.detail for status in second.statuses} == {"was running already"}
    await second.stop()
    assert states(servers) == {"tenant": "ready", "api": "ready"}


async def test_when_the_window_that_runs_the_servers_quits_the_other_takes_them_over(
    world: World, servers: Servers
) -> None:
    await servers.start()
    second = servers_of(world, sleep=lambda _seconds: asyncio.sleep(0.05))
    await second.start()
    ready_anew = asyncio.Event()

    def watch(statuses: tuple[ServerStatus, ...]) -> None:
        if all(status.state == "ready" and status.log for status in statuses):
            ready_anew.set()

    second.subscribe(watch)
    await servers.stop()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await ready_anew.wait()
    for server in bundled_servers(world.config, world.state_dir):
        assert await probe(server) == "ours"
    await second.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the workers are found in /proc")
async def test_a_server_of_ours_that_hangs_is_ended_with_its_workers_and_started_anew(
    world: World, servers: Servers
) -> None:
    await servers.start()
    main = children(os.getpid())[-1]
    hanging = [main, *children(main)]
    for process in hanging:
        os.kill(process, signal.SIGSTOP)
    await servers.start()
    assert states(servers) == {"tenant": "ready", "api": "ready"}
    assert main not in children(os.getpid())
    for server in bundled_servers(world.config, world.state_dir):
        assert await probe(server) == "ours"
    wait_until_gone(hanging)


@contextmanager
def stranger(port: int, **members: str) -> Iterator[int]:
    """A web server of somebody else that says the same wherever it is asked."""

    class Hello(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(members).encode())

        def log_message(self, *_arguments: object) -> None:
            return

    with HTTPServer(("127.0.0.1", port), Hello) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield port
        server.shutdown()
        thread.join()


@pytest.fixture
def somebody_else(world: World) -> Iterator[int]:
    """A web server of somebody else, where the API should be."""
    api = next(s for s in bundled_servers(world.config, world.state_dir) if s.name == "api")
    with stranger(api.port, status="ok"):
        yield api.port


@pytest.mark.parametrize(
    ("said", "holder"),
    [
        ({}, "provider"),
        ({"issuer": "http://localhost:1/"}, "foreign"),
        ({"service": "doorkey-tenant", "client_id": "of-another-config"}, "foreign"),
    ],
)
async def test_another_provider_that_is_the_configs_issuer_will_do(
    world: World, said: dict[str, str], holder: str
) -> None:
    tenant = bundled_servers(world.config, world.state_dir)[0]
    with stranger(tenant.port, **{"issuer": world.config.issuer} | said):
        assert await probe(tenant) == holder
        servers = Servers((tenant,), world.state_dir / "logs")
        await servers.start()
        assert states(servers) == {"tenant": "ready" if holder == "provider" else "failed"}
        await servers.stop()


async def test_a_port_taken_by_somebody_else_is_named_with_what_to_do(
    servers: Servers, somebody_else: int
) -> None:
    await servers.start()
    assert states(servers) == {"tenant": "ready", "api": "failed"}
    detail = next(status.detail for status in servers.statuses if status.name == "api")
    # In the tests that somebody is this process.
    assert f"Port {somebody_else} is held by process {os.getpid()} (" in detail
    assert "apiUrl" in detail
    assert "Is it an API of yours? Run doorkey tenant, and doorkey beside it" in detail


async def test_a_port_that_its_holder_lets_go_of_is_taken_over(world: World) -> None:
    tenant = bundled_servers(world.config, world.state_dir)[0]
    servers = Servers((tenant,), world.state_dir / "logs", lambda _seconds: asyncio.sleep(0.01))
    with stranger(tenant.port, status="ok"):
        await servers.start()
        (status,) = servers.statuses
        assert (status.state, status.is_port_taken) == ("failed", True)
    started = asyncio.Event()
    servers.subscribe(lambda found: started.set() if found[0].state == "ready" else None)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await started.wait()
    await servers.stop()


async def test_a_port_held_by_something_that_is_no_web_server_is_taken_too(world: World) -> None:
    api = next(s for s in bundled_servers(world.config, world.state_dir) if s.name == "api")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", api.port))
        silent.listen()
        assert await probe(api) == "foreign"


async def test_our_own_server_for_another_config_is_not_ours(
    world: World, servers: Servers
) -> None:
    await servers.start()
    other = replace(world.config, audience="https://another.example")
    api = next(s for s in bundled_servers(other, world.state_dir) if s.name == "api")
    assert await probe(api) == "foreign"


async def test_a_server_that_does_not_start_gives_its_reason(world: World) -> None:
    broken = tuple(
        replace(server, command=[sys.executable, "-c", "import sys; sys.exit('no \\x1b[31mluck')"])
        for server in bundled_servers(world.config, world.state_dir)
    )
    servers = Servers(broken, world.state_dir / "logs")
    await servers.start()
    assert states(servers) == {"tenant": "failed", "api": "failed"}
    assert {status.detail for status in servers.statuses} == {"no [31mluck"}
    await servers.stop()


async def test_a_config_of_the_wide_world_starts_nothing(world: World) -> None:
    config = replace(world.config, domain="tenant.example", api_url="https://api.example")
    assert bundled_servers(config, world.state_dir) == ()
    servers = Servers((), world.state_dir / "logs")
    await servers.start()
    assert servers.statuses == ()
