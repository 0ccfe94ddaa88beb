"""npm oauth2-mock-server: no pages, a new refresh token with every answer."""

import json
from pathlib import Path

import pytest

from tests.interop.journey import (
    LOCAL,
    REVOKED,
    SIGNED_OUT,
    is_denied,
    is_well,
    logs_out,
    pings,
    renews,
    signs_in,
)
from tests.interop.packages import node_package, node_program
from tests.interop.provider import Provider, process, world_for
from tests.support.ports import free_ports
from tests.support.processes.worlds import serve

pytestmark = pytest.mark.interop


def test_signs_in_pings_renews_and_logs_out(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    issuer = f"http://localhost:{port}"
    provider = Provider(world_for(tmp_path, issuer))
    told = {"port": port, "algorithm": "RS256", "audience": provider.world.config.audience}
    server = node_package("oauth2_mock_server") / "server.mjs"
    command = [node_program(), str(server), json.dumps(told)]
    with (
        process(command, f"{issuer}/.well-known/openid-configuration", folder=tmp_path),
        serve(provider.world, "api"),
    ):
        is_denied(provider, "--login-hint", "mallory")
        signs_in(provider)
        pings(provider)
        is_well(provider)
        renews(provider)
        logs_out(provider, LOCAL, REVOKED, SIGNED_OUT)
