import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.ports import taken_port
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
