"""How the bundled servers end: by themselves, by a signal, with whoever started them."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace

import pytest

from tests.support.processes.server import children, wait_until_gone
from tests.support.processes.worlds import PATIENCE_SECONDS, World, servers_of, states
from tests.support.silence import never
from tui.servers.bundled import bundled_servers
from tui.servers.port import probe
from tui.servers.processes import Servers, ServerStatus


async def test_a_server_that_died_is_told_and_can_be_started_again(
    world: World, servers: Servers
) -> None:
    await servers.start()
    os.kill(children(os.getpid())[-1], signal.SIGKILL)
    assert "ended by signal 9" in (await _end_of_one(servers)).detail
    assert sorted(states(servers).values()) == ["failed", "ready"]
    await servers.start()
    assert states(servers) == {"tenant": "ready", "api": "ready"}


WORKER_THAT_STAYS = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Healthy(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(sys.argv[2].encode())

if os.fork():
    os.wait()
HTTPServer(("127.0.0.1", int(sys.argv[1])), Healthy).serve_forever()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the worker is found in /proc")
async def test_workers_of_a_server_that_died_are_not_taken_for_another_server(world: World) -> None:
    tenant = bundled_servers(world.config, world.state_dir)[0]
    arguments = [WORKER_THAT_STAYS, str(tenant.port), json.dumps(dict(tenant.health))]
    tenant = replace(tenant, command=[sys.executable, "-c", *arguments])
    servers = Servers((tenant,), world.state_dir / "logs")
    await servers.start()
    main = children(os.getpid())[-1]
    workers = children(main)
    os.kill(main, signal.SIGKILL)
    assert (await _end_of_one(servers)).detail == "It was ended by signal 9."
    wait_until_gone(workers)
    assert await probe(tenant) == "nobody"


async def test_the_end_of_a_server_is_told_though_another_program_has_taken_its_port(
    world: World,
) -> None:
    servers = servers_of(world, sleep=never)  # and so nobody waits until the port is free
    await servers.start()
    end = asyncio.create_task(_end_of_one(servers))
    os.kill(children(os.getpid())[-1], signal.SIGKILL)
    with await _taken(bundled_servers(world.config, world.state_dir)[1].port):
        assert (await end).detail == "It was ended by signal 9."
    await servers.stop()


async def _taken(port: int) -> socket.socket:
    """Take a port as soon as its workers have let go of it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(OSError):
                return socket.create_server(("127.0.0.1", port))
            await asyncio.sleep(0)


async def _end_of_one(servers: Servers) -> ServerStatus:
    """Wait until one of the servers is down."""
    told = asyncio.Event()
    servers.subscribe(lambda statuses: told.set() if any(s.is_down for s in statuses) else None)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await told.wait()
    return next(status for status in servers.statuses if status.is_down)


async def test_a_server_that_ends_by_itself_has_stopped_and_not_failed(world: World) -> None:
    server = replace(
        bundled_servers(world.config, world.state_dir)[0], command=[sys.executable, "-c", ""]
    )
    servers = Servers((server,), world.state_dir / "logs")
    await servers.start()
    (status,) = servers.statuses
    assert (status.state, status.is_down) == ("stopped", True)
    assert status.detail == "It has ended by itself."


PARENT = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from tui.servers.bundled import bundled_servers
from tui.config.load import load_config
from tui.servers.processes import Servers

async def main():
    state = Path(sys.argv[2])
    config = replace(load_config(Path(sys.argv[1])), with_servers=True)
    servers = Servers(bundled_servers(config, state), state / "logs")
    await servers.start()
    print("all are up", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_however_the_parent_ends_no_child_stays(world: World, number: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(world.config.path), str(world.state_dir)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=world.environment,
    )  # fmt: skip
    assert parent.stdout is not None
    assert parent.stdout.readline() == "all are up\n"
    pids = children(parent.pid)
    assert len(pids) == 2
    family = {*pids, *(child for pid in pids for child in children(pid))}
    parent.send_signal(number)
    parent.wait()
    parent.stdout.close()
    wait_until_gone(family)
