"""An ID token's claims, each at its limit, and which keys may have signed it."""

import hashlib
import json

import jwt
import pytest

from tests.support.builders.tokens import base64url
from tests.support.clocks import START
from tests.support.tenants.scripted_tenant import public_jwk, rsa_key
from tui.auth.tenant.id_token import Expected, verify_id_token, verify_userinfo
from tui.auth.tenant.key_set import (
    ALGORITHMS,
    LARGEST_TOKEN_CHARACTERS,
    KeySet,
    UnknownKey,
    signed_claims,
)
from tui.errors import IdTokenRejected, TenantMisbehaved
from tui.json_value import Json

ISSUER, CLIENT = "https://tenant.example/", "the-client"
NOW = int(START.timestamp())
ED25519 = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
"""RFC 8037 A.2."""
KEYS = KeySet({"keys": [public_jwk("first", "first")]})
RIGHT: dict[str, Json] = {"iss": ISSUER, "aud": CLIENT, "sub": "alice", "iat": NOW, "exp": NOW + 60}


def signed(claims: dict[str, Json], key: str = "first", **header: Json) -> str:
    content = json.dumps({name: value for name, value in claims.items() if value is not None})
    return jwt.PyJWS().encode(content.encode(), rsa_key(key), "RS256", {"kid": "first", **header})


PLAIN = Expected(ISSUER, CLIENT)


def verify(others: dict[str, Json], expected: Expected = PLAIN) -> dict[str, Json]:
    return dict(verify_id_token(signed(RIGHT | others), KEYS, expected, START))


@pytest.mark.parametrize(
    "others",
    [
        {"exp": NOW - 59},
        {"iat": NOW + 60},
        {"nbf": NOW + 60},
        {"aud": [CLIENT]},
        {"aud": [CLIENT, "other"], "azp": CLIENT},
        {"azp": CLIENT},
        {"at_hash": "of nobody asks"},
    ],
)
def test_a_right_token_is_taken_to_its_limits(others: dict[str, Json]) -> None:
    assert verify(others)["sub"] == "alice"


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ({"exp": NOW - 60}, "expired 1 min ago"),
        ({"exp": None}, 'exp is "None"; "a number of seconds"'),
        ({"exp": "soon"}, 'exp is "soon"; "a number of seconds"'),
        ({"iat": NOW + 61}, "issued 1 min ahead"),
        ({"iat": None}, "iat is"),
        ({"nbf": NOW + 61}, "not valid yet"),
        ({"nbf": "soon"}, "nbf is"),
        ({"iss": "https://tenant.example"}, "iss is"),
        ({"iss": None}, "iss is"),
        ({"aud": "other"}, "aud is"),
        ({"aud": ["other"]}, "aud is"),
        ({"aud": []}, "aud is"),
        ({"aud": None}, "aud is"),
        ({"aud": [CLIENT, "other"]}, "azp is"),
        ({"aud": [CLIENT, "other"], "azp": "other"}, "azp is"),
        ({"azp": "other"}, "azp is"),
        ({"sub": None}, "sub is"),
        ({"sub": ""}, "sub is"),
        ({"sub": 7}, "sub is"),
    ],
)
def test_a_token_is_refused_for_one_claim(others: dict[str, Json], reason: str) -> None:
    with pytest.raises(IdTokenRejected, match=reason):
        verify(others)


