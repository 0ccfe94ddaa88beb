"""Debian's LemonLDAP::NG: a refresh token with consent alone, and no revocation."""

import json
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
    NO_REVOCATION,
    SIGNED_OUT,
    is_refused,
    logs_out,
    pings,
    renews,
    signs_in,
)
from tests.interop.packages import HERE, debian_program
from tests.interop.person import Person
from tests.interop.provider import Provider, process, world_for
from tests.support.people.forms import Page
from tests.support.ports import free_port
from tests.support.processes.worlds import World, serve
from tui.json_value import Json

pytestmark = [pytest.mark.interop, pytest.mark.debian]

PACKAGES: Final = (
    "liblemonldap-ng-portal-perl lemonldap-ng-fastcgi-server libgd-perl libgd-securityimage-perl "
    "libimage-magick-perl libstring-random-perl"
)
"""The portal, and what it loads without a word of it in what it depends on."""


DWHO: Final = {"user": "dwho", "password": "dwho"}
"""One of the people of its demonstration, whose passwords are their names."""


def test_signs_in_pings_renews_and_logs_out(tmp_path: Path) -> None:
    port = free_port()
    issuer = f"http://127.0.0.1:{port}/"
    consent = {"prompt": "consent"}
    world = world_for(tmp_path, issuer, audienceParameter="none", authorizationParams=consent)
    settings = write_settings(tmp_path / "lemonldap", world)
    command = [
        debian_program("plackup", PACKAGES), "--host", "127.0.0.1", "--port", str(port),
        "--env", "deployment", str(HERE / "lemonldap" / "portal.psgi"),
    ]  # fmt: skip
    provider = Provider(world, Person(DWHO, []), refusals=["refuse"])
    ready = f"{issuer}.well-known/openid-configuration"
    environment = {"LLNG_DEFAULTCONFFILE": str(settings)}
    with (
        process(command, ready, folder=tmp_path, environment=environment),
        serve(world, "api"),
    ):
        enter(provider)
        is_refused(provider, "consent not given")
        assert "no refresh token" not in signs_in(provider)
        pings(provider)
        renews(provider)
        logs_out(provider, LOCAL, NO_REVOCATION, SIGNED_OUT)


def enter(provider: Provider) -> None:
    """Sign in at the portal itself: else its log-out page goes back to the first request (2.16)."""
    jar = LWPCookieJar(provider.world.folder / "cookies.txt")
    with httpx.Client(trust_env=False, cookies=jar) as browser:
        form = Page(browser.get(provider.world.config.issuer).text).forms[0]
        browser.post(provider.world.config.issuer, data=form.fields | provider.person.answers)
    jar.save(ignore_discard=True)


def write_settings(folder: Path, world: World) -> Path:
    """Write the configuration that its Manager would write; return the file that names it."""
    for name in ("configuration", "cache", "sessions/lock", "persistent/lock"):
        (folder / name).mkdir(parents=True)
    (folder / "configuration" / "lmConf-1.json").write_text(json.dumps(settings_of(folder, world)))
    file = folder / "lemonldap-ng.ini"
    file.write_text(f"""\
[all]
logLevel = warn
[configuration]
type = File
dirName = {folder}/configuration
localStorage = Cache::FileCache
localStorageOptions = {{ 'namespace' => 'tests', 'cache_root' => '{folder}/cache' }}
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
""")
    return file


def settings_of(folder: Path, world: World) -> dict[str, Json]:
    key = generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "cfgNum": 1,
        "cfgDate": 1,
        "cfgAuthor": "tests",
        "cfgVersion": "2.16.1",
        "portal": world.config.issuer,
        "domain": "127.0.0.1",
        "authentication": "Demo",
        "userDB": "Same",
        "passwordDB": "Null",
        "registerDB": "Null",
        "demoExportedVars": {"cn": "cn", "mail": "mail", "uid": "uid"},
        "locationRules": {},
        "exportedHeaders": {},
        "macros": {"_whatToTrace": "lc($_user)"},
        "whatToTrace": "_whatToTrace",
        "globalStorage": "Apache::Session::File",
        "globalStorageOptions": kept_in(folder / "sessions"),
        "persistentStorage": "Apache::Session::File",
        "persistentStorageOptions": kept_in(folder / "persistent"),
        "issuerDBOpenIDConnectActivation": 1,
        "oidcServicePrivateKeySig": private.decode(),
        "oidcServicePublicKeySig": public.decode(),
        "oidcServiceKeyIdSig": "first",
        "oidcRPMetaDataExportedVars": {"doorkey": {"email": "mail", "name": "cn"}},
        "oidcRPMetaDataOptions": {"doorkey": client_of(world)},
    }


def kept_in(folder: Path) -> dict[str, Json]:
    return {"Directory": str(folder), "LockDirectory": str(folder / "lock")}


def client_of(world: World) -> dict[str, Json]:
    """What the Manager has under Options, by its own names."""
    (callback,) = world.config.redirect_uris
    options: dict[str, Json] = {
        "ClientID": world.config.client_id,
        "Public": 1,
        "RequirePKCE": 1,
        "RedirectUris": callback,
        "PostLogoutRedirectUris": callback,
        "AllowOffline": 1,
        "AccessTokenJWT": 1,
        "AccessTokenSignAlg": "RS256",
        "IDTokenSignAlg": "RS256",
        "AdditionalAudiences": world.config.audience,
    }
    return {f"oidcRPMetaDataOptions{name}": value for name, value in options.items()}
