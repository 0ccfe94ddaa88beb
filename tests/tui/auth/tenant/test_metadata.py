"""What a tenant says of itself, and what of it is believed."""

import os
import re
import socket

import pytest

from tests.support.builders.configs import CONFIG
from tui.auth.tenant.metadata import (
    Metadata,
    discovery_url,
    no_discovery,
    oauth_metadata_url,
    parse_metadata,
    require_proofs,
    unseen_metadata,
    with_revocation_of,
)
from tui.errors import ConfigInvalid, TenantMisbehaved
from tui.json_value import Json

ISSUER = CONFIG.issuer
OPENID, OAUTH = ".well-known/openid-configuration", ".well-known/oauth-authorization-server"
RIGHT: dict[str, Json] = {
    "issuer": ISSUER,
    "authorization_endpoint": ISSUER + "authorize",
    "token_endpoint": ISSUER + "token",
    "jwks_uri": ISSUER + "jwks",
}


def parsed(**others: Json) -> Metadata:
    return parse_metadata({**RIGHT, **others}, ISSUER)


def test_what_is_not_said_is_not_offered() -> None:
    found = parsed()
    assert not found.answers_with_iss
    assert not found.demands_pushed_requests
    assert found.userinfo_endpoint == found.revocation_endpoint == found.end_session_endpoint == ""
    assert found.scopes_supported == found.token_auth_methods == found.proof_algorithms == ()
    assert not unseen_metadata(ISSUER).answers_with_iss


@pytest.mark.parametrize("value", [1, "true", None, [True]])
def test_only_true_is_a_yes(value: Json) -> None:
    names = (
        "authorization_response_iss_parameter_supported",
        "require_pushed_authorization_requests",
    )
    assert parsed(**dict.fromkeys(names, True)).answers_with_iss
    assert parsed(**dict.fromkeys(names, True)).demands_pushed_requests
    found = parsed(**dict.fromkeys(names, value))
    assert not found.answers_with_iss
    assert not found.demands_pushed_requests


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://tenant.example/x",
        "ftp://tenant.example/x",
        "https://user@tenant.example/x",
        "https://tenant.example/ x",
        7,
        "",
        ISSUER + "x" * (2001 - len(ISSUER)),
        "\x1b[2J" + "x" * 5000,
    ],
)
@pytest.mark.parametrize("name", ["token_endpoint", "userinfo_endpoint", "revocation_endpoint"])
def test_an_endpoint_is_an_https_address(name: str, endpoint: Json) -> None:
    with pytest.raises(TenantMisbehaved, match=f"{name} is .* an https:// URL") as raised:
        parsed(**{name: endpoint})
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 500


def test_an_endpoint_has_2000_characters_at_most() -> None:
    longest = ISSUER + "x" * (2000 - len(ISSUER))
    assert parsed(userinfo_endpoint=longest).userinfo_endpoint == longest


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:1/x", "https://localhost/" + "x" * 1900, "https://localhost./"]
)
def test_a_tenant_elsewhere_has_no_endpoint_on_this_machine(endpoint: str) -> None:
    """security.md 5."""
    with pytest.raises(TenantMisbehaved, match="which is this machine") as raised:
        parsed(token_endpoint=endpoint)
    assert len(str(raised.value)) < 500
    local = "http://localhost:3002/"
    members = dict.fromkeys(RIGHT, local + "x") | {"issuer": local, "token_endpoint": endpoint}
    assert parse_metadata({**members}, local).token_endpoint == endpoint


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_nobody_signs_in_without_these(name: str) -> None:
    with pytest.raises(TenantMisbehaved, match=f"has no {name}"):
        parsed(**{name: None})


