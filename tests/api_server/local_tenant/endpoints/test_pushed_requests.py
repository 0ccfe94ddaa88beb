"""Pushed authorization requests (RFC 9126)."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx
import pytest

from api_server.local_tenant.app import build_app
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.settings import Settings
from tests.support.builders.proofs import Prover
from tests.support.builders.tokens import EcKey
from tests.support.clocks import Seconds
from tests.support.people.visitor import REQUEST, Visitor, changed, claims_of, parameters_of

PREFIX = "urn:ietf:params:oauth:request_uri:"
PAR_URL = "http://localhost:3002/par"


async def push(visitor: Visitor, *, proof: str | None = None, **changes: str) -> httpx.Response:
    headers = {} if proof is None else {"DPoP": proof}
    return await visitor.client.post("/par", data=changed(REQUEST, dict(changes)), headers=headers)


async def open_pushed(
    visitor: Visitor, pushed: httpx.Response, **changes: str | None
) -> httpx.Response:
    """Open the address that a browser is sent to."""
    parameters: dict[str, str] = {"client_id": "doorkey-local"}
    parameters["request_uri"] = pushed.json()["request_uri"]
    return await visitor.client.get("/authorize", params=changed(parameters, dict(changes)))


async def sign_in(visitor: Visitor, pushed: httpx.Response) -> dict[str, str]:
    page = await visitor.log_in(await visitor.follow(await open_pushed(visitor, pushed)))
    return parameters_of(await visitor.allow(page))


@pytest.fixture
async def strict_visitor(
    settings: Settings, open_one: Callable[[Settings], Tenant]
) -> AsyncIterator[Visitor]:
    """Somebody at a tenant that takes pushed requests only."""
    app = build_app(open_one(replace(settings, require_pushed_requests=True)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3002") as client:
        yield Visitor(client)


async def test_request_gets_a_name_that_nobody_can_guess(visitor: Visitor) -> None:
    """RFC 9126 2.2 and 7.1."""
    names = []
    for _ in range(2):
        response = await push(visitor)
        assert response.status_code == 201
        assert response.json()["expires_in"] == 90
        assert "no-store" in response.headers["cache-control"]
        names.append(response.json()["request_uri"])
        # 32 bytes in base64url
        assert len(names[-1].removeprefix(PREFIX)) == 43
    assert names[0] != names[1]


async def test_name_leads_to_the_code_for_what_was_pushed(visitor: Visitor) -> None:
    """RFC 9126 4."""
    answer = await sign_in(visitor, await push(visitor, scope="openid email"))
    assert (answer["state"], answer["iss"]) == ("the-state", "http://localhost:3002/")
    tokens = (await visitor.redeem(answer["code"])).json()
    assert tokens["scope"] == "openid email"
    assert claims_of(tokens["id_token"])["nonce"] == "the-nonce"


async def test_browser_cannot_change_what_was_pushed(visitor: Visitor) -> None:
    """RFC 9126 4, RFC 9101 5: parameters beside the request_uri do not count."""
    pushed = await push(visitor, scope="openid")
    changes = {"scope": "openid email", "redirect_uri": "https://evil.example/", "state": "evil"}
    page = await visitor.follow(await open_pushed(visitor, pushed, **changes))
    answer = parameters_of(await visitor.allow(await visitor.log_in(page)))
    assert answer["state"] == "the-state"
    assert (await visitor.redeem(answer["code"])).json()["scope"] == "openid"


async def test_name_is_good_once(visitor: Visitor) -> None:
    """RFC 9126 7.3."""
    pushed = await push(visitor)
    assert (await open_pushed(visitor, pushed)).is_redirect
    again = await open_pushed(visitor, pushed)
    assert again.status_code == 400
    assert "It was opened before, or waited too long" in again.text


@pytest.mark.parametrize(("seconds", "status"), [(89, 303), (90, 400)])
async def test_name_expires(visitor: Visitor, clock: Seconds, seconds: int, status: int) -> None:
    """RFC 9126 2.2."""
    pushed = await push(visitor)
    clock.advance(seconds)
    assert (await open_pushed(visitor, pushed)).status_code == status


async def test_requests_that_have_expired_are_cleared_away(
    visitor: Visitor, tenant: Tenant, clock: Seconds
) -> None:
    for _ in range(3):
        await push(visitor)
        clock.advance(90)
    rows = tenant.database.connection.execute("SELECT * FROM pushed_requests").fetchall()
    assert len(rows) == 1


async def test_names_are_stored_as_digests_only(visitor: Visitor, tenant: Tenant) -> None:
    name = (await push(visitor)).json()["request_uri"]
    rows = tenant.database.connection.execute("SELECT * FROM pushed_requests").fetchall()
    assert name.removeprefix(PREFIX) not in str([tuple(row) for row in rows])


@pytest.mark.parametrize("name", [PREFIX, PREFIX + "x", PREFIX + "A" * 43, PREFIX + "\u00fc"])
async def test_unknown_name_is_shown_and_nobody_redirected(visitor: Visitor, name: str) -> None:
    params = {"client_id": "doorkey-local", "request_uri": name}
    response = await visitor.client.get("/authorize", params=params)
    assert response.status_code == 400
    assert "This request is over" in response.text
    assert "location" not in response.headers


@pytest.mark.parametrize("client_id", [None, "somebody-else"])
async def test_name_is_for_the_client_that_pushed_it(
    visitor: Visitor, client_id: str | None
) -> None:
    """RFC 9126 4 and 7.2: bound to its client."""
    response = await open_pushed(visitor, await push(visitor), client_id=client_id)
    assert response.status_code == 400
    assert "pushed by another app" in response.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "somebody-else"}, "invalid_client"),
        ({"client_id": None}, "invalid_request"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "unheard-of"}, "invalid_scope"),
        ({"audience": "https://elsewhere.example"}, "invalid_target"),
        ({"dpop_jkt": "x"}, "invalid_request"),
        ({"request_uri": PREFIX + "x"}, "request_uri_not_supported"),
        ({"request": "e30.e30."}, "request_not_supported"),
    ],
)
async def test_fault_is_told_to_the_client_at_once(
    visitor: Visitor, changes: dict[str, str], error: str
) -> None:
    """RFC 9126 2.1 and 2.3."""
    response = await push(visitor, **changes)
    assert response.status_code == (401 if error == "invalid_client" else 400)
    assert response.json()["error"] == error
    assert "request_uri" not in response.json()
    assert "no-store" in response.headers["cache-control"]


async def test_get_is_not_allowed(visitor: Visitor) -> None:
    """RFC 9126 2.3."""
    assert (await visitor.get("/par")).status_code == 405


async def test_body_beyond_the_cap_is_refused(visitor: Visitor) -> None:
    """RFC 9126 2.3."""
    assert (await push(visitor, state="x" * 40_000)).status_code == 413


async def test_proof_at_the_push_binds_the_code(visitor: Visitor) -> None:
    """RFC 9449 10.1."""
    prover, thief = Prover(), Prover(EcKey.named("thief"))
    pushed = await push(visitor, proof=prover.prove("POST", PAR_URL))
    code = (await sign_in(visitor, pushed))["code"]
    visitor.prover = thief
    refused = await visitor.redeem(code)
    assert refused.json()["error"] == "invalid_grant"
    assert "not of the key that dpop_jkt named" in refused.json()["error_description"]


async def test_proof_at_the_push_lets_its_key_have_the_tokens(visitor: Visitor) -> None:
    """RFC 9449 10.1."""
    visitor.prover = Prover()
    proof = visitor.prover.prove("POST", PAR_URL)
    pushed = await push(visitor, proof=proof, dpop_jkt=visitor.prover.thumbprint)
    code = (await sign_in(visitor, pushed))["code"]
    assert (await visitor.redeem(code)).json()["token_type"] == "DPoP"


async def test_proof_and_thumbprint_must_agree(visitor: Visitor) -> None:
    """RFC 9449 10.1."""
    proof = Prover(EcKey.named("thief")).prove("POST", PAR_URL)
    response = await push(visitor, proof=proof, dpop_jkt=Prover().thumbprint)
    assert response.json()["error"] == "invalid_dpop_proof"
    assert "not of the key of dpop_jkt" in response.json()["error_description"]


async def test_proof_for_another_endpoint_is_refused(visitor: Visitor) -> None:
    response = await push(visitor, proof=Prover().prove("POST", "http://localhost:3002/token"))
    assert response.json()["error"] == "invalid_dpop_proof"
    assert f"htu must be {PAR_URL}" in response.json()["error_description"]


async def test_request_that_was_not_pushed_is_refused_where_that_is_demanded(
    strict_visitor: Visitor,
) -> None:
    """RFC 9126 5."""
    answer = parameters_of(await strict_visitor.authorize())
    assert (answer["error"], answer["state"]) == ("invalid_request", "the-state")
    assert "Push the request first" in answer["error_description"]
    assert "code" in await sign_in(strict_visitor, await push(strict_visitor))


async def test_metadata_says_where_to_push_and_whether_one_must(
    visitor: Visitor, strict_visitor: Visitor
) -> None:
    """RFC 9126 5."""
    for somebody, required in ((visitor, False), (strict_visitor, True)):
        metadata = (await somebody.get("/.well-known/openid-configuration")).json()
        assert metadata["pushed_authorization_request_endpoint"] == PAR_URL
        assert metadata["require_pushed_authorization_requests"] is required


async def test_thumbprint_can_be_pushed_without_a_proof(visitor: Visitor) -> None:
    """RFC 9449 10."""
    assert (await push(visitor, dpop_jkt=Prover().thumbprint)).status_code == 201
