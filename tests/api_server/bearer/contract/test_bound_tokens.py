"""Tokens that are bound to a key, and the proofs that come with them (RFC 9449)."""

from dataclasses import replace

import httpx
import pytest

from api_server.bearer.bearer import DpopMode
from api_server.settings import Settings
from tests.support.apis.checked_api import (
    BOUND_PATH,
    BOUND_URL,
    K1,
    Api,
    assert_refused,
    bound_token,
    call_bound,
    challenges_of,
    send_bound,
)
from tests.support.builders.proofs import Prover
from tests.support.builders.tokens import AUDIENCE, ISSUER, AnyKey, EcKey, claims, header, token
from tests.support.clocks import NOW

SETTINGS = Settings(ISSUER, AUDIENCE)
ALGORITHMS = "ES256 ES384 ES512 EdDSA Ed25519 RS256 RS384 RS512 PS256 PS384 PS512"
W = 'Bearer realm="api"'
D = 'DPoP realm="api"'


def assert_proof_refused(response: httpx.Response, status: int = 401) -> str:
    """The proof is refused, by the challenge of DPoP alone; returns why."""
    (challenge,) = challenges_of(response)
    assert f'algs="{ALGORITHMS}"' in challenge
    return assert_refused(response, status, "invalid_dpop_proof", scheme="DPoP")


PROVERS = {name: Prover(AnyKey.named("prover", name), name) for name in ALGORITHMS.split()}


@pytest.mark.parametrize("prover", PROVERS.values(), ids=PROVERS)
@pytest.mark.parametrize("mode", ["allowed", "required"])
async def test_good_proof_is_let_in(prover: Prover, mode: DpopMode) -> None:
    api = Api(settings=replace(SETTINGS, dpop=mode))
    for _ in range(2):
        response = await call_bound(api, prover)
        assert response.status_code == 200
        assert "dpop-nonce" not in response.headers


@pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP"])
async def test_scheme_is_read_in_any_case(api: Api, scheme: str) -> None:
    prover = Prover()
    sent = bound_token(prover)
    headers = {"authorization": f"{scheme} {sent}", "dpop": prover.prove("GET", BOUND_URL, sent)}
    assert (await api.client.get(BOUND_PATH, headers=headers)).status_code == 200


async def test_request_without_credentials_is_told_all_schemes() -> None:
    expected: dict[DpopMode, list[str]] = {"off": [W], "allowed": [W, D], "required": [D]}
    for mode, schemes in expected.items():
        api = Api(settings=replace(SETTINGS, dpop=mode))
        response = await api.get()
        challenges = challenges_of(response)
        assert [one.partition(",")[0] for one in challenges] == schemes
        assert not any("error" in one for one in challenges)
        assert all("resource_metadata=" in one for one in challenges)
        assert response.status_code == 401


async def test_bound_token_is_no_bearer_token(api: Api) -> None:
    """security.md 67."""
    prover = Prover()
    response = await api.ping(bound_token(prover))
    said = assert_refused(response, 401, "invalid_token")
    assert said == "The token is bound to a key (cnf) and was sent as a bearer token, without proof"
    used, other = challenges_of(response)
    assert used.startswith(W)
    assert other.startswith(D)
    assert "error" not in other


async def test_bound_token_is_no_bearer_token_with_its_proof_either(api: Api) -> None:
    """security.md 67."""
    prover = Prover()
    sent = bound_token(prover)
    headers = {"authorization": f"Bearer {sent}", "dpop": prover.prove("GET", BOUND_URL, sent)}
    response = await api.client.get(BOUND_PATH, headers=headers)
    assert "sent as a bearer token" in assert_refused(response, 401, "invalid_token")


async def test_bearer_token_is_no_bound_token(api: Api) -> None:
    """security.md 67."""
    prover, sent = Prover(), token(K1)
    response = await send_bound(api, sent, prover.prove("GET", BOUND_URL, sent))
    said = assert_refused(response, 401, "invalid_token", scheme="DPoP")
    assert "not bound to a key" in said
    assert len(challenges_of(response)) == 1


async def test_bearer_token_is_refused_where_bound_ones_are_required() -> None:
    api = Api(settings=replace(SETTINGS, dpop="required"))
    for sent in (token(K1), bound_token(Prover())):
        response = await api.ping(sent)
        assert response.status_code == 401
        (challenge,) = challenges_of(response)
        assert challenge.startswith(D)


