"""PyPI oidc-provider-mock: it wants a client secret, whatever the client; opaque access tokens."""

import sys
from pathlib import Path
from typing import Final

import pytest

from tests.interop.journey import (
    LOCAL,
    NO_REVOCATION,
    SIGNED_OUT,
    logs_out,
    ping_is_refused,
    renews,
    signs_in,
)
from tests.interop.person import Person
from tests.interop.provider import Provider, process, world_for
from tests.support.ports import free_port
from tests.support.processes.worlds import serve

pytestmark = pytest.mark.interop

SECRET: Final = "s3cret-of-the-client"


def test_signs_in_with_a_client_secret_renews_and_logs_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    world = world_for(tmp_path, issuer, scope="openid profile email", clientSecret=SECRET)
    # A Python of its own would be the same: it is among the tools of the test suite.
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    provider = Provider(world, Person({"sub": "alice"}, []))
    with (
        process(command, f"{issuer}/.well-known/openid-configuration", folder=tmp_path),
        serve(world, "api"),
    ):
        # Its denial comes back without the state, so it could be anybody's: Doorkey waits on.
        signs_in(provider)
        ping_is_refused(provider, "opaque")
        renews(provider)
        logs_out(provider, LOCAL, NO_REVOCATION, SIGNED_OUT)
        provider.run("status", "--json")
    assert SECRET not in capfd.readouterr().out
    assert SECRET not in (tmp_path / "pages.log").read_text()
