"""PyPI canaille: RS512; access tokens for the client itself; revocation with a secret only."""

import json
from pathlib import Path

import pytest

from tests.interop.journey import (
    LOCAL,
    NOT_REVOKED,
    SIGNED_OUT,
    is_denied,
    is_well,
    logs_out,
    pings,
    renews,
    signs_in,
)
from tests.interop.packages import python_of, python_package
from tests.interop.person import Person
from tests.interop.provider import ALICE, PASSWORD, Provider, process, world_for
from tests.support.ports import free_ports
from tests.support.processes.worlds import serve

pytestmark = pytest.mark.interop


def test_signs_in_pings_renews_and_logs_out(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    issuer = f"http://127.0.0.1:{port}"
    world = world_for(tmp_path, issuer, audience="doorkey", scope="openid profile email")
    told = {
        "port": port,
        "redirectUri": world.config.redirect_uris[0],
    }
    folder = python_package("canaille")
    command = [python_of(folder), str(folder / "server.py"), json.dumps(told)]
    provider = Provider(world, Person(ALICE | PASSWORD, ["accept", "logout"]), refusals=["deny"])
    with (
        process(command, f"{issuer}/.well-known/openid-configuration", folder=tmp_path),
        serve(world, "api", "--algorithm", "RS512"),
    ):
        is_denied(provider)
        signs_in(provider)
        pings(provider)
        is_well(provider)
        renews(provider, times=1)  # two of one second are the same to the letter
        logs_out(provider, LOCAL, NOT_REVOKED, SIGNED_OUT)