@pytest.mark.parametrize(
    ("methods", "is_safe"),
    [(None, True), (["S256"], True), (["plain", "S256"], True), (["plain"], False), ([], False),
     ("S256", False)],
)  # fmt: skip
def test_a_list_of_challenge_methods_without_s256_says_no(methods: Json, is_safe: bool) -> None:
    if is_safe:
        parsed(code_challenge_methods_supported=methods)
    else:
        with pytest.raises(TenantMisbehaved, match="does not support PKCE"):
            parsed(code_challenge_methods_supported=methods)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "names no issuer, and is no OpenID Provider"),
        (7, "names no issuer"),
        (ISSUER.rstrip("/"), "the slash too"),
        ("https://login.microsoftonline.com/{tenantid}/v2.0", "with its identifier in it"),
        ("https://sts.windows.net/01234567-89ab-cdef-0123-456789abcdef/", "older endpoint"),
        (
            "https://sts.windows.net/01234567-89ab-cdef-0123-456789abcdef/x",
            "write it to the letter",
        ),
        ("https://evil.example/", "write it to the letter"),
        ("\x1b[2J" + "x" * 5000, "write it to the letter"),
    ],
)
def test_another_issuer_is_not_this_one(found: Json, said: str) -> None:
    """security.md 4."""
    with pytest.raises(TenantMisbehaved) as raised:
        parsed(issuer=found)
    assert said in str(raised.value)
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 700
    with pytest.raises(TenantMisbehaved, match=re.escape(said)):
        with_revocation_of(parsed(), {"issuer": found, "revocation_endpoint": ISSUER + "r"})


def test_what_is_no_object_is_no_metadata() -> None:
    with pytest.raises(TenantMisbehaved, match="a discovery document is expected"):
        parse_metadata(None, ISSUER)
    with pytest.raises(TenantMisbehaved, match="names no issuer"):
        with_revocation_of(parsed(), None)


def test_revocation_may_be_said_in_the_other_document() -> None:
    members: dict[str, Json] = {
        "issuer": ISSUER,
        "revocation_endpoint": ISSUER + "revoke",
        "revocation_endpoint_auth_methods_supported": ["none", 7],
    }
    found = with_revocation_of(parsed(), members)
    assert found.revocation_endpoint == ISSUER + "revoke"
    assert found.revocation_auth_methods == ("none", "7")
    assert found.token_endpoint == ISSUER + "token"


@pytest.mark.parametrize(
    ("listed", "takes"),
    [([], True), (["ES256"], True), (["RS256", "ES256"], True), (["RS256"], False)],
)
def test_proofs_are_made_where_the_tenant_does_not_say_no(listed: list[Json], takes: bool) -> None:
    metadata = parsed(dpop_signing_alg_values_supported=listed)
    if takes:
        require_proofs(metadata, "ES256")
    else:
        with pytest.raises(ConfigInvalid, match="takes proofs of RS256"):
            require_proofs(metadata, "ES256")


def test_a_list_of_algorithms_is_shown_short_and_harmless() -> None:
    metadata = parsed(dpop_signing_alg_values_supported=["\x1b[2J" + "x" * 5000])
    with pytest.raises(ConfigInvalid) as raised:
        require_proofs(metadata, "ES256")
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize(
    ("issuer", "openid", "oauth"),
    [
        ("https://x.example", f"/{OPENID}", f"/{OAUTH}"),
        ("https://x.example/", f"/{OPENID}", f"/{OAUTH}"),
        ("https://x.example/a/", f"/a/{OPENID}", f"/{OAUTH}/a"),
    ],
)
def test_the_two_documents_lie_where_their_standards_say(
    issuer: str, openid: str, oauth: str
) -> None:
    assert discovery_url(issuer) == f"https://x.example{openid}"
    assert oauth_metadata_url(issuer) == f"https://x.example{oauth}"


@pytest.mark.parametrize(
    ("issuer", "hint"),
    [
        (ISSUER, "/realms/REALM"),
        ("https://accounts.google.com", "/realms/REALM"),
        ("https://github.com", "OAuth alone"),
        (f"https://tenant.example/{OPENID}", '"domain": "https://tenant.example"'),
    ],
)
def test_a_place_without_a_document_is_said_with_what_it_may_be(issuer: str, hint: str) -> None:
    assert "answered with 404" in no_discovery(issuer, 404)
    assert hint in no_discovery(issuer, 404)


def test_on_this_machine_the_program_is_named_that_answers_in_the_tenants_place() -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        issuer = f"http://localhost:{port}"
        held = f"Port {port} is held by process {os.getpid()} ("
        assert held in no_discovery(issuer, 200)
        assert no_discovery(issuer, 200).endswith("your tenant. Check `domain` in the config.")
        assert "/realms/REALM" in no_discovery(f"{issuer}/realms/x", 404)
        with pytest.raises(TenantMisbehaved, match=re.escape(held)):
            parse_metadata({"status": "ok"}, issuer)
    assert "is held by" not in no_discovery(ISSUER, 200)
