"""Which algorithms may sign an ID token, and which key of the tenant each needs."""

from collections.abc import Callable
from functools import cache

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256K1,
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from tests.support.tenants.scripted_tenant import ScriptedTenant, SigningKey, public_jwk, rsa_key
from tests.support.tenants.services import refused
from tui.auth.service import AuthService
from tui.auth.tenant.key_set import KeySet
from tui.auth.tenant.published_keys import fetch_keys, fetch_keys_of_issuer, require_secure
from tui.errors import TenantMisbehaved, WrongUsage
from tui.json_value import Json

CURVES = {"ES256": SECP256R1(), "ES384": SECP384R1(), "ES512": SECP521R1()}

ALL = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
    "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
]  # fmt: skip


@cache
def key_for(algorithm: str) -> SigningKey:
    if algorithm in CURVES:
        return generate_private_key(CURVES[algorithm])
    return Ed25519PrivateKey.generate() if algorithm.startswith("Ed") else rsa_key("first")


def jwk_for(algorithm: str, **members: Json) -> dict[str, Json]:
    """The public key for `algorithm`; it says nothing of algorithms."""
    key = key_for(algorithm)
    if isinstance(key, EllipticCurvePrivateKey):
        public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    elif isinstance(key, Ed25519PrivateKey):
        public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        public = public_jwk("first")
    return {name: value for name, value in public.items() if name != "alg"} | members


def sign_with(tenant: ScriptedTenant, algorithm: str, *keys: dict[str, Json]) -> None:
    tenant.algorithm, tenant.signing_key, tenant.keys = algorithm, key_for(algorithm), [*keys]


@pytest.mark.parametrize("says_so", [True, False], ids=["alg in the key", "no alg"])
@pytest.mark.parametrize("algorithm", ALL)
async def test_id_token_is_taken_with_its_at_hash(
    tenant: ScriptedTenant, service: AuthService, algorithm: str, says_so: bool
) -> None:
    said: dict[str, Json] = {"alg": algorithm} if says_so else {}
    sign_with(tenant, algorithm, jwk_for(algorithm, kid="first", **said))
    assert (await service.login()).logged_in


@pytest.mark.parametrize("algorithm", ALL)
async def test_at_hash_of_another_token_is_refused(
    tenant: ScriptedTenant, service: AuthService, algorithm: str
) -> None:
    sign_with(tenant, algorithm, jwk_for(algorithm, kid="first"))
    tenant.id_claims["at_hash"] = "A" * {"256": 22, "384": 32}.get(algorithm[2:], 43)
    assert "at_hash" in await refused(service)


@pytest.mark.parametrize("algorithm", ALL)
async def test_key_is_found_without_a_kid_among_those_of_every_kind(
    tenant: ScriptedTenant, service: AuthService, algorithm: str
) -> None:
    sign_with(tenant, algorithm, *(jwk_for(each) for each in ("RS256", *CURVES, algorithm)))
    tenant.header = {}
    assert (await service.login()).logged_in


@pytest.mark.parametrize(
    ("algorithm", "members"),
    [
        ("RS512", {"alg": "RS256"}),
        ("PS256", {"alg": "RS256"}),
        ("RS256", {"alg": "RSA-OAEP"}),
        ("ES256", {"alg": "ES384"}),
        ("ES256", {"crv": "P-384"}),
        ("ES256", {"kty": "RSA"}),
        ("EdDSA", {"crv": "Ed448"}),
        ("EdDSA", {"crv": "X25519"}),
        ("Ed25519", {"alg": "ES256"}),
    ],
)
async def test_key_that_is_for_something_else_is_not_used(
    tenant: ScriptedTenant, service: AuthService, algorithm: str, members: dict[str, Json]
) -> None:
    sign_with(tenant, algorithm, jwk_for(algorithm, kid="first") | members)
    assert "not among the tenant's published keys" in await refused(service)


@pytest.mark.parametrize(("said", "used"), [("EdDSA", "Ed25519"), ("Ed25519", "EdDSA")])
async def test_ed25519_has_two_names(
    tenant: ScriptedTenant, service: AuthService, said: str, used: str
) -> None:
    sign_with(tenant, used, jwk_for(used, kid="first", alg=said))
    assert (await service.login()).logged_in


@pytest.mark.parametrize("algorithm", ALL)
def test_of_keys_of_every_kind_one_kind_is_asked(algorithm: str) -> None:
    kinds = ("RS256", "ES256", "ES384", "ES512", "Ed25519")
    keys = KeySet({"keys": [jwk_for(each) for each in kinds]})
    (found,) = keys.candidates(None, algorithm)
    key = key_for("Ed25519" if algorithm == "EdDSA" else algorithm)
    assert not isinstance(key, str)
    assert key.public_key() == found


@pytest.mark.parametrize(
    "jwk",
    [
        OKPAlgorithm.to_jwk(Ed448PrivateKey.generate().public_key(), as_dict=True),
        jwk_for("EdDSA") | {"crv": "X25519"},
        {"kty": "oct", "k": "AAAA"},
        {"kty": ["RSA"]},
        {},
        "RSA",
    ],
    ids=["Ed448", "X25519", "oct", "a list", "nothing", "no object"],
)
def test_a_key_that_is_none_of_ours_does_not_count(jwk: Json) -> None:
    """security.md 43: a set without one key that can be used is empty, and says so."""
    assert len(KeySet({"keys": [jwk]})) == 0


