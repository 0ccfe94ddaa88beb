"""The contract's table of bound tokens, row by row: what is sent, and the whole refusal.

W and D stand for the challenges of Bearer and of DPoP, as they stand in the contract.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest

from api_server.settings import Settings
from tests.support.apis.checked_api import (
    BOUND_PATH,
    BOUND_URL,
    K1,
    Api,
    bound_token,
    call_bound,
    challenges_of,
    send_bound,
)
from tests.support.builders.proofs import Prover
from tests.support.builders.tokens import AUDIENCE, ISSUER, AnyKey, EcKey, RsaKey, token
from tests.support.clocks import NOW
from tests.support.people.visitor import claims_of

Sent = Callable[[Api, Prover], Awaitable[httpx.Response]]

ALLOWED = Settings(ISSUER, AUDIENCE)
REQUIRED = replace(ALLOWED, dpop="required")
WITH_NONCES = replace(ALLOWED, nonce_secret=b"of all workers")
VAULT = "/api/vault"


def saying(**claims: object) -> Sent:
    """Send a proof that is good but for these claims."""
    return lambda api, prover: call_bound(api, prover, **claims)


def headed(**header: object) -> Sent:
    """Send a proof that is good but for its header."""

    async def send(api: Api, prover: Prover) -> httpx.Response:
        sent = bound_token(prover)
        good = claims_of(prover.prove("GET", BOUND_URL, sent))
        return await send_bound(api, sent, prover.sign(good, **header))

    return send


def by(key: EcKey | RsaKey | AnyKey, algorithm: str) -> Sent:
    """Send a token that is bound to this key, with its proof."""
    return lambda api, _: call_bound(api, Prover(key, algorithm))


async def nothing(api: Api, _: Prover) -> httpx.Response:
    return await api.get(BOUND_PATH)


async def bearer_token(api: Api, _: Prover) -> httpx.Response:
    return await api.ping()


async def bound_as_bearer(api: Api, prover: Prover) -> httpx.Response:
    return await api.ping(bound_token(prover))


async def bearer_as_bound(api: Api, prover: Prover) -> httpx.Response:
    sent = token(K1)
    return await send_bound(api, sent, prover.prove("GET", BOUND_URL, sent))


async def without_proof(api: Api, prover: Prover) -> httpx.Response:
    return await send_bound(api, bound_token(prover))


async def with_two_proofs(api: Api, prover: Prover) -> httpx.Response:
    sent = bound_token(prover)
    return await send_bound(api, sent, *(prover.prove("GET", BOUND_URL, sent) for _ in range(2)))


async def signed_by_another(api: Api, prover: Prover) -> httpx.Response:
    sent, thief = bound_token(prover), Prover(EcKey.named("thief"))
    good = claims_of(prover.prove("GET", BOUND_URL, sent))
    return await send_bound(api, sent, thief.sign(good, jwk=prover.jwk))


async def of_another_key(api: Api, prover: Prover) -> httpx.Response:
    sent = bound_token(prover)
    proof = Prover(EcKey.named("thief")).prove("GET", BOUND_URL, sent)
    return await send_bound(api, sent, proof)


async def replayed(api: Api, prover: Prover) -> httpx.Response:
    await call_bound(api, prover, jti="the same")
    return await call_bound(api, prover, jti="the same")


def nonce_of(age_seconds: float) -> Sent:
    """Send a proof with a nonce that was given so long ago."""

    async def send(api: Api, prover: Prover) -> httpx.Response:
        prover.clock = api.wall
        prover.nonce = (await call_bound(api, prover)).headers["dpop-nonce"]
        api.advance(age_seconds)
        return await call_bound(api, prover)

    return send


def signed_in(seconds_ago: float) -> Sent:
    """Ask for what needs a fresh sign-in."""

    async def send(api: Api, prover: Prover) -> httpx.Response:
        sent = bound_token(prover, auth_time=NOW - seconds_ago)
        return await send_bound(api, sent, prover.prove("GET", AUDIENCE + VAULT, sent), path=VAULT)

    return send


BAD_PROOF = "401 D invalid_dpop_proof"

TABLE: dict[str, tuple[Settings, Sent, str]] = {
    "no credentials, allowed": (ALLOWED, nothing, "401 W D"),
    "no credentials, required": (REQUIRED, nothing, "401 D"),
    "bound token, scheme DPoP, good proof": (ALLOWED, call_bound, "200"),
    "the same, required": (REQUIRED, call_bound, "200"),
    "bound token, scheme Bearer": (ALLOWED, bound_as_bearer, "401 W D invalid_token"),
    "bearer token, scheme DPoP": (ALLOWED, bearer_as_bound, "401 D invalid_token"),
    "bearer token, required": (REQUIRED, bearer_token, "401 D"),
    "bound token, scheme Bearer, required": (REQUIRED, bound_as_bearer, "401 D"),
    "no proof": (ALLOWED, without_proof, BAD_PROOF),
    "two proofs": (ALLOWED, with_two_proofs, "400 D invalid_dpop_proof"),
    "proof over 8 KiB": (ALLOWED, saying(jti="x" * 8192), BAD_PROOF),
    "typ": (ALLOWED, headed(typ="at+jwt"), BAD_PROOF),
    "alg": (ALLOWED, headed(alg="HS256"), BAD_PROOF),
    "jwk missing": (ALLOWED, headed(jwk=None), BAD_PROOF),
    "jwk private": (ALLOWED, headed(jwk=Prover().jwk | {"d": "AQAB"}), BAD_PROOF),
    "jwk symmetric": (ALLOWED, headed(jwk={"kty": "oct", "k": "AQAB"}), BAD_PROOF),
    "jwk weak": (ALLOWED, by(RsaKey.named("weak", 1024), "RS256"), BAD_PROOF),
    "jwk of another curve": (ALLOWED, headed(jwk=Prover().jwk | {"crv": "P-384"}), BAD_PROOF),
    "signature": (ALLOWED, signed_by_another, BAD_PROOF),
    "htm": (ALLOWED, saying(htm="POST"), BAD_PROOF),
    "htu": (ALLOWED, saying(htu=AUDIENCE + VAULT), BAD_PROOF),
    "ath": (ALLOWED, saying(ath="x" * 43), BAD_PROOF),
    "ath missing": (ALLOWED, saying(ath=None), BAD_PROOF),
    "jti missing": (ALLOWED, saying(jti=None), BAD_PROOF),
    "jti not a string": (ALLOWED, saying(jti=7), BAD_PROOF),
    "iat missing": (ALLOWED, saying(iat=None), BAD_PROOF),
    "iat 300 s old": (ALLOWED, saying(iat=NOW - 300), "200"),
    "iat more than 300 s old": (ALLOWED, saying(iat=NOW - 301), BAD_PROOF),
    "iat 30 s ahead": (ALLOWED, saying(iat=NOW + 30), "200"),
    "iat more than 30 s ahead": (ALLOWED, saying(iat=NOW + 31), BAD_PROOF),
    "thumbprint is not cnf.jkt": (ALLOWED, of_another_key, "401 D invalid_token"),
    "jti seen before": (ALLOWED, replayed, BAD_PROOF),
    "no nonce": (WITH_NONCES, call_bound, "401 D use_dpop_nonce, a nonce"),
    "unknown nonce": (WITH_NONCES, saying(nonce="x"), "401 D use_dpop_nonce, a nonce"),
    "outdated nonce": (WITH_NONCES, nonce_of(240), "401 D use_dpop_nonce, a nonce"),
    "nonce accepted": (WITH_NONCES, nonce_of(0), "200"),
    "nonce accepted, a newer one is there": (WITH_NONCES, nonce_of(120), "200, a nonce"),
    "a fresh sign-in": (ALLOWED, signed_in(300), "200"),
    "not fresh enough a sign-in": (
        ALLOWED, signed_in(306), '401 D insufficient_user_authentication max_age="300"'
    ),
}  # fmt: skip


def answered(response: httpx.Response) -> str:
    """Write an answer down as the table does."""
    challenges = challenges_of(response)
    words = [str(response.status_code)]
    words += ["W" if challenge.startswith("Bearer ") else "D" for challenge in challenges]
    words += re.findall(r'error="(\w+)"', " ".join(challenges))
    words += re.findall(r'(?:acr_values|max_age)="[^"]+"', " ".join(challenges))
    assert all(('algs="' in challenge) == (challenge[0] == "D") for challenge in challenges)
    return " ".join(words) + (", a nonce" if response.headers.get("dpop-nonce") else "")


@pytest.mark.parametrize(("settings", "send", "answer"), TABLE.values(), ids=TABLE)
async def test_the_api_answers_as_the_table_says(
    settings: Settings, send: Sent, answer: str
) -> None:
    assert answered(await send(Api(settings=settings), Prover())) == answer
