from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from api_server.local_tenant.app import build_app
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.settings import Settings
from tests.support.builders.proofs import Prover
from tests.support.builders.tokens import EcKey
from tests.support.clocks import Seconds
from tests.support.people.visitor import Visitor


async def test_claims_go_by_the_scopes_of_the_token(visitor: Visitor) -> None:
    everything = (await visitor.userinfo((await visitor.tokens())["access_token"])).json()
    assert everything["sub"] == "local|alice"
    assert everything["name"] == "Alice Archer"
    assert everything["email"] == "alice@example.com"
    little = (await visitor.userinfo((await visitor.tokens(scope="openid"))["access_token"])).json()
    assert little == {"sub": "local|alice"}


async def test_token_can_be_posted(visitor: Visitor) -> None:
    token = str((await visitor.tokens())["access_token"])
    in_form = await visitor.client.post("/userinfo", data={"access_token": token})
    in_header = await visitor.client.post("/userinfo", headers={"Authorization": f"bearer {token}"})
    assert in_form.json() == in_header.json()
    assert in_form.json()["sub"] == "local|alice"


async def test_token_in_the_body_of_a_get_is_not_looked_for(visitor: Visitor) -> None:
    # RFC 6750 2.2: a method whose body has a meaning
    token = str((await visitor.tokens())["access_token"])
    response = await visitor.client.request("GET", "/userinfo", data={"access_token": token})
    assert response.status_code == 401


async def test_no_token_gets_a_challenge_without_an_error(visitor: Visitor) -> None:
    response = await visitor.get("/userinfo")
    assert response.status_code == 401
    bearer, dpop = response.headers.get_list("www-authenticate")
    assert bearer == 'Bearer realm="userinfo"'
    assert dpop.startswith('DPoP realm="userinfo", algs="ES256 ')


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30", "x" * 15_000])
async def test_bad_token_gets_a_challenge_that_says_so(visitor: Visitor, token: str) -> None:
    assert_invalid(await visitor.userinfo(token))


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "token"])
async def test_header_of_another_form_is_refused(visitor: Visitor, header: str) -> None:
    response = await visitor.client.get("/userinfo", headers={"Authorization": header})
    assert response.status_code == 400
    assert 'error="invalid_request"' in response.headers["www-authenticate"]


async def test_another_scheme_gets_a_challenge_without_an_error(visitor: Visitor) -> None:
    response = await visitor.client.get("/userinfo", headers={"Authorization": "Basic eDp5"})
    assert response.status_code == 401
    bearer, dpop = response.headers.get_list("www-authenticate")
    assert bearer == 'Bearer realm="userinfo"'
    assert dpop.startswith('DPoP realm="userinfo", algs="ES256 ')


async def test_token_in_two_places_is_refused(visitor: Visitor) -> None:
    token = str((await visitor.tokens())["access_token"])
    response = await visitor.client.post(
        "/userinfo", data={"access_token": token}, headers={"Authorization": f"Bearer {token}"}
    )
    assert response.status_code == 400


async def test_expired_token_is_refused(visitor: Visitor, clock: Seconds) -> None:
    token = (await visitor.tokens())["access_token"]
    clock.advance(3600)
    assert_invalid(await visitor.userinfo(token))


async def test_id_token_is_no_access_token(visitor: Visitor) -> None:
    assert_invalid(await visitor.userinfo((await visitor.tokens())["id_token"]))


async def test_token_without_openid_lacks_the_scope(visitor: Visitor) -> None:
    tokens = await visitor.tokens(scope="profile")
    response = await visitor.userinfo(tokens["access_token"])
    assert response.status_code == 403
    assert 'error="insufficient_scope"' in response.headers["www-authenticate"]
    assert 'scope="openid"' in response.headers["www-authenticate"]


async def test_token_that_another_key_signed_is_refused(visitor: Visitor, tenant: Tenant) -> None:
    token = str((await visitor.tokens())["access_token"])
    head, body, signature = token.split(".")
    forged = "A" if signature[10] != "A" else "B"
    assert_invalid(
        await visitor.userinfo(f"{head}.{body}.{signature[:10]}{forged}{signature[11:]}")
    )


URL = "http://localhost:3002/userinfo"


@pytest.fixture
def prover(visitor: Visitor, clock: Seconds) -> Prover:
    """Somebody whose app binds its tokens."""
    visitor.prover = Prover(clock=clock)
    return visitor.prover


async def ask(visitor: Visitor, scheme: str, token: object, *proofs: str) -> httpx.Response:
    headers = [("Authorization", f"{scheme} {token}"), *(("DPoP", proof) for proof in proofs)]
    return await visitor.client.get("/userinfo", headers=headers)