async def test_bound_token_is_refused_where_proofs_are_off() -> None:
    api = Api(settings=replace(SETTINGS, dpop="off"))
    prover = Prover()
    response = await api.ping(bound_token(prover))
    assert "sent as a bearer token" in assert_refused(response, 401, "invalid_token")
    assert len(challenges_of(response)) == 1
    assert_refused(await call_bound(api, prover), 401, None)


@pytest.mark.parametrize(
    "cnf",
    [
        {},
        None,
        "x",
        [],
        {"jkt": 7},
        {"x5t#S256": "x"},
        {"jkt": "x", "x5t#S256": "x"},
        {"jwk": {}},
    ],
    ids=str,
)
async def test_token_bound_in_another_way_is_refused(api: Api, cnf: object) -> None:
    prover = Prover()
    sent = token(K1, {**claims(), "cnf": cnf})
    for response in (
        await api.ping(sent),
        await send_bound(api, sent, prover.prove("GET", BOUND_URL, sent)),
    ):
        assert response.status_code == 401
        assert "in a way that this API cannot check" in response.json()["error_description"]


async def test_request_without_a_proof_is_refused(api: Api) -> None:
    assert "needs a proof" in assert_proof_refused(await send_bound(api, bound_token(Prover())))


async def test_two_proofs_are_400(api: Api) -> None:
    """RFC 9449 4.3: 1."""
    prover = Prover()
    sent = bound_token(prover)
    proofs = [prover.prove("GET", BOUND_URL, sent) for _ in range(2)]
    assert "several" in assert_proof_refused(await send_bound(api, sent, *proofs), 400)
    assert "signed JWT" in assert_proof_refused(await send_bound(api, sent, ", ".join(proofs)))


CHANGES: dict[str, tuple[dict[str, object], str]] = {
    "htm of another method": ({"htm": "POST"}, "htm must be GET"),
    "htm in small letters": ({"htm": "get"}, "htm must be GET"),
    "htm missing": ({"htm": None}, "htm must be a string"),
    "htu of another path": ({"htu": AUDIENCE + "/api/messages"}, f"htu must be {BOUND_URL}"),
    "htu of another host": (
        {"htu": "https://evil.example" + BOUND_PATH},
        f"htu must be {BOUND_URL}",
    ),
    "htu over http": ({"htu": "http://api.example" + BOUND_PATH}, f"htu must be {BOUND_URL}"),
    "htu missing": ({"htu": None}, "htu must be a string"),
    "ath of another token": ({"ath": "x" * 43}, "ath must be the hash"),
    "ath missing": ({"ath": None}, "ath must be a string"),
    "jti missing": ({"jti": None}, "jti must be a string"),
    "jti empty": ({"jti": ""}, "jti must not be empty"),
    "jti a number": ({"jti": 7}, "jti must be a string"),
    "iat 301 s ago": ({"iat": NOW - 301}, "iat must be within 300 s before"),
    "iat 31 s ahead": ({"iat": NOW + 31}, "30 s after"),
    "iat missing": ({"iat": None}, "iat must be a number"),
    "iat a string": ({"iat": str(NOW)}, "iat must be a number"),
}


@pytest.mark.parametrize(("changes", "reason"), CHANGES.values(), ids=CHANGES)
async def test_proof_of_another_request_is_refused(
    api: Api, changes: dict[str, object], reason: str
) -> None:
    """RFC 9449 4.3: 3, 8, 9, 11, 12; security.md 67."""
    assert reason in assert_proof_refused(await call_bound(api, Prover(), **changes))


@pytest.mark.parametrize("seconds", [-300, 30])
async def test_proof_of_a_clock_that_is_off_is_let_in(api: Api, seconds: int) -> None:
    assert (await call_bound(api, Prover(), iat=NOW + seconds)).status_code == 200


async def test_proof_of_another_key_than_the_tokens_is_an_invalid_token(api: Api) -> None:
    """RFC 9449 4.3: 12; security.md 67."""
    thief, sent = Prover(EcKey.named("thief")), bound_token(Prover())
    response = await send_bound(api, sent, thief.prove("GET", BOUND_URL, sent))
    said = assert_refused(response, 401, "invalid_token", scheme="DPoP")
    assert "another key than the proof's" in said


