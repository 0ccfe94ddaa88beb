"""Debian's Glewlwyd: pages of scripts, an API to set it up, resource indicators."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.cookiejar import LWPCookieJar
from pathlib import Path
from typing import Final

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.interop.journey import (
    LOCAL,
    NO_LOG_OUT_PAGE,
    NOT_REVOKED,
    is_refused,
    logs_out,
    pings,
    renews,
    signs_in,
)
from tests.interop.packages import debian_program
from tests.interop.person import Person
from tests.interop.provider import Provider, process, world_for
from tests.support.ports import free_port
from tests.support.processes.worlds import World, serve
from tui.json_value import Json

pytestmark = [pytest.mark.interop, pytest.mark.debian]

SCHEMA: Final = Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
"""The database as the package fills it, with one administrator, whose password is `password`."""

SETTINGS: Final = """\
port={port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:{port}"
login_url="login.html"
api_prefix="api"
static_files_path="/usr/share/glewlwyd/webapp/"
log_mode="console"
log_level="WARNING"
cookie_domain="127.0.0.1"
cookie_secure=0
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
user_middleware_module_path="{folder}/none"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
database = {{ type = "sqlite3" path = "{folder}/database" }};
"""


def test_signs_in_pings_renews_and_logs_out(tmp_path: Path) -> None:
    port = free_port()
    world = world_for(
        tmp_path,
        f"http://127.0.0.1:{port}/api/oidc",
        audienceParameter="resource",
        scope="openid",
    )
    provider = Provider(world, Person({}, []))
    with glewlwyd(tmp_path, port), serve(world, "api"):
        api = f"http://127.0.0.1:{port}/api"
        set_up(api, world)
        is_refused(provider, "interaction_required", "--prompt", "none")
        allow(api, world)
        signs_in(provider)
        pings(provider)
        renews(provider)
        logs_out(provider, LOCAL, NOT_REVOKED, NO_LOG_OUT_PAGE)


@contextmanager
def glewlwyd(folder: Path, port: int) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "database")) as database:
        database.executescript(SCHEMA.read_text())
    (folder / "none").mkdir()
    settings = folder / "glewlwyd.conf"
    settings.write_text(SETTINGS.format(port=port, folder=folder))
    command = [debian_program("glewlwyd", "glewlwyd"), "--config-file", str(settings)]
    with process(command, f"http://127.0.0.1:{port}/config", folder=folder):
        yield


def set_up(api: str, world: World) -> None:
    """Add the plugin, the client and alice, as its administration page does."""
    config = world.config
    client: dict[str, Json] = {
        "client_id": config.client_id,
        "enabled": True,
        "confidential": False,
        "redirect_uri": [*config.redirect_uris],
        "authorization_type": ["code", "refresh_token"],
    }
    alice: dict[str, Json] = {
        "username": "alice",
        "password": "alice-password",
        "name": "Alice",
        "scope": ["openid"],
    }
    with httpx.Client(trust_env=False) as administrator:
        send(administrator, "POST", f"{api}/auth/", username="admin", password="password")
        send(administrator, "POST", f"{api}/mod/plugin/", **plugin(world))
        send(administrator, "POST", f"{api}/client/", **client)
        send(administrator, "POST", f"{api}/user/", **alice)


def allow(api: str, world: World) -> None:
    """Sign alice in and allow the client, as the scripts of its pages do."""
    jar = LWPCookieJar(world.folder / "cookies.txt")
    with httpx.Client(trust_env=False, cookies=jar) as person:
        send(person, "POST", f"{api}/auth/", username="alice", password="alice-password")
        send(person, "PUT", f"{api}/auth/grant/{world.config.client_id}", scope="openid")
    jar.save(ignore_discard=True)


def send(client: httpx.Client, method: str, url: str, **members: Json) -> None:
    answer = client.request(method, url, json=members)
    assert answer.is_success, answer.text


def plugin(world: World) -> dict[str, Json]:
    """OpenID Connect, as its administration page would set it up."""
    key = generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parameters: dict[str, Json] = {
        "iss": world.config.issuer,
        "jwt-type": "rsa",
        "jwt-key-size": "256",
        "key": private.decode(),
        "cert": public.decode(),
        "jwks-show": True,
        "access-token-duration": 3600,
        "refresh-token-duration": 86400,
        "refresh-token-one-use": "always",
        "code-duration": 600,
        "subject-type": "public",
        "allowed-scope": ["openid"],
        "name-claim": "mandatory",
        "auth-type-code-enabled": True,
        "auth-type-refresh-enabled": True,
        "pkce-allowed": True,
        "pkce-required-public-client": True,
        "introspection-revocation-allowed": True,
        "introspection-revocation-allow-target-client": True,
        "resource-allowed": True,
        "resource-scope": {"openid": [world.config.audience]},
    }
    return {"module": "oidc", "name": "oidc", "display_name": "oidc", "parameters": parameters}
