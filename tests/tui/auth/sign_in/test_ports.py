import asyncio
import errno
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.ports import free_port, taken_port
from tests.support.processes.other_user import NOBODY, listening_as
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tests.support.tenants.sign_ins import SignIns
from tui.auth.sign_in.loopback import LoopbackListener, why_not_free
from tui.errors import NoFreeRedirectUri

PRIVILEGED_FROM = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")

on_linux = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="Linux alone tells")


@on_linux
async def test_with_every_port_taken_the_error_names_the_process_that_holds_them() -> None:
    with (
        listening_as(os.geteuid()) as (port, process),
        pytest.raises(NoFreeRedirectUri, match="redirectUris") as raised,
    ):
        await LoopbackListener.bind([f"http://127.0.0.1:{port}/callback"])
    assert f"{port} (taken by python" in str(raised.value)
    assert f"process {process})" in str(raised.value)


@on_linux
async def test_a_port_of_our_own_is_not_somebody_elses() -> None:
    itself = "taken by this program itself"
    with taken_port() as port, pytest.raises(NoFreeRedirectUri, match=f"{port} .{itself}"):
        await LoopbackListener.bind([f"http://127.0.0.1:{port}/callback"])


@on_linux
async def test_localhost_is_listened_on_in_both_families_or_not_at_all() -> None:
    """security.md 2: a browser may ask [::1], where somebody else would get the code."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        port = other.getsockname()[1]
        with pytest.raises(NoFreeRedirectUri, match=f"{port} .taken"):
            await LoopbackListener.bind([f"http://localhost:{port}/callback"])


@pytest.mark.parametrize(
    ("host", "missing", "number", "listens"),
    [
        ("localhost", "::1", errno.EADDRNOTAVAIL, True),
        ("localhost", "::1", errno.EAFNOSUPPORT, True),
        ("localhost", "::1", errno.EACCES, False),
        ("localhost", "127.0.0.1", errno.EADDRNOTAVAIL, False),
        ("[::1]", "::1", errno.EADDRNOTAVAIL, False),
    ],
)
async def test_a_machine_without_ipv6_listens_without_it(
    monkeypatch: pytest.MonkeyPatch, host: str, missing: str, number: int, listens: bool
) -> None:
    start: Callable[..., Awaitable[asyncio.Server]] = asyncio.start_server

    async def start_server(
        serve: object, each: str, port: int, **options: object
    ) -> asyncio.Server:
        if each == missing:
            raise OSError(number, os.strerror(number))
        return await start(serve, each, port, **options)

    monkeypatch.setattr(asyncio, "start_server", start_server)
    if listens:
        async with await LoopbackListener.bind([f"http://{host}:0/callback"]) as listener:
            assert listener.redirect_uri.startswith(f"http://{host}:")
    else:
        with pytest.raises(NoFreeRedirectUri):
            await LoopbackListener.bind([f"http://{host}:0/callback"])


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(errno.EACCES, "Permission denied"), "this system does not allow it"),
        (OSError(errno.EPERM, "Not permitted"), "this system does not allow it"),
        (OSError(errno.EADDRNOTAVAIL, "Cannot assign"), "Cannot assign"),
        (OSError("\x1b[2Jno number"), "[2Jno number"),
        (OSError(errno.EADDRINUSE, "Address already in use"), "taken"),
    ],
)
def test_a_port_that_is_refused_is_told_from_one_that_is_taken(error: OSError, why: str) -> None:
    port = free_port()
    assert why_not_free(port, error) == f"{port} ({why})"


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


async def test_an_address_that_cannot_be_had_means_the_next_redirect_uri() -> None:
    uris = ["http://192.0.2.1:9/callback", "http://127.0.0.1:0/callback"]
    async with await LoopbackListener.bind(uris) as listener:
        assert listener.redirect_uri.startswith("http://127.0.0.1:")


async def test_every_port_taken_ends_the_sign_in_before_the_browser_opens(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    with taken_port() as port:
        uri = f"http://127.0.0.1:{port}/callback"
        signing = SignIns(tenant, clock, replace(CONFIG, redirect_uris=(uri,)))
        with pytest.raises(NoFreeRedirectUri):
            await signing.service.login()
        await signing.service.aclose()
    assert tenant.authorization == {}