async def test_proof_counts_once(api: Api) -> None:
    """RFC 9449 11.1; security.md 66."""
    prover = Prover()
    sent = bound_token(prover)
    proof = prover.prove("GET", BOUND_URL, sent)
    assert (await send_bound(api, sent, proof)).status_code == 200
    assert "was used before" in assert_proof_refused(await send_bound(api, sent, proof))


async def test_proof_refused_for_its_token_is_not_used_up(api: Api) -> None:
    prover = Prover()
    sent = bound_token(prover)
    proof = prover.prove("GET", BOUND_URL, sent)
    expired = bound_token(prover, exp=NOW - 60)
    response = await send_bound(api, expired, proof)
    assert "expired" in assert_refused(response, 401, "invalid_token", scheme="DPoP")
    assert (await send_bound(api, sent, proof)).status_code == 200


async def test_proof_for_another_server_is_refused_whatever_host_the_request_names() -> None:
    """security.md 67: or a server that is sent a proof could pass it on under its own name."""
    api, prover = Api(settings=replace(SETTINGS, resource="https://api.example")), Prover()
    sent = bound_token(prover)
    proof = prover.prove("GET", f"http://evil.example{BOUND_PATH}", sent)
    headers = {"authorization": f"DPoP {sent}", "dpop": proof, "host": "evil.example"}
    response = await api.client.get(BOUND_PATH, headers=headers)
    assert f"htu must be {BOUND_URL}" in assert_proof_refused(response)


@pytest.mark.parametrize(
    ("settings", "base"),
    [
        (Settings(ISSUER, "my-api", port=3999), "http://localhost:3999"),
        (Settings(ISSUER, "my-api", port=3999), "http://127.0.0.1:3999"),
        (Settings(ISSUER, "http://localhost:3001", port=3999), "http://[::1]:3999"),
        (Settings(ISSUER, "http://localhost:3001", port=3999), "http://localhost:3001"),
        (Settings(ISSUER, "my-api", resource="https://api.example/v1"), "https://api.example/v1"),
        (Settings(ISSUER, "my-api", resource="https://api.example/v1"), "https://api.example"),
    ],
)
async def test_proof_may_name_any_address_of_this_api(settings: Settings, base: str) -> None:
    api, prover = Api(settings=settings), Prover()
    sent = bound_token(prover, aud=settings.audience)
    response = await send_bound(api, sent, prover.prove("GET", base + BOUND_PATH, sent))
    assert response.status_code == 200


async def test_missing_scope_is_told_in_the_scheme_that_was_used(api: Api) -> None:
    prover = Prover()
    sent = bound_token(prover, scope="openid")
    url = AUDIENCE + "/api/messages"
    response = await send_bound(api, sent, prover.prove("GET", url, sent), path="/api/messages")
    assert_refused(response, 403, "insufficient_scope", scheme="DPoP")
    assert len(challenges_of(response)) == 1


async def test_issuer_that_is_down_is_no_matter_of_proofs(api: Api) -> None:
    api.issuer.down = True
    response = await call_bound(api, Prover())
    assert response.status_code == 503
    assert "www-authenticate" not in response.headers


@pytest.mark.parametrize(
    ("mode", "said"),
    [("off", {}), ("allowed", {"required": False}), ("required", {"required": True})],
)
async def test_metadata_says_what_bound_tokens_need(mode: DpopMode, said: dict[str, bool]) -> None:
    """RFC 9728 2."""
    api = Api(settings=replace(SETTINGS, dpop=mode))
    metadata = (await api.get("/.well-known/oauth-protected-resource")).json()
    found = {name: value for name, value in metadata.items() if name.startswith("dpop")}
    assert found == (
        {
            "dpop_signing_alg_values_supported": ALGORITHMS.split(),
            "dpop_bound_access_tokens_required": said["required"],
        }
        if said
        else {}
    )


async def test_header_of_the_token_is_not_where_the_key_is_taken_from(api: Api) -> None:
    prover = Prover()
    sent = token(
        K1, claims(cnf={"jkt": Prover(EcKey.named("own")).thumbprint}), header(jwk=prover.jwk)
    )
    response = await send_bound(api, sent, prover.prove("GET", BOUND_URL, sent))
    assert_refused(response, 401, "invalid_token", scheme="DPoP")
