"""Bound tokens at the token endpoint (RFC 9449 5, 6, 8 and 10)."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx
import pytest

from api_server.local_tenant.app import build_app
from api_server.local_tenant.records.device_codes import GRANT_TYPE
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.settings import Settings
from tests.support.builders.proofs import Prover
from tests.support.builders.tokens import EcKey, RsaKey
from tests.support.clocks import Seconds
from tests.support.people.visitor import Visitor, claims_of, parameters_of

TOKEN_URL = "http://localhost:3002/token"
THIEF = Prover(EcKey.named("thief"))


@pytest.fixture
def prover(clock: Seconds) -> Prover:
    return Prover(clock=clock)


@pytest.fixture
def prover_visitor(visitor: Visitor, prover: Prover) -> Visitor:
    """Somebody whose app makes a proof for each token request."""
    visitor.prover = prover
    return visitor


@pytest.fixture
async def nonce_visitor(
    settings: Settings, open_one: Callable[[Settings], Tenant], prover: Prover
) -> AsyncIterator[Visitor]:
    """The same at a tenant that demands nonces."""
    settings = replace(settings, dpop_nonce=True, code_lifetime_seconds=600)
    app = build_app(open_one(settings))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3002") as client:
        yield Visitor(client, prover)


def assert_refused(response: httpx.Response, error: str, reason: str) -> None:
    assert response.status_code == 400
    assert response.json()["error"] == error
    assert reason in response.json()["error_description"]
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "key", [EcKey.named("prover"), RsaKey.named("prover")], ids=["ES256", "RS256"]
)
async def test_proof_binds_the_access_token_to_its_key(
    visitor: Visitor, key: EcKey | RsaKey
) -> None:
    """RFC 9449 5 and 6.1."""
    visitor.prover = Prover(key, "ES256" if isinstance(key, EcKey) else "RS256")
    tokens = await visitor.tokens()
    assert tokens["token_type"] == "DPoP"
    assert claims_of(tokens["access_token"])["cnf"] == {"jkt": visitor.prover.thumbprint}
    assert "cnf" not in claims_of(tokens["id_token"])


async def test_without_a_proof_tokens_are_bearer_tokens(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    assert tokens["token_type"] == "Bearer"
    assert "cnf" not in claims_of(tokens["access_token"])


async def test_renewal_with_the_same_key_goes_on(prover_visitor: Visitor, prover: Prover) -> None:
    """RFC 9449 5."""
    tokens = await prover_visitor.tokens()
    for _ in range(2):
        response = await prover_visitor.renew(tokens["refresh_token"])
        tokens = response.json()
        assert tokens["token_type"] == "DPoP"
        assert claims_of(tokens["access_token"])["cnf"] == {"jkt": prover.thumbprint}


@pytest.mark.parametrize("other", [None, THIEF], ids=["no proof", "another key"])
async def test_stolen_refresh_token_is_of_no_use_and_stays_the_owners(
    prover_visitor: Visitor, prover: Prover, other: Prover | None
) -> None:
    """RFC 9449 5: the refresh token of a public client is bound to its key."""
    tokens = await prover_visitor.tokens()
    prover_visitor.prover = other
    response = await prover_visitor.renew(tokens["refresh_token"])
    assert_refused(response, "invalid_grant", "bound to a key")
    prover_visitor.prover = prover
    assert (await prover_visitor.renew(tokens["refresh_token"])).status_code == 200


async def test_bound_refresh_token_stays_bound_after_a_restart(
    prover_visitor: Visitor, tenant: Tenant, settings: Settings, open_one: Callable[..., Tenant]
) -> None:
    tokens = await prover_visitor.tokens()
    tenant.close()
    transport = httpx.ASGITransport(build_app(open_one(settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3002") as client:
        response = await Visitor(client, THIEF).renew(tokens["refresh_token"])
        assert_refused(response, "invalid_grant", "bound to a key")
        after = Visitor(client, prover_visitor.prover)
        assert (await after.renew(tokens["refresh_token"])).status_code == 200


async def test_renewal_can_bind_what_was_not_bound(visitor: Visitor, prover: Prover) -> None:
    tokens = await visitor.tokens()
    visitor.prover = prover
    bound = (await visitor.renew(tokens["refresh_token"])).json()
    assert claims_of(bound["access_token"])["cnf"] == {"jkt": prover.thumbprint}
    visitor.prover = None
    assert_refused(await visitor.renew(bound["refresh_token"]), "invalid_grant", "bound to a key")


async def test_device_gets_bound_tokens(visitor: Visitor, prover: Prover) -> None:
    """RFC 9449 5: whatever the grant type."""
    request = {"client_id": "doorkey-local", "scope": "openid offline_access"}
    codes = (await visitor.client.post("/device_authorization", data=request)).json()
    page = await visitor.submit(await visitor.get("/device"), user_code=codes["user_code"])
    await visitor.allow(await visitor.log_in(await visitor.follow(page)))
    visitor.prover = prover
    response = await visitor.token(grant_type=GRANT_TYPE, device_code=codes["device_code"])
    tokens = response.json()
    assert tokens["token_type"] == "DPoP"
    assert claims_of(tokens["access_token"])["cnf"] == {"jkt": prover.thumbprint}


async def test_code_can_be_for_one_key_only(prover_visitor: Visitor, prover: Prover) -> None:
    """RFC 9449 10."""
    answer = await prover_visitor.sign_in(dpop_jkt=prover.thumbprint)
    assert (await prover_visitor.redeem(answer["code"])).status_code == 200


@pytest.mark.parametrize("other", [None, THIEF], ids=["no proof", "another key"])
async def test_stolen_code_is_of_no_use(
    visitor: Visitor, prover: Prover, other: Prover | None
) -> None:
    """RFC 9449 10."""
    answer = await visitor.sign_in(dpop_jkt=prover.thumbprint)
    visitor.prover = other
    response = await visitor.redeem(answer["code"])
    assert_refused(response, "invalid_grant", "not of the key that dpop_jkt named")


@pytest.mark.parametrize("jkt", ["x", "A" * 42, "A" * 44, "A" * 42 + "="])
async def test_thumbprint_that_is_none_is_refused(visitor: Visitor, jkt: str) -> None:
    answer = parameters_of(await visitor.authorize(dpop_jkt=jkt))
    assert answer["error"] == "invalid_request"
    assert "dpop_jkt" in answer["error_description"]


@pytest.mark.parametrize(
    ("proof", "reason"),
    [
        (Prover().prove("GET", TOKEN_URL), "htm must be POST"),
        (Prover().prove("POST", "http://localhost:3002/userinfo"), "htu must be " + TOKEN_URL),
        (Prover().prove("POST", "http://evil.example/token"), "htu must be " + TOKEN_URL),
        (Prover().prove("POST", TOKEN_URL, iat=1), "iat must be within"),
        ("", "signed JWT"),
    ],
)
async def test_proof_for_something_else_is_refused_and_uses_no_code_up(
    visitor: Visitor, proof: str, reason: str
) -> None:
    """RFC 9449 5: 400 with invalid_dpop_proof."""
    code = (await visitor.sign_in())["code"]
    form = {"grant_type": "authorization_code", "client_id": "doorkey-local", "code": code}
    response = await visitor.client.post("/token", data=form, headers={"DPoP": proof})
    assert_refused(response, "invalid_dpop_proof", reason)
    assert (await visitor.redeem(code)).status_code == 200


async def test_two_proofs_are_refused(visitor: Visitor) -> None:
    """RFC 9449 4.3: 1."""
    headers = [("DPoP", Prover().prove("POST", TOKEN_URL)) for _ in range(2)]
    form = {"grant_type": "refresh_token", "client_id": "doorkey-local", "refresh_token": "x"}
    response = await visitor.client.post("/token", data=form, headers=headers)
    assert_refused(response, "invalid_dpop_proof", "got several")


async def test_replayed_proof_is_refused(visitor: Visitor) -> None:
    """RFC 9449 11.1."""
    tokens = await visitor.tokens()
    form = {"grant_type": "refresh_token", "client_id": "doorkey-local"}
    proof = {"DPoP": Prover().prove("POST", TOKEN_URL)}
    first = await visitor.client.post(
        "/token", data=form | {"refresh_token": str(tokens["refresh_token"])}, headers=proof
    )
    again = await visitor.client.post(
        "/token", data=form | {"refresh_token": first.json()["refresh_token"]}, headers=proof
    )
    assert_refused(again, "invalid_dpop_proof", "was used before")


async def test_nonce_is_demanded_and_the_code_kept_for_the_second_try(
    nonce_visitor: Visitor, prover: Prover
) -> None:
    """RFC 9449 8."""
    code = (await nonce_visitor.sign_in())["code"]
    refused = await nonce_visitor.redeem(code)
    assert_refused(refused, "use_dpop_nonce", "with the nonce of the header DPoP-Nonce")
    prover.nonce = refused.headers["dpop-nonce"]
    response = await nonce_visitor.redeem(code)
    assert response.json()["token_type"] == "DPoP"


async def test_next_nonce_comes_with_the_tokens(
    nonce_visitor: Visitor, prover: Prover, clock: Seconds
) -> None:
    """RFC 9449 8.2."""
    code = (await nonce_visitor.sign_in())["code"]
    old = prover.nonce = (await nonce_visitor.redeem(code)).headers["dpop-nonce"]
    clock.advance(120)
    response = await nonce_visitor.redeem(code)
    assert response.status_code == 200
    assert response.headers["dpop-nonce"] != old
    clock.advance(120)
    assert_refused(
        await nonce_visitor.renew(response.json()["refresh_token"]), "use_dpop_nonce", "nonce"
    )


async def test_nonce_is_demanded_of_proofs_alone(nonce_visitor: Visitor) -> None:
    nonce_visitor.prover = None
    assert (await nonce_visitor.tokens())["token_type"] == "Bearer"


async def test_no_nonce_is_given_where_none_is_demanded(prover_visitor: Visitor) -> None:
    code = (await prover_visitor.sign_in())["code"]
    assert "dpop-nonce" not in (await prover_visitor.redeem(code)).headers


async def test_metadata_says_which_algorithms_sign_proofs(visitor: Visitor) -> None:
    """RFC 9449 5.1."""
    metadata = (await visitor.get("/.well-known/openid-configuration")).json()
    assert set(metadata["dpop_signing_alg_values_supported"]) >= {"ES256", "RS256"}
    assert "none" not in metadata["dpop_signing_alg_values_supported"]
