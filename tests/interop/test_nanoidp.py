"""PyPI nanoidp: one page, a new refresh token at each renewal."""

import json
from pathlib import Path

import pytest

from tests.interop.journey import (
    LOCAL,
    REVOKED,
    SIGNED_OUT,
    is_refused,
    is_well,
    logs_out,
    pings,
    renews,
    signs_in,
)
from tests.interop.packages import python_package
from tests.interop.provider import Provider, process, world_for
from tests.support.ports import free_ports
from tests.support.processes.worlds import World, serve

pytestmark = pytest.mark.interop


def test_signs_in_pings_renews_and_logs_out(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    issuer = f"http://127.0.0.1:{port}"
    world = world_for(tmp_path, issuer)
    write_settings(tmp_path / "nanoidp", world)
    program = python_package("nanoidp") / "venv" / "bin" / "nanoidp"
    command = [str(program), "--config", str(tmp_path / "nanoidp"), "--port", str(port)]
    provider = Provider(world)
    with (
        process(command, f"{issuer}/.well-known/openid-configuration", folder=tmp_path),
        serve(world, "api"),
    ):
        # Its page has no button for no; what it refuses by itself is a scope.
        is_refused(provider, "invalid_scope", "--scope", "openid admin")
        signs_in(provider)
        pings(provider)
        is_well(provider)
        renews(provider)
        logs_out(provider, LOCAL, REVOKED, SIGNED_OUT)


def write_settings(folder: Path, world: World) -> None:
    """Write its two files; JSON is YAML."""
    folder.mkdir()
    config = world.config
    client = {
        "client_id": config.client_id,
        "token_endpoint_auth_method": "none",
        "redirect_uris": list(config.redirect_uris),
        "allowed_scopes": config.scope.split(),
    }
    oauth = {
        "issuer": config.issuer,
        "audience": config.audience,
        "refresh_token_rotation": True,
        "clients": [client],
    }
    alice = {"password": "alice-password", "email": "alice@example.com"}
    (folder / "settings.yaml").write_text(json.dumps({"oauth": oauth}))
    (folder / "users.yaml").write_text(json.dumps({"users": {"alice": alice}}))