def challenge(response: httpx.Response, scheme: str) -> str:
    (found,) = (
        each
        for each in response.headers.get_list("www-authenticate")
        if each.startswith(f"{scheme} ")
    )
    return found


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_bound_token_with_its_proof_is_good(
    visitor: Visitor, prover: Prover, method: str
) -> None:
    """RFC 9449 7.1."""
    token = str((await visitor.tokens())["access_token"])
    headers = {"Authorization": f"DPoP {token}", "DPoP": prover.prove(method, URL, token)}
    response = await visitor.client.request(method, "/userinfo", headers=headers)
    assert response.json()["sub"] == "local|alice"


async def test_bound_token_is_no_bearer_token(visitor: Visitor, prover: Prover) -> None:
    """RFC 9449 7.2, security.md 67: both ways."""
    token = str((await visitor.tokens())["access_token"])
    response = await ask(visitor, "Bearer", token, prover.prove("GET", URL, token))
    assert response.status_code == 401
    assert 'error="invalid_token"' in challenge(response, "Bearer")
    assert "sent as a bearer token" in challenge(response, "Bearer")
    assert "error" not in challenge(response, "DPoP")
    posted = await visitor.client.post("/userinfo", data={"access_token": token})
    assert posted.status_code == 401


async def test_bearer_token_is_no_bound_token(visitor: Visitor) -> None:
    """security.md 67: both ways."""
    token = str((await visitor.tokens())["access_token"])
    response = await ask(visitor, "DPoP", token, Prover().prove("GET", URL, token))
    assert response.status_code == 401
    assert 'error="invalid_token"' in challenge(response, "DPoP")
    assert "is not bound to a key" in challenge(response, "DPoP")


async def test_token_that_was_bound_later_leaves_the_older_one_a_bearer_token(
    visitor: Visitor, clock: Seconds
) -> None:
    tokens = await visitor.tokens()
    visitor.prover = Prover(clock=clock)
    bound = (await visitor.renew(tokens["refresh_token"])).json()
    assert (await visitor.userinfo(tokens["access_token"])).status_code == 200
    assert (await visitor.userinfo(bound["access_token"])).status_code == 401


@pytest.mark.parametrize(
    ("proof", "reason"),
    [
        (lambda token: [], "needs a proof"),
        (lambda token: [Prover().prove("POST", URL, token)], "htm must be GET"),
        (lambda token: [Prover().prove("GET", URL + "/x", token)], "htu must be"),
        (lambda token: [Prover().prove("GET", URL)], "ath must be"),
        (lambda token: [Prover().prove("GET", URL, "another")], "ath must be"),
        (lambda token: [Prover().prove("GET", URL, token, iat=1)], "iat must be within"),
    ],
)
async def test_bound_token_without_a_good_proof_is_refused(
    visitor: Visitor, prover: Prover, proof: Callable[[str], list[str]], reason: str
) -> None:
    """RFC 9449 4.3 and 7.1."""
    token = str((await visitor.tokens())["access_token"])
    response = await ask(visitor, "DPoP", token, *proof(token))
    assert response.status_code == 401
    assert 'error="invalid_dpop_proof"' in challenge(response, "DPoP")
    assert reason in challenge(response, "DPoP")


async def test_proof_of_another_key_is_refused(visitor: Visitor, prover: Prover) -> None:
    """RFC 9449 4.3: 12."""
    token = str((await visitor.tokens())["access_token"])
    thief = Prover(EcKey.named("thief"))
    response = await ask(visitor, "DPoP", token, thief.prove("GET", URL, token))
    assert response.status_code == 401
    assert 'error="invalid_token"' in challenge(response, "DPoP")
    assert "another key" in challenge(response, "DPoP")


async def test_two_proofs_are_refused(visitor: Visitor, prover: Prover) -> None:
    """RFC 9449 4.3: 1."""
    token = str((await visitor.tokens())["access_token"])
    proofs = [prover.prove("GET", URL, token) for _ in range(2)]
    response = await ask(visitor, "DPoP", token, *proofs)
    assert response.status_code == 400
    assert "got several" in challenge(response, "DPoP")


async def test_nonce_is_demanded_of_proofs(
    settings: Settings, open_one: Callable[[Settings], Tenant], clock: Seconds
) -> None:
    """RFC 9449 9."""
    app = build_app(open_one(replace(settings, dpop_nonce=True)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3002") as client:
        prover = Prover(clock=clock)
        visitor = Visitor(client, prover)
        code = (await visitor.sign_in())["code"]
        prover.nonce = (await visitor.redeem(code)).headers["dpop-nonce"]
        token = (await visitor.redeem((await visitor.sign_in())["code"])).json()["access_token"]
        nonce, prover.nonce = prover.nonce, None
        refused = await ask(visitor, "DPoP", token, prover.prove("GET", URL, token))
        assert refused.status_code == 401
        assert 'error="use_dpop_nonce"' in challenge(refused, "DPoP")
        assert refused.headers["dpop-nonce"] == nonce
        prover.nonce = nonce
        good = await ask(visitor, "DPoP", token, prover.prove("GET", URL, token))
        assert good.status_code == 200
        assert good.headers["dpop-nonce"] == nonce


def assert_invalid(response: httpx.Response) -> None:
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]
    assert response.json()["error"] == "invalid_token"
