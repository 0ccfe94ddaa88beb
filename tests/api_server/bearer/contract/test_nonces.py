"""Nonces for proofs, as demanded with `--dpop-nonce` (RFC 9449 9)."""

from dataclasses import replace

import pytest

from api_server.settings import Settings
from tests.support.apis.checked_api import Api, assert_refused, call_bound, challenges_of
from tests.support.builders.proofs import Prover
from tests.support.builders.tokens import AUDIENCE, ISSUER

SETTINGS = Settings(ISSUER, AUDIENCE)
SECRET = b"a secret that all workers of the API have"


@pytest.fixture
def api() -> Api:
    return Api(settings=replace(SETTINGS, nonce_secret=SECRET))


@pytest.mark.parametrize("nonce", [None, "", "unknown"])
async def test_proof_without_a_nonce_of_ours_is_given_one(api: Api, nonce: str | None) -> None:
    prover = Prover(nonce=nonce)
    response = await call_bound(api, prover)
    assert_refused(response, 401, "use_dpop_nonce", scheme="DPoP")
    assert len(challenges_of(response)) == 1
    prover.nonce = response.headers["dpop-nonce"]
    again = await call_bound(api, prover)
    assert again.status_code == 200
    assert "dpop-nonce" not in again.headers


async def test_next_nonce_comes_while_the_last_is_still_accepted(api: Api) -> None:
    prover = Prover(clock=api.wall)
    prover.nonce = (await call_bound(api, prover)).headers["dpop-nonce"]
    api.advance(120)
    response = await call_bound(api, prover)
    assert response.status_code == 200
    newer = response.headers["dpop-nonce"]
    api.advance(120)
    assert_refused(await call_bound(api, prover), 401, "use_dpop_nonce", scheme="DPoP")
    prover.nonce = newer
    assert (await call_bound(api, prover)).status_code == 200


async def test_nonce_of_one_worker_is_good_at_another(api: Api) -> None:
    prover = Prover()
    prover.nonce = (await call_bound(api, prover)).headers["dpop-nonce"]
    other = Api(settings=replace(SETTINGS, nonce_secret=SECRET))
    assert (await call_bound(other, prover)).status_code == 200
    stranger = Api(settings=replace(SETTINGS, nonce_secret=b"x" * 32))
    assert_refused(await call_bound(stranger, prover), 401, "use_dpop_nonce", scheme="DPoP")


async def test_bearer_tokens_need_none(api: Api) -> None:
    response = await api.ping()
    assert response.status_code == 200
    assert "dpop-nonce" not in response.headers