@pytest.mark.parametrize(
    ("expected", "others", "reason"),
    [
        ({"nonce": "n"}, {"nonce": "n"}, None),
        ({"nonce": "n"}, {"nonce": "m"}, "nonce is not this sign-in's"),
        ({"nonce": "n"}, {}, "nonce is not this sign-in's"),
        ({"nonce": "n"}, {"nonce": 7}, "nonce is not this sign-in's"),
        ({}, {"nonce": "m"}, None),
        ({"subject": "alice"}, {}, None),
        ({"subject": "bob"}, {}, "for somebody else"),
        ({"max_age_seconds": 10}, {"auth_time": NOW - 70}, None),
        ({"max_age_seconds": 10}, {"auth_time": NOW - 71}, "asked for the password 71 s ago"),
        ({"max_age_seconds": 10}, {"auth_time": NOW + 60}, None),
        ({"max_age_seconds": 10}, {"auth_time": NOW + 61}, "signed in 1 min ahead"),
        ({"max_age_seconds": 0}, {}, "auth_time is"),
        ({}, {"auth_time": "never"}, None),
        ({"organization": "org_1"}, {"org_id": "org_1"}, None),
        ({"organization": "org_1"}, {"org_id": "ORG_1"}, "org_id is"),
        ({"organization": "org_1"}, {"org_name": "org_1"}, "org_id is missing"),
        ({"organization": "Acme"}, {"org_name": "acme"}, None),
        ({"organization": "Acme"}, {"org_name": "other"}, "org_name is"),
        ({"organization": "7"}, {"org_name": 7}, "org_name is"),
        ({"organization": "Acme"}, {}, "org_name is missing"),
    ],
)
def test_what_was_asked_for_is_compared(
    expected: dict[str, object], others: dict[str, Json], reason: str | None
) -> None:
    asked = Expected(ISSUER, CLIENT, **expected)  # type: ignore[arg-type] # a test's
    if reason is None:
        assert verify(others, asked)["sub"] == "alice"
    else:
        with pytest.raises(IdTokenRejected, match=reason):
            verify(others, asked)


def test_at_hash_is_the_left_half_of_the_access_tokens_hash() -> None:
    asked = Expected(ISSUER, CLIENT, access_token="token")
    half = base64url(hashlib.sha256(b"token").digest()[:16])
    assert verify({"at_hash": half}, asked)["at_hash"] == half
    assert verify({}, asked)["sub"] == "alice"
    for wrong in (base64url(hashlib.sha256(b"token").digest()), "", 7):
        with pytest.raises(IdTokenRejected, match="at_hash is not of the access token"):
            verify({"at_hash": wrong}, asked)


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "azp", "org_name"])
def test_a_claim_is_shown_short_and_harmless(name: str) -> None:
    hostile = "\x1b[2J" + "x" * 5000
    asked = Expected(ISSUER, CLIENT, organization="Acme" if name == "org_name" else "")
    with pytest.raises(IdTokenRejected) as raised:
        verify({name: [hostile] if name == "sub" else hostile}, asked)
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 500


def test_what_a_config_asks_for_is_shown_harmless() -> None:
    """Whatever a folder's own config has for an organization."""
    with pytest.raises(IdTokenRejected, match='"Acme\\[2J" was asked for') as raised:
        verify({}, Expected(ISSUER, CLIENT, organization="Acme\x1b[2J"))
    assert "\x1b" not in str(raised.value)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({}, None),
        ({"iss": ISSUER, "aud": CLIENT}, None),
        ({"aud": ["other", CLIENT]}, None),
        ({"iss": "https://evil.example/"}, "iss is"),
        ({"aud": "other"}, "aud is"),
        ({"aud": ["other"]}, "aud is"),
    ],
)
def test_signed_userinfo_is_the_tenants_and_for_this_client(
    claims: dict[str, Json], reason: str | None
) -> None:
    token = signed({"sub": "alice", **claims})
    if reason is None:
        assert verify_userinfo(token, KEYS, ISSUER, CLIENT)["sub"] == "alice"
    else:
        with pytest.raises(IdTokenRejected, match=reason):
            verify_userinfo(token, KEYS, ISSUER, CLIENT)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"crit": ["exp"], "exp": 1}, "not a signed JWT|crit"),
        ({"b64": False}, "not a signed JWT|crit"),
        ({"kid": "other"}, "which is not among"),
        ({"kid": "\x1b[2J" + "x" * 5000}, "which is not among"),
    ],
)
def test_a_header_that_asks_for_more_than_a_known_key_is_refused(
    header: dict[str, Json], reason: str
) -> None:
    token = jwt.PyJWS().encode(b"{}", rsa_key("first"), "RS256", {"kid": "first"} | header)
    with pytest.raises(IdTokenRejected, match=reason) as raised:
        signed_claims(token, KEYS)
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize("algorithm", [[], {}, 7, None, "none", "HS256", "ES256K"])
def test_an_algorithm_is_one_of_ours(algorithm: Json) -> None:
    header = base64url(json.dumps({"alg": algorithm, "kid": "first"}).encode())
    with pytest.raises(IdTokenRejected, match=r"is signed with|not a signed JWT"):
        signed_claims(f"{header}.e30.AAAA", KEYS)


