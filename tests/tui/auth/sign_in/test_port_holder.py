import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.builders import CONFIG, Clock
from tests.support.scripted_tenant import ScriptedTenant
from tests.support.signing import Signing
from tui.auth.sign_in.loopback import LoopbackListener
from tui.auth.sign_in.port_holder import port_holder, why_not_free
from tui.errors import NoFreeRedirectUri

LISTENS = """
import socket, sys
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen()
print(listening.getsockname()[1], flush=True)
sys.stdin.read()
"""

PRIVILEGED_FROM = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")

NOBODY = 65534

on_linux = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="Linux alone tells")


@pytest.fixture
def other() -> Iterator[tuple[int, int]]:
    """Give the port that another process listens on, and that process."""
    with subprocess.Popen(
        [sys.executable, "-c", LISTENS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process.pid
        process.communicate()


@on_linux
async def test_with_every_port_taken_the_error_names_the_process_that_holds_them(
    other: tuple[int, int],
) -> None:
    port, process = other
    with pytest.raises(NoFreeRedirectUri, match="redirectUris") as raised:
        await LoopbackListener.bind([f"http://127.0.0.1:{port}/callback"])
    assert f"{port} (taken by python" in str(raised.value)
    assert f"process {process})" in str(raised.value)


@on_linux
async def test_a_port_of_our_own_is_not_somebody_elses() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(NoFreeRedirectUri, match=f"{port} .taken by this program itself"):
            await LoopbackListener.bind([f"http://127.0.0.1:{port}/callback"])


def test_a_port_that_is_refused_is_told_from_one_that_is_taken() -> None:
    refused = OSError(errno.EACCES, "Permission denied")
    assert why_not_free(80, refused) == "80 (this system does not allow it)"


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """Take away what lets the superuser listen on ports below 1024."""
    if not PRIVILEGED_FROM.exists() or int(PRIVILEGED_FROM.read_text()) < 2:
        pytest.skip("port 1 is free for everybody here")
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    yield
    os.seteuid(before)


@pytest.mark.usefixtures("unprivileged")
async def test_a_port_that_the_system_refuses_means_the_next_redirect_uri() -> None:
    refused = "http://127.0.0.1:1/callback"
    async with await LoopbackListener.bind([refused, "http://127.0.0.1:0/callback"]) as listener:
        assert listener.redirect_uri != refused
    with pytest.raises(NoFreeRedirectUri, match=r": 1 \(this system does not allow it\)\."):
        await LoopbackListener.bind([refused])


def test_without_proc_a_taken_port_is_still_named(tmp_path: Path) -> None:
    taken = OSError(errno.EADDRINUSE, "Address already in use")
    assert why_not_free(8642, taken, tmp_path) == "8642 (taken)"


def test_another_persons_process_is_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    line = "0: 0100007F:21C2 00000000:0000 0A 00000000:00000000 00:00000000 0 1000 0 4711 1 x"
    (tmp_path / "net" / "tcp").write_text(f"  sl  local_address ...\n   {line}\n")
    (tmp_path / "123").mkdir()
    assert port_holder(8642, tmp_path) is None


def test_a_process_cannot_write_on_the_screen_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    line = "0: 0100007F:21C2 00000000:0000 0A 00000000:00000000 00:00000000 0 1000 0 4711 1 x"
    (tmp_path / "net" / "tcp").write_text(f"  sl  local_address ...\n   {line}\n")
    descriptors = tmp_path / "123" / "fd"
    descriptors.mkdir(parents=True)
    (descriptors / "3").symlink_to("socket:[4711]")
    (tmp_path / "123" / "comm").write_text("evil\x1b[2J\n")
    assert port_holder(8642, tmp_path) == (123, "evil[2J")


async def test_an_address_that_cannot_be_had_means_the_next_redirect_uri() -> None:
    uris = ["http://192.0.2.1:9/callback", "http://127.0.0.1:0/callback"]
    async with await LoopbackListener.bind(uris) as listener:
        assert listener.redirect_uri.startswith("http://127.0.0.1:")


async def test_every_port_taken_ends_the_sign_in_before_the_browser_opens(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}/callback"
        signing = Signing(tenant, clock, replace(CONFIG, redirect_uris=(uri,)))
        with pytest.raises(NoFreeRedirectUri):
            await signing.service.login()
        await signing.service.aclose()
    assert tenant.authorization == {}
