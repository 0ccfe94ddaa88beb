"""npm oidc-provider, certified: three algorithms, consent, resource indicators."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

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

CONSENT: Final = {"authorizationParams": {"prompt": "consent"}}


@contextmanager
def oidc_provider(
    folder: Path, algorithm: str, members: Mapping[str, object], **told: object
) -> Iterator[Provider]:
    (port,) = free_ports(1)
    issuer = f"http://127.0.0.1:{port}"
    world = world_for(folder, issuer, audienceParameter="resource", **members)
    told |= {
        "port": port,
        "issuer": issuer,
        "algorithm": algorithm,
        "redirectUri": world.config.redirect_uris[0],
    }
    server = node_package("oidc_provider") / "server.mjs"
    command = [node_program(), str(server), json.dumps(told)]
    person = Person(ALICE | PASSWORD, ["Yes, sign me out"])
    with process(command, f"{issuer}/.well-known/openid-configuration", folder=folder):
        yield Provider(world, person, refusals=["[ Cancel ]"])


def test_bound_tokens_and_pushed_requests_where_both_are_demanded(tmp_path: Path) -> None:
    with (
        oidc_provider(tmp_path, "RS256", CONSENT | {"dpop": True}, demanding=True) as provider,
        serve(provider.world, "api", "--dpop", "required", "--dpop-nonce"),
    ):
        is_denied(provider)
        signs_in(provider)
        assert json.loads(provider.run("status", "--json").stdout)["bound"]
        pings(provider)
        is_well(provider, "callback", "client", "request", "keys")
        renews(provider)
        pings(provider)
        alone = json.loads(provider.run("token", "--format", "json").stdout)["access_token"]
        with pytest.raises(HTTPError, match="401"):
            urlopen(
                Request(
                    f"{provider.world.config.api_url}/api/external",
                    headers={"Authorization": f"Bearer {alone}"},
                )
            )
        logs_out(provider, LOCAL, REVOKED, SIGNED_OUT)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "EdDSA"])
def test_signs_in_pings_renews_and_logs_out(tmp_path: Path, algorithm: str) -> None:
    with (
        oidc_provider(tmp_path, algorithm, CONSENT) as provider,
        serve(provider.world, "api", "--algorithm", algorithm),
    ):
        is_denied(provider)
        signs_in(provider)
        pings(provider)
        is_well(provider, "callback", "client", "request", "keys")
        renews(provider)
        logs_out(provider, LOCAL, REVOKED, SIGNED_OUT)


@pytest.mark.parametrize("demanding", [False, True])
@pytest.mark.parametrize(
    ("members", "rule", "words"),
    [
        ({"clientId": "nobody"}, "client", "Correct `clientId`"),
        ({"redirectUris": ["http://127.0.0.1:8642/other"]}, "callback", "8642/other"),
    ],
)
def test_the_doctor_finds_what_is_set_up_wrongly(
    tmp_path: Path, members: dict[str, object], rule: str, words: str, demanding: bool
) -> None:
    """Once by the authorization endpoint's own page, once by that for pushed requests."""
    with oidc_provider(tmp_path, "RS256", CONSENT, demanding=demanding) as provider:
        path = provider.world.config.path
        path.write_text(json.dumps(json.loads(path.read_text()) | members))
        rows = json.loads(provider.run("doctor", "--json").stdout)
        found = {each["rule"]: each for each in rows}
        assert found[rule]["verdict"] == "wrong"
        assert words in found[rule]["remedy"]


def test_init_gets_a_new_user_to_a_ping_with_no_other_page_open(tmp_path: Path) -> None:
    with oidc_provider(tmp_path, "RS256", {}) as provider:
        config = provider.world.config
        done = provider.run(
            "init", "--force", "--issuer", config.issuer, "--client-id", config.client_id,
            "--audience", config.audience, "--api-url", config.api_url,
        )  # fmt: skip
        assert done.returncode == 0
        assert "http://127.0.0.1:8642/callback" in done.stderr
        with serve(provider.world, "api"):
            assert "no refresh token" not in signs_in(provider)
            pings(provider)
            is_well(provider, "callback", "client", "request", "keys")
            renews(provider)
