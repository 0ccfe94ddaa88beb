"""npm better-auth with its OAuth provider: ID tokens and access tokens signed with EdDSA."""

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
from tests.interop.person import Person
from tests.interop.provider import ALICE, PASSWORD, Provider, process, world_for
from tests.support.ports import free_ports
from tests.support.processes.worlds import serve

pytestmark = pytest.mark.interop


def test_signs_in_pings_renews_and_logs_out(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    origin = f"http://localhost:{port}"
    issuer = f"{origin}/api/auth"
    world = world_for(tmp_path, issuer, audienceParameter="resource")
    told = {
        "port": port,
        "origin": origin,
        "audience": world.config.audience,
        "redirectUri": world.config.redirect_uris[0],
    }
    server = node_package("better_auth") / "server.mjs"
    command = [node_program(), str(server), json.dumps(told)]
    provider = Provider(world, Person(ALICE | PASSWORD, ["allow"]), refusals=["deny"])
    with (
        process(command, f"{issuer}/.well-known/openid-configuration", folder=tmp_path),
        serve(world, "api", "--algorithm", "EdDSA"),
    ):
        is_denied(provider)
        signs_in(provider)
        pings(provider)
        is_well(provider)
        renews(provider)
        logs_out(provider, LOCAL, REVOKED, SIGNED_OUT)
