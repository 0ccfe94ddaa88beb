"""Who signed a token, and how."""

import hashlib
import hmac
from dataclasses import replace

import pytest

from api_server.bearer.json_web_key import ALGORITHMS
from api_server.settings import Settings
from tests.support.apis.checked_api import K1, K2, Api, refused
from tests.support.builders.tokens import (
    AUDIENCE,
    ISSUER,
    AnyKey,
    EcKey,
    RsaKey,
    base64url,
    claims,
    encoded,
    header,
    token,
)
from tests.support.tenants.issuers import Issuer

GOOD = token(K1)


async def test_signature_by_a_foreign_key_under_our_kid_is_401(api: Api) -> None:
    assert "signature" in await refused(api, token(RsaKey("k1", K2.private)))


async def test_tampered_payload_is_401(api: Api) -> None:
    head, _, signature = GOOD.split(".")
    await refused(api, f"{head}.{encoded(claims(sub='mallory'))}.{signature}")


async def test_key_that_the_token_brings_along_is_not_used(api: Api) -> None:
    evil = RsaKey("k1", K2.private)
    for brought in (
        {"jwk": evil.jwk()},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MIIB"]},
    ):
        await refused(api, token(evil, head=header(**brought)))


async def test_unknown_kid_is_401(api: Api) -> None:
    assert "no RS256 key k9" in await refused(api, token(K1, head=header(kid="k9")))


@pytest.mark.parametrize("algorithm", ["RS384", "PS256"])
async def test_another_algorithm_than_the_keys_is_401(api: Api, algorithm: str) -> None:
    sign = {"RS384": K1.sign_384, "PS256": K1.sign_pss}[algorithm]
    signed = f"{encoded(header(alg=algorithm))}.{encoded(claims())}"
    await refused(api, f"{signed}.{base64url(sign(signed.encode()))}")
    # and under the name of the allowed algorithm
    signed = f"{encoded(header())}.{encoded(claims())}"
    await refused(api, f"{signed}.{base64url(sign(signed.encode()))}")


async def test_no_kid_is_let_in_when_there_is_one_key(api: Api) -> None:
    assert (await api.ping(token(K1, head=header(kid=None)))).status_code == 200


async def test_no_kid_with_several_keys_tries_each() -> None:
    api = Api(Issuer(K1, K2))
    assert (await api.ping(token(K2, head=header(kid=None)))).status_code == 200


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", None, "", "HS256"])
async def test_unsigned_and_symmetric_tokens_are_401(api: Api, algorithm: str | None) -> None:
    signed = f"{encoded(header(alg=algorithm))}.{encoded(claims())}"
    modulus = str(K1.jwk()["n"]).encode()
    mac = base64url(hmac.digest(modulus, signed.encode(), hashlib.sha256))
    for signature in ("", mac):
        await refused(api, f"{signed}.{signature}")


@pytest.mark.parametrize(
    ("algorithm", "remedy"),
    [
        ("none", ""),
        ("HS256", ""),
        ("RS384", "; --algorithm RS384 allows it"),
        ("EdDSA", "; --algorithm EdDSA allows it"),
    ],
)
async def test_algorithm_that_is_not_allowed_is_said_with_the_remedy_and_costs_no_fetch(
    api: Api, algorithm: str, remedy: str
) -> None:
    said = await refused(api, token(K1, head=header(alg=algorithm)))
    assert said == f"Expected a token signed with RS256, this one says {algorithm}{remedy}"
    assert api.issuer.discoveries == 0


@pytest.mark.parametrize("critical", [["exp"], ["b64"], [], "exp", None])
async def test_critical_extension_is_401(api: Api, critical: object) -> None:
    await refused(api, token(K1, head={**header(), "crit": critical, "b64": False}))


async def test_es256_is_refused_unless_configured() -> None:
    key = EcKey.named("e1")
    sent = token(key, head=header(alg="ES256", kid="e1"))
    await refused(Api(Issuer(K1, key)), sent)
    both = replace(Settings(ISSUER, AUDIENCE), algorithms=("RS256", "ES256"))
    api = Api(Issuer(K1, key), both)
    assert (await api.ping(sent)).status_code == 200
    assert (await api.ping()).status_code == 200
    await refused(api, sent[:-4] + "AAAA")


async def test_key_is_used_for_its_own_algorithm_only() -> None:
    both = replace(Settings(ISSUER, AUDIENCE), algorithms=("RS256", "ES256"))
    for kid in ("k1", None):
        sent = token(K1, head=header(alg="ES256", kid=kid))
        await refused(Api(Issuer(K1), both), sent)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_each_algorithm_is_taken_where_it_is_allowed_and_nowhere_else(algorithm: str) -> None:
    key = AnyKey.named("a1", algorithm)
    sent = token(key, head=header(alg=algorithm, kid="a1"))
    only = replace(Settings(ISSUER, AUDIENCE), algorithms=(algorithm,))
    assert (await Api(Issuer(key), only).ping(sent)).status_code == 200
    others = tuple(name for name in ALGORITHMS if name != algorithm)
    rest = replace(only, algorithms=others)
    assert f"this one says {algorithm}; --algorithm {algorithm}" in await refused(
        Api(Issuer(key), rest), sent
    )
    signed, _, signature = sent.rpartition(".")
    flipped = signature[:9] + ("A" if signature[9] != "A" else "B") + signature[10:]
    said = await refused(Api(Issuer(key), only), f"{signed}.{flipped}")
    assert said == "The token's signature is not by the issuer's key"


@pytest.mark.parametrize("algorithm", ["RS256", "RS512", "PS256"])
async def test_key_without_an_algorithm_is_for_all_that_its_type_can(algorithm: str) -> None:
    key = AnyKey.named("a1", algorithm)
    issuer = Issuer()
    issuer.keys = [key.jwk(alg=None)]
    api = Api(issuer, replace(Settings(ISSUER, AUDIENCE), algorithms=("RS256", "RS512", "PS256")))
    sent = token(key, head=header(alg=algorithm, kid="a1"))
    assert (await api.ping(sent)).status_code == 200


@pytest.mark.parametrize(
    ("stated", "used"), [("RS256", "PS256"), ("PS256", "RS256"), ("EdDSA", "Ed25519")]
)
async def test_key_is_not_used_for_another_algorithm_than_it_states(stated: str, used: str) -> None:
    key = AnyKey.named("a1", used)
    issuer = Issuer()
    issuer.keys = [key.jwk(alg=stated)]
    api = Api(issuer, replace(Settings(ISSUER, AUDIENCE), algorithms=(stated, used)))
    assert f"no {used} key a1" in await refused(api, token(key, head=header(alg=used, kid="a1")))
