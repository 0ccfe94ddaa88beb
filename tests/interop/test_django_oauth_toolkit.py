"""PyPI django-oauth-toolkit: opaque access tokens, and no scope `offline_access`."""

import json
from pathlib import Path

import pytest

from tests.interop.journey import (
    LOCAL,
    REVOKED,
    SIGNED_OUT,
    is_denied,
    logs_out,
    ping_is_refused,
    renews,
    signs_in,
)
from tests.interop.packages import python_of, python_package
from tests.interop.person import Person
from tests.interop.provider import ALICE, PASSWORD, Provider, process, world_for
from tests.support.ports import free_ports
from tests.support.processes.worlds import serve

pytestmark = pytest.mark.interop


def test_signs_in_renews_and_logs_out(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    issuer = f"http://127.0.0.1:{port}"
    world = world_for(tmp_path, issuer, audienceParameter="none", scope="openid profile email")
    told = {
        "port": port,
        "database": str(tmp_path / "database"),
        "redirectUri": world.config.redirect_uris[0],
    }
    folder = python_package("django_oauth_toolkit")
    command = [python_of(folder), str(folder / "server.py"), json.dumps(told)]
    provider = Provider(world, Person(ALICE | PASSWORD, ["allow"]), refusals=["Cancel"])
    with (
        process(command, f"{issuer}/.well-known/openid-configuration", folder=tmp_path),
        serve(world, "api"),
    ):
        is_denied(provider)
        signs_in(provider)
        ping_is_refused(provider, "opaque")
        renews(provider)
        logs_out(provider, LOCAL, REVOKED, SIGNED_OUT)