@pytest.mark.parametrize("members", [{"b64": 1}, {"b64": True, "crit": ["b64"]}])
def test_an_extension_is_refused_where_it_would_change_nothing(members: dict[str, Json]) -> None:
    header = base64url(json.dumps({"alg": "RS256", "kid": "first", **members}).encode())
    with pytest.raises(IdTokenRejected, match=r"an extension \(crit\)"):
        signed_claims(f"{header}.e30.AAAA", KEYS)


@pytest.mark.parametrize("payload", [b"[]", b"7", b"", b"{", b'"alice"'])
def test_what_is_signed_is_an_object(payload: bytes) -> None:
    token = jwt.PyJWS().encode(payload, rsa_key("first"), "RS256", {"kid": "first"})
    with pytest.raises(IdTokenRejected, match="are not a JSON object"):
        signed_claims(token, KEYS)


def test_a_signature_by_another_key_may_be_by_one_that_is_published_now() -> None:
    with pytest.raises(UnknownKey, match="is not by the tenant's key"):
        signed_claims(signed(RIGHT, "second"), KEYS)
    with pytest.raises(UnknownKey, match="by none of the tenant's"):
        signed_claims(jwt.PyJWS().encode(b"{}", rsa_key("second"), "RS256"), KEYS)


def test_a_token_has_at_most_256_kib() -> None:
    size = LARGEST_TOKEN_CHARACTERS
    assert size == 256 * 1024
    with pytest.raises(IdTokenRejected, match="not a signed JWT"):
        signed_claims("x" * size, KEYS)
    with pytest.raises(IdTokenRejected, match="longer than 256 KiB"):
        signed_claims("x" * (size + 1), KEYS)


@pytest.mark.parametrize(
    ("changes", "is_used"),
    [
        ({}, True),
        ({"use": None}, True),
        ({"use": "enc"}, False),
        ({"key_ops": ["verify"]}, True),
        ({"key_ops": ["encrypt"]}, False),
        ({"key_ops": "verify"}, False),
        ({"kty": "oct", "k": "AAAA"}, False),
        ({"kty": 7}, False),
        ({"kty": None}, False),
        ({"n": "!"}, False),
        ({"kty": "OKP", "crv": "X25519", "x": "A" * 43}, False),  # it signs nothing
        ({"n": None}, False),
        ({"d": "AQAB"}, True),  # a private member is nobody's business here, and is not read
    ],
)
def test_only_keys_for_verifying_are_used(changes: dict[str, Json], is_used: bool) -> None:
    members = {**public_jwk("first"), **changes}
    key: Json = {name: value for name, value in members.items() if value is not None}
    assert len(KeySet({"keys": [key, "no key", 7]})) == int(is_used)


def test_a_short_rsa_key_is_not_used() -> None:
    assert len(KeySet({"keys": [public_jwk("weak"), public_jwk("first")]})) == 1


@pytest.mark.parametrize("members", [None, {}, {"keys": {}}, {"keys": "x"}])
def test_what_has_no_list_of_keys_is_no_key_set(members: dict[str, Json] | None) -> None:
    with pytest.raises(TenantMisbehaved, match="no list of keys"):
        KeySet(members)


def test_a_key_is_asked_for_by_its_name_and_its_algorithm() -> None:
    okp: dict[str, Json] = {"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": ED25519}
    keys = KeySet({"keys": [public_jwk("first", "one"), public_jwk("second", "two"), okp]})
    assert len(keys.candidates("one", "EdDSA")) == len(keys.candidates(None, "Ed25519")) == 1
    assert len(keys.candidates("one", "RS256")) == 1
    assert len(keys.candidates(None, "RS256")) == 2
    assert len(keys.candidates("three", "RS256")) == 0
    others = [name for name in ALGORITHMS if name not in ("RS256", "EdDSA", "Ed25519")]
    assert [len(keys.candidates("one", name)) for name in others] == [0] * 8
