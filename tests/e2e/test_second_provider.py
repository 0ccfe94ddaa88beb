"""Sign in at an OpenID Provider that nobody here wrote: oidc-provider-mock."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.people.person import visit
from tests.support.ports import free_ports
from tests.support.processes.worlds import PATIENCE_SECONDS
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore
from tui.config.load import Config
from tui.errors import SignInNeeded

WITH_PUBLIC_CLIENTS = """
from oidc_provider_mock import _app
from oidc_provider_mock.__main__ import run

# A setting of authlib's grants; the command line has no flag for it.
_app.AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS = ["none"]
_app.RefreshTokenGrant.TOKEN_ENDPOINT_AUTH_METHODS = ["none"]
run()
"""


@pytest.fixture
def config() -> Iterator[Config]:
    (port,) = free_ports(1)
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", WITH_PUBLIC_CLIENTS, "--port", str(port),
         "--user-claims", '{"sub": "alice", "email": "alice@mock.example", "name": "Alice"}'],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        assert any(str(port) in line for line in process.stderr)
        yield replace(CONFIG, domain=f"http://127.0.0.1:{port}", scope="openid profile email")
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
        process.stderr.close()


async def test_the_same_client_code_signs_in_renews_and_signs_out(config: Config) -> None:
    async def browser(url: str) -> bool:
        code = await asyncio.to_thread(visit, url)
        return code == 0

    service = AuthService(config, store=MemoryStore(), open_url=browser)
    event = await service.login({"target": "profile"})
    assert event.profile is not None
    assert event.profile.email == "alice@mock.example"
    assert event.profile.claims["iss"] == config.issuer
    first = await service.get_access_token()
    assert first.count(".") == 0  # this provider's access tokens are opaque

    await service.renew_tokens()
    assert await service.get_access_token() != first

    steps = {step.name: step for step in await service.log_out()}
    assert steps["local"].outcome == "done"
    assert steps["revocation"].outcome == "skipped"
    assert steps["tenant"].outcome == "done", steps
    with pytest.raises(SignInNeeded):
        await service.get_access_token()
    await service.aclose()