async def test_curve_that_nobody_checks_here_is_refused(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.algorithm, tenant.signing_key = "ES256K", generate_private_key(SECP256K1())
    assert '"ES256K"' in await refused(service)


@pytest.mark.parametrize(
    ("there", "why"),
    [
        ("http://127.0.0.1:2375/images/json", "which is on this machine"),
        ("file:///etc/passwd", "which is no https:// address"),
        ("http://evil.example/keys", "which is no https:// address"),
        (["https://evil.example/keys"], "which is no https:// address"),
    ],
)
async def test_an_issuer_has_no_keys_fetched_from_where_nobody_vouches_for_them(
    there: object, why: str
) -> None:
    """security.md 5."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(200, json={"issuer": "https://evil.example/", "jwks_uri": there})

    with pytest.raises(TenantMisbehaved, match=why):
        await fetch_keys_of_issuer("https://evil.example/", httpx.MockTransport(answer))
    assert asked == ["evil.example"]


# The keys of an issuer that nobody has a config for.

ISSUER = "https://tenant.example/"
OPENID, OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"


class Issuer:
    """Answers for its metadata and its keys as a test wants it."""

    def __init__(self, **metadata: Json) -> None:
        self.metadata: dict[str, Json] = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}keys", **metadata}
        self.place = OPENID
        self.status = 200
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if request.url.path == self.place:
            return httpx.Response(200, json=self.metadata)
        if request.url.path == "/keys":
            return httpx.Response(self.status, json={"keys": [public_jwk("first")]})
        return httpx.Response(404, json={})


def at(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    return httpx.MockTransport(answer)


@pytest.mark.parametrize("place", [OPENID, OAUTH])
async def test_the_keys_are_found_by_either_kind_of_metadata(place: str) -> None:
    issuer = Issuer()
    issuer.place = place
    assert len(await fetch_keys_of_issuer(ISSUER, at(issuer))) == 1
    assert issuer.asked == [OPENID, *([OAUTH] if place == OAUTH else []), "/keys"]


async def test_an_issuer_without_metadata_is_said() -> None:
    issuer = Issuer()
    issuer.place = "/elsewhere"
    with pytest.raises(TenantMisbehaved, match="publishes no metadata"):
        await fetch_keys_of_issuer(ISSUER, at(issuer))
    with pytest.raises(TenantMisbehaved, match="publishes no metadata"):
        await fetch_keys_of_issuer(ISSUER, at(lambda _request: httpx.Response(200, text="[]")))


@pytest.mark.parametrize("other", ["https://evil.example/", None, "https://tenant.example"])
async def test_metadata_of_another_issuer_is_not_taken(other: Json) -> None:
    issuer = Issuer(issuer=other)
    with pytest.raises(TenantMisbehaved, match="calls itself"):
        await fetch_keys_of_issuer(ISSUER, at(issuer))
    assert "/keys" not in issuer.asked


@pytest.mark.parametrize("where", ["http://tenant.example/keys", None, "file:///keys", "https://"])
async def test_keys_come_over_https_only(where: Json) -> None:
    issuer = Issuer(jwks_uri=where)
    with pytest.raises(TenantMisbehaved, match="no https:// address"):
        await fetch_keys_of_issuer(ISSUER, at(issuer))
    assert "/keys" not in issuer.asked


async def test_an_issuer_of_this_machine_may_have_its_keys_here() -> None:
    local = "http://127.0.0.1:3002/"
    issuer = Issuer(issuer=local, jwks_uri=f"{local}keys")
    assert len(await fetch_keys_of_issuer(local, at(issuer))) == 1


async def test_no_keys_are_taken_from_an_error() -> None:
    issuer = Issuer()
    issuer.status = 404
    with pytest.raises(TenantMisbehaved, match="answered with 404"):
        await fetch_keys_of_issuer(ISSUER, at(issuer))
    with pytest.raises(TenantMisbehaved, match="answered with 404"):
        await fetch_keys(f"{ISSUER}keys", at(issuer))


@pytest.mark.parametrize(
    "url",
    ["http://tenant.example/", "ftp://localhost/", "x", "https://", "\x1b[2J" + "x" * 5000],
)
async def test_what_anybody_could_answer_for_is_not_asked(url: str) -> None:
    with pytest.raises(WrongUsage, match="no https:// address") as raised:
        require_secure(url)
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 400
    with pytest.raises(WrongUsage, match="no https:// address"):
        await fetch_keys(url, at(Issuer()))
    with pytest.raises(WrongUsage, match="no https:// address"):
        await fetch_keys_of_issuer(url, at(Issuer()))


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "\x1b[2J" + "x" * 5000},
        {"jwks_uri": "\x1b[2J" + "x" * 5000},
        {"jwks_uri": "https://127.0.0.1/" + "x" * 5000},
    ],
)
async def test_what_an_issuer_says_is_shown_short_and_harmless(metadata: dict[str, Json]) -> None:
    with pytest.raises((TenantMisbehaved, WrongUsage)) as raised:
        await fetch_keys_of_issuer(ISSUER, at(Issuer(**metadata)))
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 400


async def test_a_long_address_of_keys_is_shown_short() -> None:
    issuer = Issuer(jwks_uri=f"{ISSUER}keys?" + "x" * 5000)
    issuer.status = 404
    with pytest.raises(TenantMisbehaved) as raised:
        await fetch_keys_of_issuer(ISSUER, at(issuer))
    assert len(str(raised.value)) < 400
